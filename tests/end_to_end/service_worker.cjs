// The service worker in a browser made of a vm context, with IndexedDB by other people's code. Run by `node --test`.
'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const test = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const vm = require('node:vm');
const { IDBFactory, IDBKeyRange } = require('fake-indexeddb');

const SCRIPT = readFileSync(join(__dirname, '../../functions/grant-token/assets/sw.js'), 'utf8');
const LINK = 'https://notify.example/r/x';

function message(id) {
  return { title: 'Rad shirt', navigate: LINK, body: 'It is back.', lang: 'en', dir: 'auto', tag: `tag-${id}`, data: { id } };
}

class Browser {
  constructor(windows = []) {
    this.indexedDB = new IDBFactory();
    this.displayed = [];
    this.shown = [];
    this.opened = [];
    this.subscribed = [];
    this.turn = Promise.resolve();
    this.slowness = 0;
    this.windows = windows;
    this.start();
  }

  // A worker lives from event to event: what it must remember is not in its variables.
  start() {
    this.listeners = {};
    const registration = {
      showNotification: async (title, options) => {
        await sleep(this.slowness);
        this.display(title, options);
      },
      getNotifications: async ({ tag } = {}) => this.displayed.filter((one) => tag === undefined || one.tag === tag),
      pushManager: { subscribe: async (options) => this.subscribed.push(options) },
    };
    const clients = { matchAll: async () => this.windows, openWindow: async (url) => this.opened.push(url) };
    const addEventListener = (kind, listener) => (this.listeners[kind] = listener);
    const locks = { request: (name, held) => (this.turn = this.turn.then(held)) };
    const context = { registration, clients, addEventListener, URL, IDBKeyRange, indexedDB: this.indexedDB, navigator: { locks } };
    vm.runInNewContext(SCRIPT, { ...context, location: { hostname: 'notify.example' }, skipWaiting: () => {} });
  }

  display(title, options) {
    const close = () => (this.displayed = this.displayed.filter((one) => one !== notification));
    const notification = { title, ...options, close };
    this.displayed = this.displayed.filter((one) => options.tag === undefined || one.tag !== options.tag);
    this.displayed.push(notification);
    this.shown.push(notification);
  }

  async fire(kind, event) {
    const waited = [];
    this.listeners[kind]({ ...event, waitUntil: (promise) => waited.push(promise) });
    await Promise.all(waited);
  }

  push(notification) {
    this.start();
    return this.fire('push', { data: { json: () => ({ web_push: 8030, notification }) } });
  }

  alerts() {
    return this.shown.filter((one) => !one.silent).length;
  }
}

test('a push is shown as it says', async () => {
  const browser = new Browser();
  await browser.push(message('a'));
  const [{ close, ...shown }] = browser.displayed;
  const { title, data, ...options } = message('a');
  assert.deepEqual({ ...shown, data: { ...shown.data } }, { title, ...options, silent: false, data: { ...data, navigate: LINK } });
});

test('a push that a browser has read already is shown as it read it', async () => {
  const browser = new Browser();
  await browser.fire('push', { notification: message('a'), data: null });
  assert.equal(browser.displayed[0].body, 'It is back.');
});

test('a push without words that can be read still shows something', async () => {
  for (const data of [null, { json: () => JSON.parse('no') }, { json: () => ({}) }, { json: () => null }]) {
    const browser = new Browser();
    await browser.fire('push', { data });
    assert.deepEqual(browser.displayed.map((one) => one.title), ['notify.example']);
  }
});

test('a repeat replaces the first silently while that is displayed', async () => {
  const browser = new Browser();
  await browser.push(message('a'));
  await browser.push(message('a'));
  assert.deepEqual([browser.displayed.length, browser.shown.length, browser.alerts()], [1, 2, 1]);
});

test('a repeat of what was dismissed alerts nobody and leaves nothing', async () => {
  const browser = new Browser();
  await browser.push(message('a'));
  browser.displayed[0].close();
  await browser.push(message('b'));
  await browser.push(message('a'));
  assert.deepEqual(browser.displayed.map((one) => one.tag), ['tag-b']);
  assert.deepEqual([browser.shown.length, browser.alerts()], [3, 2]);
});

test('of two pushes of a message at once one alerts', async () => {
  const browser = new Browser();
  browser.slowness = 20;
  const event = { data: { json: () => ({ notification: message('a') }) } };
  await Promise.all([browser.fire('push', event), browser.fire('push', event)]);
  assert.deepEqual([browser.displayed.length, browser.alerts()], [1, 1]);
});

test('the last 200 are remembered, and no more', async () => {
  const browser = new Browser();
  for (let id = 0; id <= 200; id += 1) await browser.push(message(id));
  assert.equal(browser.alerts(), 201);
  await browser.push(message(1));
  assert.equal(browser.alerts(), 201, 'the second of 201 is the oldest that is remembered');
  await browser.push(message(0));
  assert.equal(browser.alerts(), 202, 'the first is forgotten');
});

test('without a memory a push is shown', async () => {
  const browser = new Browser();
  browser.indexedDB = { open: () => { throw new Error('not here'); } };
  await browser.push(message('a'));
  assert.equal(browser.alerts(), 1);
});

test('a tap opens where the message leads, in a window that is there already if one is', async () => {
  const focused = [];
  const there = { url: LINK, focus: async () => focused.push(LINK) };
  for (const [windows, opens, focuses] of [[[], [LINK], []], [[{ url: 'https://notify.example/' }, there], [], [LINK]]]) {
    const browser = new Browser(windows);
    focused.length = 0;
    await browser.push(message('a'));
    await browser.fire('notificationclick', { notification: browser.displayed[0] });
    assert.deepEqual([browser.displayed, browser.opened, focused], [[], opens, focuses]);
  }
});

test('a tap opens nothing but web addresses', async () => {
  for (const navigate of ['javascript:alert(1)', 'data:text/html,x', '/r/x', 'no', undefined]) {
    const browser = new Browser();
    await browser.push({ ...message('a'), navigate });
    await browser.fire('notificationclick', { notification: browser.displayed[0] });
    assert.deepEqual([browser.displayed, browser.opened], [[], []], navigate);
  }
});

test('a subscription that changed is made anew under the same key', async () => {
  const browser = new Browser();
  await browser.fire('pushsubscriptionchange', { oldSubscription: { options: { applicationServerKey: 'key' } } });
  await browser.fire('pushsubscriptionchange', {});
  assert.equal(JSON.stringify(browser.subscribed), '[{"userVisibleOnly":true,"applicationServerKey":"key"}]');
});
