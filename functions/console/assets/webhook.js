// The business's webhook: how it does, and what it missed.

import { call, path, webhook } from './api.js';
import { badge, busy, button, el, facts, fresh, load, notice, say, section, show, table, theirs, time } from './dom.js';
import { many, number } from './format.js';
import { DISABLED, FAILURES, HEALTH, VERDICTS } from './words.js';

export function draw(root, signal) {
  const place = el('div');
  const again = () => load(place, signal, () => webhook(signal), (found) => (found ? drawn(found, signal, again) : none()));
  show(root, place);
  return again();
}

const none = () => notice('empty', el('p', {}, 'Your business has no webhook: it hears of answers and messages by the API alone.'), el('p', {}, 'Whoever runs this deployment sets one: ', el('code', {}, 'ringonce business set … --webhook https://…')));

function drawn(found, signal, again) {
  return [health(found), trying(found, signal, again), section('Send what was missed', replaying(found, signal)), section('What happened to it', events(found.events))];
}

function health({ url, state, since, reason, last_failure: last, recovered_at: recovered }) {
  const [label, tone, words] = HEALTH[state] ?? [state, '', ''];
  return [
    notice(tone, el('p', {}, badge(label, tone), ' ', words), reason && el('p', {}, el('strong', {}, 'Why: '), `${DISABLED[reason] ?? reason}.`), state === 'disabled' && el('p', {}, 'Repair the endpoint, test it, enable the webhook, then send what was missed.')),
    facts([
      ['Address', theirs(url)],
      ['Since', since && time(since)],
      ['Last failure noted', last && [time(last.at), `: ${FAILURES[last.reason] ?? last.reason}`]],
      ['Recovered', recovered && time(recovered)],
    ]),
  ];
}

function trying({ state }, signal, again) {
  const place = el('div', { role: 'status' });
  const test = button('Send a test event', () =>
    busy(test, place, signal, async () => {
      const { verdict } = await call('POST', path(['webhook', 'test']), { signal });
      const [words, tone] = VERDICTS[verdict] ?? [verdict, 'warn'];
      show(place, notice(tone, el('p', {}, badge(verdict, tone), ' ', words)));
    }),
  );
  const enable = button('Enable it again', () =>
    busy(enable, place, signal, async () => {
      await call('POST', path(['webhook', 'enable']), { signal });
      await again();
      say('The webhook is enabled.');
      document.getElementById('title').focus();
    }), { class: 'primary' });
  return [el('p.actions', {}, test, state === 'disabled' && enable), place];
}

function events(all) {
  if (all.length === 0) return el('p.soft', {}, 'It was never disabled.');
  return table('When it was disabled and enabled, the latest first', [
    { title: 'When', cell: ({ at }) => time(at) },
    { title: 'What', cell: ({ kind }) => kind },
    { title: 'Why', cell: ({ reason }) => (reason ? (DISABLED[reason] ?? reason) : '') },
  ], all);
}

/** Counts what was missed, and sends it once somebody has seen how much that is. */
function replaying({ state }, signal) {
  const place = el('div', { role: 'status' });
  const trouble = el('div');
  const since = el('input', { type: 'datetime-local', id: fresh('since') });
  const from = () => (since.value ? new Date(since.value).toISOString() : undefined);
  const run = (dry, done) => async () => {
    const body = { since: from(), dry_run: dry };
    done(await pages(body, signal, (sofar) => show(place, el('p', {}, words(sofar, dry)))));
  };
  const send = (counted) => {
    if (state === 'disabled') return el('p', {}, 'They can be sent once the webhook is enabled.');
    const again = button(`Send ${many(counted.found, 'event')} again`, () => busy(again, trouble, signal, run(false, (found) => show(place, finished(found)))), { class: 'primary' });
    return el('p', {}, again);
  };
  const count = button('Count what was missed', () =>
    busy(count, trouble, signal, run(true, (found) => show(place, el('p', {}, `${many(found.found, 'event')} ${found.found === 1 ? 'was' : 'were'} missed.`), found.found > 0 && send(found)))));
  since.addEventListener('input', () => show(place));
  return [
    el('p', {}, 'Events that the endpoint did not take are kept for 30 days. Sent again, each has the id that it had. Where there are many it takes a while; it may be left, and repeated.'),
    el('p.field', {}, el('label', { for: since.id }, 'Only what happened since (optional)'), since),
    el('p', {}, count),
    place,
    trouble,
  ];
}

const words = ({ found, made_due: due }, dry) => (dry ? `${many(found, 'missed event')} found so far…` : `${many(due, 'event')} made due so far…`);

function finished({ made_due: due, under_way: already }) {
  const more = already > 0 ? ` ${number(already)} more were due already.` : '';
  return el('p', {}, `${many(due, 'event')} ${due === 1 ? 'is' : 'are'} due now, and sent within a minute.${more}`);
}

/** One call after another, a hundred events each at the most, to the end. What each came to is added up. */
async function pages(body, signal, tell) {
  const total = { found: 0, made_due: 0, under_way: 0 };
  for (let after; ; ) {
    const page = await call('POST', path(['webhook', 'replay']), { body: { ...body, after }, signal });
    for (const name of Object.keys(total)) total[name] += page[name];
    after = page.next;
    if (!after) return total;
    tell(total);
  }
}
