// What people wait for.

import { get, path } from './api.js';
import { busy, button, el, link, load, notice, say, show, table, to } from './dom.js';
import { many, number, sum } from './format.js';

const PAGE = 50;
const COLUMNS = { topic: 'Topic', waiting: 'Waiting', asked: 'Asked', granted: 'Granted', sent: 'Sent', failed: 'Failed', opened: 'Opened' };
const value = (topic, name) => (name === 'failed' ? sum(topic.failed) : topic[name]);

export function draw(root, signal, [prefix = '']) {
  const state = { prefix, loaded: [], next: undefined, by: 'waiting', down: true };
  const place = el('div');
  let typing;
  let latest = new AbortController();
  const search = () => {
    latest.abort();
    latest = new AbortController();
    const within = AbortSignal.any([signal, latest.signal]);
    return load(place, within, () => page(state, within), (found) => {
      Object.assign(state, { loaded: found.topics, next: found.next });
      say(found.topics.length ? `${many(found.topics.length, 'topic')} loaded.` : 'No topic.');
      return list(state, place, within);
    });
  };
  const input = el('input', { id: 'prefix', type: 'search', value: prefix, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off' });
  const seek = () => {
    clearTimeout(typing);
    state.prefix = input.value.trim();
    // The search is part of the address, so that Back leads to it; it is no step of its own.
    history.replaceState(null, '', state.prefix ? to('topics', state.prefix) : '#/topics');
    search();
  };
  input.addEventListener('input', () => (clearTimeout(typing), (typing = setTimeout(() => signal.aborted || seek(), 300))));
  const form = el('form.search', { role: 'search', onsubmit: (event) => (event.preventDefault(), seek()) }, el('label', { for: 'prefix' }, 'Topics whose name begins with'), input);
  show(root, form, place);
  return search();
}

const page = ({ prefix }, signal, after) => get(path(['topics'], { prefix, after, limit: PAGE }), signal);

function list(state, place, signal) {
  if (state.loaded.length === 0) return empty(state.prefix);
  const by = (name) => {
    state.down = state.by === name ? !state.down : name !== 'topic';
    state.by = name;
    show(place, list(state, place, signal));
    place.querySelector(`[data-by=${name}]`).focus();
    say(`Sorted by ${COLUMNS[name].toLowerCase()}, ${state.down ? 'falling' : 'rising'}.`);
  };
  return [grid(state, by), el('p.soft', {}, honest(state)), more(state, place, signal)];
}

function empty(prefix) {
  if (prefix) return notice('empty', el('p', {}, 'No topic begins with ', el('strong', {}, prefix), '.'), el('p', {}, 'Upper and lower case are told apart. Try fewer characters.'));
  return notice('empty', el('p', {}, 'There are no topics yet.'), el('p', {}, 'A topic is there once somebody is asked about it: ', el('code', {}, 'POST /v1/optins'), '.'));
}

/** What the order is an order of. */
function honest({ loaded, next, prefix }) {
  const all = prefix ? `topics that begin with “${prefix}”` : 'topics';
  if (!next) return `All ${number(loaded.length)} ${all}.`;
  return `Sorted among the ${number(loaded.length)} ${all} that are loaded, the first by name. There are more: one that is not loaded yet may come before these.`;
}

function grid({ loaded, by, down }, sort) {
  const sign = down ? -1 : 1;
  const order = (a, b) => sign * (by === 'topic' ? (a.topic < b.topic ? -1 : 1) : value(a, by) - value(b, by)) || (a.topic < b.topic ? -1 : 1);
  const most = Math.max(1, ...loaded.map(({ waiting }) => waiting));
  const head = (name) => ({
    title: COLUMNS[name],
    number: name !== 'topic',
    sort: by === name ? (down ? 'descending' : 'ascending') : undefined,
    head: button(COLUMNS[name], () => sort(name), { class: 'sort', 'data-by': name }),
    cell: (topic) => cell(topic, name, most),
  });
  return table('Topics, and how many wait for each', Object.keys(COLUMNS).map(head), loaded.toSorted(order));
}

function cell(topic, name, most) {
  if (name === 'topic') return link(['topic', topic.topic], topic.topic);
  if (name !== 'waiting') return number(value(topic, name));
  const bar = el('span.bar', { 'aria-hidden': 'true' });
  bar.style.setProperty('--part', Math.max(0, topic.waiting) / most);
  return el('span.barred', {}, bar, number(topic.waiting));
}

function more(state, place, signal) {
  if (!state.next) return undefined;
  const trouble = el('div');
  const load = button('Load more', () =>
    busy(load, trouble, signal, async () => {
      const found = await page(state, signal, state.next);
      const before = state.loaded.length;
      Object.assign(state, { loaded: [...state.loaded, ...found.topics], next: found.next });
      show(place, list(state, place, signal));
      (place.querySelector('[data-more]') ?? place.querySelector('.scroll')).focus();
      say(`${many(state.loaded.length - before, 'more topic')} loaded.`);
    }),
  );
  load.dataset.more = '';
  return el('div', {}, load, trouble);
}
