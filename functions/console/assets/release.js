// One release, as it goes on.

import { call, get, path, sleep } from './api.js';
import { confirmed } from './dialog.js';
import { button, el, facts, failure, figures, link, load, section, show, say, time } from './dom.js';
import { many, moment, number, seconds, share, short, span, sum } from './format.js';
import { stateBadge } from './releases.js';
import { failures, message } from './topic.js';
import { ENDS, RELEASES } from './words.js';

/** How often a release is looked at, in milliseconds: while it runs, and while messages of one that has ended are under way. */
const RUNNING = 1000;
const SETTLING = 3000;
/** How often who cannot see is told how far it is. */
const TOLD = 10_000;
/** Looks by which the rate is measured. */
const LOOKS = 15;

const OUTCOMES = { sent: 'Sent', failed: 'Failed', unknown: 'Unknown', returned: 'Given back', revoked: 'Taken back', expired: 'Expired', erased: 'Erased', under_way: 'Under way' };

export function draw(root, signal, [id]) {
  return load(root, signal, () => first(id, signal), (found) => {
    const live = new Live(found, signal);
    live.go();
    return live.nodes;
  });
}

/** The release, and how many it may come to where it has no limit. */
async function first(id, signal) {
  const found = await get(path(['releases', id]), signal);
  if (found.state !== 'running' || found.limit) return { found, total: found.limit };
  const { waiting } = await get(path(['topics', found.topic]), signal);
  return { found, total: found.taken + waiting };
}

const settledOf = ({ taken, under_way: left }) => taken - left;

class Live {
  #looks = [];
  #told = 0;
  #signal;
  #total;
  #found;
  #state = el('div');
  #bar = el('progress', { 'aria-label': 'Messages that have come to their end', max: 1, value: 0 });
  #pace = el('p');
  #trouble = el('div');
  #outcomes = el('div');
  #failures = el('div');
  #stop = button('Stop the release', () => this.#ask(), { class: 'danger' });

  constructor({ found, total }, signal) {
    this.#signal = signal;
    this.#total = total;
    this.nodes = [this.#state, this.#bar, this.#pace, this.#trouble, el('p', {}, this.#stop), this.#outcomes, section('Messages that failed', this.#failures), section('What it sends', about(found))];
    this.#draw(found);
  }

  /** Looks again and again, as long as something may change and the tab is seen. */
  async go() {
    try {
      while (this.#isOpen()) {
        await sleep(this.#found.state === 'running' ? RUNNING : SETTLING, this.#signal);
        await seen(this.#signal);
        await this.#look();
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  #isOpen = () => this.#found.state === 'running' || this.#found.under_way > 0;

  async #look() {
    try {
      const found = await get(path(['releases', this.#found.id]), this.#signal);
      show(this.#trouble);
      this.#draw(found);
    } catch (error) {
      if (this.#signal.aborted) throw error;
      show(this.#trouble, failure(error), el('p', {}, 'The release goes on by itself. It is looked at again in a moment.'));
      await sleep((error.retryAfter ?? 4) * 1000, this.#signal);
    }
  }

  #draw(found) {
    const before = this.#found;
    this.#found = found;
    const running = found.state === 'running';
    this.#looks = [...this.#looks, { at: performance.now(), settled: settledOf(found) }].slice(-LOOKS);
    const total = Math.max(running ? (this.#total ?? 0) : 0, found.taken);
    this.#bar.max = Math.max(1, total);
    this.#bar.value = total === 0 ? Number(!running) : settledOf(found);
    show(this.#state, stateBadge(found.state), ' ', found.reason && (ENDS[found.reason] ?? found.reason));
    this.#pace.textContent = this.#words(found, total);
    // Drawn anew only when they change: a reader may be in the middle of them.
    if (!before || JSON.stringify({ ...before, next_step_at: 0 }) !== JSON.stringify({ ...found, next_step_at: 0 })) this.#count(found);
    this.#stop.hidden = !running;
    this.#tell(before, found);
  }

  #count(found) {
    const rows = Object.entries(OUTCOMES).map(([name, title]) => [title, name === 'failed' ? sum(found.failed) : found[name]]);
    show(this.#outcomes, figures([['Taken', number(found.taken)], ...rows.map(([title, count]) => [title, number(count), share(count, found.taken)])]));
    show(this.#failures, failures(found.failed));
  }

  #words(found, total) {
    const settled = settledOf(found);
    const part = `${number(settled)} of ${found.state === 'running' && !found.limit ? 'about ' : ''}${number(total)} have come to their end`;
    if (found.state !== 'running') return `${part}.`;
    const rate = this.#rate();
    const left = timeLeft(found, total, settled, rate);
    const pace = rate > 0 ? `, ${short(rate)} a second` : '';
    const next = found.next_step_at ? ` The next step begins ${moment(found.next_step_at)}.` : '';
    return `${part}${pace}${left === undefined ? '' : `, about ${seconds(left)} left`}.${next}`;
  }

  #rate() {
    const [from, to] = [this.#looks[0], this.#looks.at(-1)];
    return to.at > from.at ? ((to.settled - from.settled) * 1000) / (to.at - from.at) : 0;
  }

  #tell(before, found) {
    // One may have ended before its page is first drawn: that is told too.
    const ended = found.state !== 'running' && (!before || before.state === 'running');
    if (!ended && (!before || Date.now() - this.#told < TOLD || settledOf(before) === settledOf(found))) return;
    this.#told = Date.now();
    say(ended ? `The release is ${RELEASES[found.state]?.[0].toLowerCase()}. ${ENDS[found.reason] ?? ''}` : this.#pace.textContent);
  }

  async #ask() {
    const { id } = this.#found;
    await confirmed({
      title: 'Stop this release?',
      body: [el('p', {}, 'It takes nobody any more. Those whom it has taken already still get their message. It cannot be started again; another release can take those who are left.')],
      action: 'Stop it',
      signal: this.#signal,
      run: async () => {
        await call('DELETE', path(['releases', id]));
        await this.#look();
        return true;
      },
    });
    document.getElementById('title').focus();
  }
}

/** Seconds until it has come to its end, as far as can be told. */
function timeLeft(found, total, settled, rate) {
  const { batch_size: size, next_step_at: next } = found;
  if (size && next) {
    const steps = Math.ceil((total - found.taken) / size);
    return steps > 0 ? (Date.parse(next) - Date.now()) / 1000 + (steps - 1) * inSeconds(found.batch_every) : undefined;
  }
  return rate > 0 ? (total - settled) / rate : undefined;
}

const SIZES = { s: 1, m: 60, h: 3600, d: 86_400 };
const inSeconds = (text) => parseInt(text, 10) * SIZES[text.at(-1)];

/** Waits until the tab is seen. */
function seen(signal) {
  if (!document.hidden) return undefined;
  return new Promise((done, fail) => {
    document.addEventListener('visibilitychange', () => done(), { once: true, signal });
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
  });
}

function about(found) {
  return [
    message(found.message),
    facts([
      ['Topic', link(['topic', found.topic], found.topic)],
      ['Started', time(found.created_at)],
      ['At most', found.limit && many(found.limit, 'person', 'people')],
      ['First', found.order === 'oldest' ? 'who has waited longest' : 'who has waited shortest'],
      ['Steps', found.batch_size ? `${many(found.batch_size, 'person', 'people')} every ${span(found.batch_every)}` : 'all at once'],
      ['Check address', found.check_url],
      ['Id', el('code', {}, found.id)],
    ]),
  ];
}
