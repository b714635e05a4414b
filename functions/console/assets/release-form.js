// Starting a release: what is said, to how many, and who that would be.

import { Problem, call, get, onceKey, path } from './api.js';
import { confirmed } from './dialog.js';
import { busy, el, facts, load, notice, show, theirs, to } from './dom.js';
import { dollars, many, number, short, span } from './format.js';
import { FEW, line } from './topic.js';

const UNITS = [['s', 'seconds'], ['m', 'minutes'], ['h', 'hours'], ['d', 'days']];

export function draw(root, signal, [topic]) {
  // Made once for this form: however often it is sent, it starts one release.
  const once = onceKey();
  const trouble = el('div');
  const preview = el('div', { 'aria-live': 'polite' });
  const form = el('form.form', { autocomplete: 'off', novalidate: true }, fields(), trouble, el('p.actions', {}, el('button.primary', {}, 'Review and start')));
  const look = previews(topic, form, preview, signal);
  form.addEventListener('input', (event) => {
    unmark(event.target);
    if (event.target.name === 'steps') stepwise(form);
    if (['limit', 'order'].includes(event.target.name)) look();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (marked(form)) return;
    busy(form.querySelector('button'), trouble, signal, () => review(topic, once, form, signal));
  });
  stepwise(form);
  show(root, el('div.split', {}, form, el('aside', { 'aria-labelledby': 'preview' }, el('h2', { id: 'preview' }, 'Who would get it'), preview)));
  look(0);
}

function field(name, label, hint, input) {
  input.id = `field-${name.replace('.', '-')}`;
  input.name = name;
  const described = `${input.id}-hint ${input.id}-error`;
  input.setAttribute('aria-describedby', described);
  const error = el('span.error', { id: `${input.id}-error` });
  return el('p.field', {}, el('label', { for: input.id }, label), input, hint && el('span.hint', { id: `${input.id}-hint` }, hint), error);
}

const radio = (name, value, label, checked) => el('label.option', {}, el('input', { type: 'radio', name, value, checked }), label);

function fields() {
  const whole = { type: 'number', min: 1, step: 1, inputmode: 'numeric' };
  const unit = el('select', { name: 'unit', 'aria-label': 'Unit of the time between two steps' }, UNITS.map(([value, label]) => el('option', { value, selected: value === 'm' }, label)));
  const every = field('batch.every', 'Time from one step to the next', 'From a second to 30 days.', el('input', { ...whole, value: 15 }));
  every.querySelector('input').after(unit);
  return [
    el('fieldset', {}, el('legend', {}, 'The message, the same for all'),
      field('message.title', 'Title (optional)', 'Without one, the title that each person was asked about.', el('input', { maxlength: 260 })),
      field('message.text', 'Text', undefined, el('textarea', { rows: 4, required: true })),
      field('message.url', 'Link (optional)', 'Where the message leads, such as https://shop.example/shirt.', el('input', { type: 'url', inputmode: 'url' }))),
    el('fieldset', {}, el('legend', {}, 'To whom'),
      field('limit', 'At most how many people (optional)', 'Without it, everybody who waits.', el('input', whole)),
      el('div.options', { role: 'radiogroup', 'aria-label': 'Who comes first' }, radio('order', 'oldest', 'Who has waited longest comes first', true), radio('order', 'newest', 'Who has waited shortest comes first'))),
    el('fieldset', {}, el('legend', {}, 'How fast'),
      el('div.options', { role: 'radiogroup', 'aria-label': 'In which steps' }, radio('steps', 'one', 'All at once', true), radio('steps', 'many', 'Step by step')),
      el('div', { id: 'steps' }, field('batch.size', 'People in a step', undefined, el('input', { ...whole, value: 100 })), every),
      field('check_url', 'Check address (optional)', 'Asked by a signed POST before each step, such as “still in stock?”: 2xx goes on, 409 or 410 ends the release.', el('input', { type: 'url', inputmode: 'url' }))),
  ];
}

function stepwise(form) {
  form.querySelector('#steps').hidden = form.elements.steps.value !== 'many';
}

/** The body of the call, as the form stands. */
function bodyOf({ elements }) {
  const text = (name) => elements[name].value.trim() || undefined;
  const count = (name) => (text(name) ? Number(text(name)) : undefined);
  const batch = elements.steps.value === 'many' ? { size: count('batch.size'), every: `${text('batch.every') ?? ''}${elements.unit.value}` } : undefined;
  const message = { title: text('message.title'), text: text('message.text'), url: text('message.url') };
  return { message, limit: count('limit'), order: elements.order.value, batch, check_url: text('check_url') };
}

