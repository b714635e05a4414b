// The console of a business: its pages, by the hash, for who has signed in. The key is held in this tab's memory alone.

import { explained, forget, get, hold, path, whenRefused } from './api.js';
import { el, failure, show } from './dom.js';

const $ = (id) => document.getElementById(id);

/**
 * Of each page: its path, with `*` for what differs; the module that draws it, fetched when the first one is; the link of
 * the navigation that it is under; its title.
 */
const PAGES = [
  ['', 'overview', 'overview', () => 'Overview'],
  ['topics', 'topics', 'topics', () => 'Topics'],
  ['topics/*', 'topics', 'topics', () => 'Topics'],
  ['topic/*', 'topic', 'topics', (name) => `Topic ${name}`],
  ['topic/*/release', 'release-form', 'topics', (name) => `Start a release for ${name}`],
  ['releases', 'releases', 'releases', () => 'Releases'],
  ['release/*', 'release', 'releases', () => 'Release'],
  ['optins', 'optins', 'optins', () => 'Opt-ins'],
  ['optins/*', 'optins', 'optins', () => 'Opt-ins'],
  ['optin/*', 'optin', 'optins', () => 'Opt-in'],
  ['user/*', 'person', 'optins', (user) => `Person ${user}`],
  ['webhook', 'webhook', 'webhook', () => 'Webhook'],
  ['settings', 'settings', 'settings', () => 'Settings'],
];
/** What a refresh would take from its reader. */
const FILLED_IN = ['release-form', 'optins'];

let business;
let current = new AbortController();

/** The page of an address, and what differs in it. */
function found(hash) {
  const parts = hash.replace(/^#?\/?/, '').split('/').map(decoded);
  const matches = ([pattern]) => {
    const wanted = pattern.split('/');
    return wanted.length === parts.length && wanted.every((part, at) => (part === '*' ? parts[at] !== '' : part === parts[at]));
  };
  const page = PAGES.find(matches);
  return page && { page, values: parts.filter((_, at) => page[0].split('/')[at] === '*') };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Shows the page that the address names, in place of the one before, whose calls are given up. */
function turn() {
  // Neither belongs into an address, which a browser keeps.
  if (/ro_(tok|sk|pk)_/.test(decoded(location.hash))) history.replaceState(null, '', '#/optins/scrubbed');
  if (!business) return;
  current.abort();
  current = new AbortController();
  const at = found(location.hash);
  const [, module, nav, title] = at?.page ?? ['', undefined, undefined, () => 'There is no such page'];
  for (const each of document.querySelectorAll('[data-nav]')) {
    if (each.dataset.nav === nav) each.setAttribute('aria-current', 'page');
    else each.removeAttribute('aria-current');
  }
  const text = title(...(at?.values ?? []));
  $('title').textContent = text;
  document.title = `${text} · ${business.name} · Ringonce`;
  $('refresh').hidden = !module || FILLED_IN.includes(module);
  // What was told of the page before is no word on this one.
  $('live').textContent = '';
  draw(module, current.signal, at?.values);
  $('title').focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function draw(module, signal, values) {
  const root = $('page');
  show(root);
  if (!module) return show(root, el('p', {}, 'The address leads nowhere. Choose a page from the navigation.'));
  try {
    const page = await import(`./${module}.js`);
    if (!signal.aborted) await page.draw(root, signal, values);
  } catch (error) {
    // What is given up is no failure.
    if (signal.aborted) return;
    show(root, failure(error, turn));
    throw error;
  }
}

/** Shows the sign-in and nothing else, with why it is shown. */
function leave(words) {
  current.abort();
  forget();
  business = undefined;
  show($('page'));
  for (const dialog of document.querySelectorAll('dialog')) dialog.remove();
  $('live').textContent = '';
  $('business').textContent = '';
  document.title = 'Ringonce console';
  $('shell').hidden = true;
  $('sign-in').hidden = false;
  because(words);
  $('key').focus();
}

function because(words) {
  $('key-why').hidden = !words;
  $('key-why').textContent = words ?? '';
}

async function enter(key) {
  if (!/^ro_sk_[A-Za-z0-9_-]+$/.test(key)) return because(`That is no secret key: one begins with ro_sk_. ${key.startsWith('ro_pk_') ? 'A publishable key (ro_pk_) may only ask.' : 'Copy it whole, without spaces.'}`);
  hold(key);
  const submit = $('key-form').querySelector('button');
  submit.setAttribute('aria-disabled', 'true');
  try {
    business = await get(path(['business']));
  } catch (error) {
    forget();
    const { title, detail, next } = explained(error);
    return because(error.status === 401 ? 'No business has this key: it was mistyped or revoked. Check it, or have another one made.' : [title, detail, next].filter(Boolean).join('. '));
  } finally {
    submit.removeAttribute('aria-disabled');
  }
  $('business').textContent = business.name;
  $('frozen').hidden = !business.frozen;
  $('frozen').textContent = business.frozen ? `The tokens of your business are frozen: no message and no release goes until whoever runs this deployment thaws them.` : '';
  $('sign-in').hidden = true;
  $('shell').hidden = false;
  because();
  turn();
}

$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = $('key').value.trim();
  $('key').value = '';
  if ($('key-form').querySelector('button').getAttribute('aria-disabled') === 'true') return;
  $('key').focus();
  enter(key);
});
$('sign-out').addEventListener('click', () => leave());
$('refresh').addEventListener('click', () => turn());
$('skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('title').focus();
});
addEventListener('hashchange', turn);
whenRefused(() => business && leave('Your key is not valid any more: it was revoked, or your business removed. Sign in with another one.'));
turn();
leave();
