// One topic: its demand, and who is next.

import { get, path } from './api.js';
import { el, facts, figures, link, load, notice, section, show, table, theirs, time, to } from './dom.js';
import { many, number } from './format.js';
import { channel, whatNext, why } from './words.js';

export function draw(root, signal, [name]) {
  const demand = el('div');
  const next = el('div');
  show(root, el('p', {}, el('a.button.primary', { href: to('topic', name, 'release') }, 'Start a release')), demand, section('Who is next', next));
  load(next, signal, () => get(path(['topics', name, 'waiting'], { limit: 10 }), signal), line);
  return load(demand, signal, () => get(path(['topics', name]), signal), counters);
}

function counters(demand) {
  const rows = [
    ['Waiting now', demand.waiting],
    ['Asked', demand.asked],
    ['Granted', demand.granted],
    ['Declined', demand.declined],
    ['Sent', demand.sent],
    ['Opened', demand.opened],
    ['Unknown', demand.unknown],
    ['Given back', demand.returned],
    ['Taken back', demand.revoked],
    ['Expired', demand.expired],
  ];
  return [
    demand.asked === 0 && notice('empty', el('p', {}, 'Nobody has been asked about this topic.')),
    figures(rows.map(([title, count]) => [title, number(count)])),
    el('p.soft', {}, 'These count seconds behind what they count, and each thing once.'),
    section('Messages that failed', failures(demand.failed)),
  ];
}

/** Failures by reason, the most first. */
export function failures(failed) {
  const rows = Object.entries(failed ?? {}).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return el('p.soft', {}, 'None has failed.');
  return table('Failures by reason', [
    { title: 'Reason', cell: ([reason]) => reason },
    { title: 'Messages', number: true, cell: ([, count]) => number(count) },
    { title: 'Why', cell: ([reason]) => why(reason) },
    { title: 'What to do', cell: ([reason]) => whatNext(reason) ?? '' },
  ], rows);
}

const COLUMNS = [
  { title: 'Person', cell: ({ user }) => link(['user', user], theirs(user)) },
  { title: 'Waiting since', cell: ({ granted_at: at }) => time(at) },
  { title: 'By', cell: ({ channel: kind }) => channel(kind) },
  { title: 'Until', cell: ({ expires_at: at }) => time(at) },
  { title: 'Asked about', cell: ({ optin, title }) => link(['optin', optin], theirs(title ?? optin)) },
];
/** Of those, what a narrow place has room for. */
export const FEW = COLUMNS.slice(0, 3);

/** Those who come first. */
export function line({ waiting, order, next }, columns = COLUMNS) {
  if (next.length === 0) return notice('empty', el('p', {}, waiting > 0 ? 'Who waits said yes within the last few seconds, and is shown in a moment.' : 'Nobody waits.'));
  const title = `The ${order} ${number(next.length)} of ${many(waiting, 'person who waits', 'people who wait')}`;
  return table(title, columns, next);
}

/** A message as it was written. */
export function message({ title, text, url }) {
  return facts([['Title', title && theirs(title)], ['Text', el('blockquote', {}, theirs(text))], ['Link', url && theirs(url)]]);
}