function mark(form, name, words) {
  const input = form.elements[name];
  if (!input) return false;
  input.setAttribute('aria-invalid', 'true');
  form.querySelector(`#${input.id}-error`).textContent = words;
  input.focus();
  return true;
}

function unmark(input) {
  if (!input.id?.startsWith('field-')) return;
  input.removeAttribute('aria-invalid');
  document.getElementById(`${input.id}-error`).textContent = '';
}

/** Marks what is plainly wrong, the first of it last so that it gets the focus. The API has the last word. */
function marked(form) {
  const { message, limit, batch } = bodyOf(form);
  const isWhole = (count) => Number.isInteger(count) && count > 0;
  const wrong = [
    !message.text && ['message.text', 'Write what the message says.'],
    (limit !== undefined || form.elements.limit.validity.badInput) && !isWhole(limit) && ['limit', 'Write a whole number from 1 on, or nothing.'],
    batch && !isWhole(batch.size) && ['batch.size', 'Write a whole number from 1 on.'],
    batch && !/^[1-9]\d{0,2}[smhd]$/.test(batch.every) && ['batch.every', 'Write a whole number from 1 to 999.'],
  ].filter(Boolean);
  for (const [name, words] of wrong.reverse()) mark(form, name, words);
  return wrong.length > 0;
}

/** Keeps the preview as the form is: what is typed on overtakes what was asked for. */
function previews(topic, form, place, signal) {
  let latest = new AbortController();
  let typing;
  return (wait = 300) => {
    clearTimeout(typing);
    latest.abort();
    latest = new AbortController();
    const within = AbortSignal.any([signal, latest.signal]);
    typing = setTimeout(() => within.aborted || load(place, within, () => waiting(topic, form, within), drawn), wait);
  };
}

function waiting(topic, form, signal) {
  const { limit, order } = bodyOf(form);
  const people = Number.isInteger(limit) && limit > 0 ? limit : undefined;
  return get(path(['topics', topic, 'waiting'], { limit: 10, people, order }), signal);
}

const drawn = (found) => [el('p', {}, summary(found)), found.next.length > 0 && line(found, FEW)];

function summary({ waiting, cost }) {
  if (waiting === 0) return 'Nobody waits now. A release would end at once.';
  return `${many(cost.people, 'message')} to ${number(waiting)} who ${waiting === 1 ? 'waits' : 'wait'}; about ${short(cost.write_units)} write units of the table, ${dollars(cost.dollars)} by AWS's list price.`;
}

async function review(topic, once, form, signal) {
  const body = bodyOf(form);
  const found = await waiting(topic, form, signal);
  if (signal.aborted) return;
  const { message, order, batch, check_url: check } = body;
  const whole = facts([
    ['Topic', topic],
    ['Title', message.title && theirs(message.title)],
    ['Text', el('blockquote', {}, theirs(message.text))],
    ['Link', message.url && theirs(message.url)],
    ['To', summary(found)],
    ['First', order === 'oldest' ? 'who has waited longest' : 'who has waited shortest'],
    ['Steps', batch ? `${many(batch.size, 'person', 'people')} every ${span(batch.every)}` : 'all at once'],
    ['Check', check && theirs(check)],
  ]);
  const id = await confirmed({
    title: 'Start this release?',
    body: [whole, el('p', {}, 'Each person gets this one message, and their grant is used up by it. What has left cannot be taken back.')],
    action: `Send ${many(found.cost.people, 'message')}`,
    signal,
    run: () => start(topic, once, body, form),
  });
  if (id && typeof id === 'string') location.hash = to('release', id);
}

/** Starts it, and answers its id. A field that is refused is marked in the form. */
async function start(topic, once, body, form) {
  try {
    const { id } = await call('POST', path(['topics', topic, 'releases']), { body, once });
    return id;
  } catch (error) {
    if (error instanceof Problem && error.code === 'idempotency-key-reused') {
      error.detail = 'This form has started a release already, with other words. Look for it under Releases; open the form anew to start another one.';
    }
    if (!(error instanceof Problem) || error.code !== 'invalid-field') throw error;
    // After the dialog is closed, which gives the focus back to its opener.
    setTimeout(() => mark(form, error.field, error.detail) || show(form.querySelector(':scope > div'), notice('bad', error.detail)));
    return true;
  }
}

