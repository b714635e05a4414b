// All that is kept of a person: shown, exported, erased.

import { Problem, call, get, path } from './api.js';
import { confirmed } from './dialog.js';
import { badge, busy, button, el, link, load, notice, say, section, show, table, theirs, time } from './dom.js';
import { many } from './format.js';
import { channel, stateOf, why } from './words.js';

export function draw(root, signal, [user]) {
  const place = el('div');
  const again = () => load(place, signal, () => kept(user, signal), (found) => (found ? drawn(user, found, signal, again) : nothing(user)));
  show(root, place);
  return again();
}

/** What is kept; nothing where that is nothing. */
async function kept(user, signal) {
  try {
    return await get(path(['users', user, 'export']), signal);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined;
    throw error;
  }
}

const nothing = (user) =>
  notice('empty', el('p', {}, 'Nothing is kept of ', el('strong', {}, theirs(user)), '.'), el('p', {}, 'They were never asked, what was kept has run out, or they were erased. Check how it is written: upper and lower case are told apart. ', link(['optins'], 'Find somebody else')));

function drawn(user, found, signal, again) {
  const trouble = el('div');
  const save = button('Export as JSON', () => busy(save, trouble, signal, () => exported(user, signal)));
  const erase = button('Erase this person', () => erased(user, found, signal, again), { class: 'danger' });
  return [
    el('p.actions', {}, save, erase),
    trouble,
    found.blocked_at && notice('warn', el('p', {}, 'Has blocked your business since ', time(found.blocked_at), '. No question and no message reaches them; only they can lift it.')),
    found.erased_at && notice('plain', el('p', {}, 'Was erased ', time(found.erased_at), '. What was kept before goes within moments; a note of the erasure stays for 30 days.')),
    section('Opt-ins', optins(found.optins)),
    section('Addresses', addresses(found.addresses)),
    section('Questions that the caps remember', asks(found.asks)),
  ];
}

function optins(all) {
  if (!all.length) return el('p.soft', {}, 'None.');
  return table(many(all.length, 'opt-in'), [
    { title: 'Asked about', cell: ({ id, title, topic }) => link(['optin', id], theirs(title ?? topic ?? id)) },
    { title: 'Topic', cell: ({ topic }) => topic && link(['topic', topic], topic) },
    { title: 'State', cell: ({ state }) => badge(stateOf(state).label, stateOf(state).tone) },
    { title: 'Why', cell: ({ reason }) => (reason ? why(reason) : '') },
    { title: 'By', cell: ({ channel: kind }) => (kind ? channel(kind) : '') },
    { title: 'Asked', cell: ({ asked_at: at }) => time(at) },
  ], all);
}

const GIVEN = { business: 'your business', person: 'the person' };

function addresses(all) {
  if (!all.length) return el('p.soft', {}, 'None is kept.');
  return table('Addresses at which questions reach them', [
    { title: 'Channel', cell: ({ channel: kind }) => channel(kind) },
    { title: 'Address', cell: ({ channel: kind, address }) => (kind === 'webpush' ? 'a subscription of their browser' : theirs(address)) },
    { title: 'Given by', cell: ({ given_by: by }) => GIVEN[by] ?? by },
    { title: 'Since', cell: ({ kept_at: at }) => time(at) },
  ], all);
}

function asks(all) {
  if (!all.length) return el('p.soft', {}, 'None.');
  return table('The last questions, which count towards the caps', [
    { title: 'Asked', cell: ({ at }) => time(at) },
    { title: 'Topic', cell: ({ topic }) => (topic ? link(['topic', topic], topic) : 'no longer known') },
  ], all);
}

/** Saves what is kept as a file, as it stands now. */
async function exported(user, signal) {
  const found = await get(path(['users', user, 'export']), signal);
  const url = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: 'application/json' }));
  el('a', { href: url, download: `ringonce-${user.replace(/[^A-Za-z0-9_-]+/g, '-')}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say('The export is saved.');
}

async function erased(user, found, signal, again) {
  const goes = ['every opt-in, with its timeline, token and message', 'every address that is kept', 'the questions that the caps remember'];
  const stays = [
    found.blocked_at ? 'the block: they go on being asked nothing' : 'a block, if they ever set one (there is none now)',
    'the counts of topics, releases and days, which name nobody',
    'that and when they were erased, for 30 days, so that no old link brings anything back',
    'backups, until their time is up',
  ];
  const list = (items) => el('ul', {}, items.map((item) => el('li', {}, item)));
  const done = await confirmed({
    title: 'Erase this person?',
    body: [el('p', {}, 'This goes at once and cannot be taken back:'), list(goes), el('p', {}, 'This stays:'), list(stays)],
    action: 'Erase for good',
    typed: user,
    signal,
    run: () => call('DELETE', path(['users', user])),
  });
  if (!done) return;
  await again();
  say('The person is erased.');
  document.getElementById('title').focus();
}

