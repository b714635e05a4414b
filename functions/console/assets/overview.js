// What came of asking, day by day.

import { get, path, webhook } from './api.js';
import { chart } from './chart.js';
import { button, el, failure, figures, link, load, notice, say, section, show, table } from './dom.js';
import { day, many, number, share, sum } from './format.js';
import { HEALTH } from './words.js';

const RANGES = [7, 30, 90];
const DAY = 86_400_000;
let range = 30;

export function draw(root, signal) {
  const health = el('div');
  const place = el('div');
  const choice = el('div.choice', { role: 'group', 'aria-label': 'Days shown' });
  show(root, health, choice, place);
  tell(health, signal);
  let latest = new AbortController();
  const again = () => {
    latest.abort();
    latest = new AbortController();
    const within = AbortSignal.any([signal, latest.signal]);
    show(choice, RANGES.map((days) => button(many(days, 'day'), () => choose(days), { 'aria-pressed': String(days === range) })));
    return load(place, within, () => get(path(['days'], dates(range)), within), (found) => drawn(found, within));
  };
  const choose = (days) => {
    range = days;
    const at = RANGES.indexOf(days);
    again().then(() => say(`The last ${many(days, 'day')} are shown.`));
    choice.children[at].focus();
  };
  return again();
}

/** The days of a range that ends today, in UTC. */
function dates(days) {
  const text = (at) => new Date(at).toISOString().slice(0, 10);
  return { from: text(Date.now() - (days - 1) * DAY), to: text(Date.now()) };
}

/** A webhook that is well needs no words, and neither does a business without one. */
async function tell(place, signal) {
  show(place);
  try {
    const found = await webhook(signal);
    if (found && found.state !== 'healthy' && !signal.aborted) warn(place, found.state);
  } catch (error) {
    if (!signal.aborted) show(place, failure(error, () => tell(place, signal)));
  }
}

function warn(place, state) {
  const [label, tone, words] = HEALTH[state] ?? [state, 'warn', ''];
  show(place, notice(tone, el('p', {}, el('strong', {}, `The webhook: ${label.toLowerCase()}. `), words), el('p', {}, link(['webhook'], 'See why, and repair it'))));
}

const NOTHING = { asked: 0, granted: 0, declined: 0, sent: 0, failed: {}, unknown: 0, revoked: 0, expired: 0, returned: 0, opened: 0 };

/** Every day of a range, also those on which nothing happened. */
function every({ from, to, days }) {
  const known = new Map(days.map((each) => [each.day, each]));
  const all = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) {
    const name = new Date(at).toISOString().slice(0, 10);
    all.push({ ...NOTHING, day: name, ...known.get(name) });
  }
  return all;
}

function drawn(found, signal) {
  const days = every(found);
  const total = Object.fromEntries(Object.keys(NOTHING).map((name) => [name, days.reduce((count, each) => count + count_of(each[name]), 0)]));
  if (found.days.length === 0) return empty();
  const words = `Asked ${number(total.asked)}, granted ${number(total.granted)}, sent ${number(total.sent)}, opened ${number(total.opened)} in ${many(days.length, 'day')}. The table below holds each day.`;
  const place = el('div.chart');
  chart(place, days, words, signal).catch(() => show(place, el('p.soft', {}, 'The chart cannot be drawn; the table below holds the same numbers.')));
  return [tiles(total), section('From the question to the opening, by day (UTC)', place, byDay(days))];
}

const count_of = (value) => (typeof value === 'number' ? value : sum(value));

const empty = () =>
  notice('empty', el('p', {}, 'Nothing happened in these days.'), el('p', {}, 'Ask somebody with ', el('code', {}, 'POST /v1/optins'), ', or choose more days.'));

function tiles(total) {
  const of = (part, whole, name) => share(part, whole) && `${share(part, whole)} of ${name}`;
  return figures([
    ['Asked', number(total.asked)],
    ['Granted', number(total.granted), of(total.granted, total.asked, 'asked')],
    ['Sent', number(total.sent), of(total.sent, total.granted, 'granted')],
    ['Opened', number(total.opened), of(total.opened, total.sent, 'sent')],
    ['Declined', number(total.declined)],
    ['Failed', number(total.failed)],
    ['Unknown', number(total.unknown)],
    ['Given back', number(total.returned)],
    ['Taken back', number(total.revoked)],
    ['Expired', number(total.expired)],
  ]);
}

function byDay(days) {
  const column = (name, title) => ({ title, number: true, cell: (each) => number(count_of(each[name])) });
  const columns = [
    { title: 'Day', cell: (each) => day(each.day) },
    ...Object.entries({ asked: 'Asked', granted: 'Granted', sent: 'Sent', opened: 'Opened', declined: 'Declined', failed: 'Failed', unknown: 'Unknown', returned: 'Given back', revoked: 'Taken back', expired: 'Expired' }).map(([name, title]) => column(name, title)),
  ];
  return el('details', {}, el('summary', {}, 'The same numbers as a table'), table('What happened, day by day, the latest first', columns, days.toReversed()));
}
