// The releases, the latest first.

import { get, path } from './api.js';
import { badge, busy, button, el, link, load, notice, say, show, table, theirs, time } from './dom.js';
import { many, number, sum } from './format.js';
import { RELEASES } from './words.js';

export function draw(root, signal) {
  return load(root, signal, () => get(path(['releases']), signal), (found) => list(found, root, signal));
}

export function stateBadge(state) {
  const [label, tone] = RELEASES[state] ?? [state, ''];
  return badge(label, tone);
}

const COLUMNS = [
  { title: 'Started', cell: ({ id, created_at: at }) => el('a', { href: `#/release/${encodeURIComponent(id)}` }, time(at)) },
  { title: 'Topic', cell: ({ topic }) => link(['topic', topic], topic) },
  { title: 'State', cell: ({ state }) => stateBadge(state) },
  { title: 'Message', cell: ({ message }) => theirs(message.title ?? message.text) },
  { title: 'Taken', number: true, cell: ({ taken }) => number(taken) },
  { title: 'Sent', number: true, cell: ({ sent }) => number(sent) },
  { title: 'Failed', number: true, cell: ({ failed }) => number(sum(failed)) },
  { title: 'Under way', number: true, cell: ({ under_way: left }) => number(left) },
];

function list({ releases: all, next }, place, signal) {
  if (all.length === 0) return notice('empty', el('p', {}, 'There are no releases yet.'), el('p', {}, 'Choose a topic under ', link(['topics'], 'Topics'), ' and start one there.'));
  return [table('Releases, the latest first', COLUMNS, all), next && more(all, next, place, signal)];
}

function more(all, next, place, signal) {
  const trouble = el('div');
  const load = button('Load earlier ones', () =>
    busy(load, trouble, signal, async () => {
      const found = await get(path(['releases'], { before: next }), signal);
      show(place, list({ ...found, releases: [...all, ...found.releases] }, place, signal));
      (place.querySelector('[data-more]') ?? place.querySelector('.scroll')).focus();
      say(`${many(found.releases.length, 'more release')} loaded.`);
    }),
  );
  load.dataset.more = '';
  return el('div', {}, load, trouble);
}
