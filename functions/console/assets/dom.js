// Elements, and the parts that pages are made of. Whatever anybody wrote becomes text, never markup.

import { explained } from './api.js';
import { minute, moment } from './format.js';

/**
 * An element: `el('p.soft', { id: 'x', onclick: f }, 'text', node)`. What is `undefined`, `null` or `false` is left out.
 */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (isNothing(value)) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => !isNothing(child)));
  return element;
}

const isNothing = (value) => value === undefined || value === null || value === false;

/** Shows children in a place, in place of what was there. */
export const show = (place, ...children) => place.replaceChildren(...children.flat(Infinity).filter((child) => !isNothing(child)));

let numbered = 0;
/** An id that no other element has. */
export const fresh = (prefix) => `${prefix}-${(numbered += 1)}`;

/** Says something to who cannot see the page. */
export function say(text) {
  document.getElementById('live').textContent = text;
}

/** A point in time, as its reader's clock shows it: to the minute, or to the second. */
export const time = (at, exactly = false) => el('time', { datetime: at, title: at }, exactly ? moment(at) : minute(at));

/** A link within the console. */
export const link = (path, text) => el('a', { href: to(...path) }, text);

/** The address of a page: `to('topic', 'shirt-m')` is `#/topic/shirt-m`. */
export const to = (...path) => `#/${path.map(encodeURIComponent).join('/')}`;

/** What somebody else wrote. It may be in another direction. */
export const theirs = (text) => el('bdi', {}, text);

export const section = (title, ...children) => el('section', {}, el('h2', {}, title), children);

export const badge = (text, tone = '') => el(`span.badge${tone && `.${tone}`}`, {}, text);

export const notice = (tone, ...children) => el(`div.notice.${tone}`, {}, children);

/** Names and their values. Pairs without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => !isNothing(value) && value !== '');
  return el('dl.facts', {}, known.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

/** Figures side by side: `[name, value, note?]`. */
export const figures = (rows) =>
  el('dl.figures', {}, rows.map(([name, value, note]) => el('div', {}, el('dt', {}, name), el('dd', {}, value, note && el('small', {}, note)))));

/**
 * A table that scrolls by itself where it is wider than its page. Columns are `{ title, cell, number? }`, the first one
 * names its row.
 */
export function table(caption, columns, rows) {
  const head = columns.map(({ title, number, head, sort }) => el(number ? 'th.number' : 'th', { scope: 'col', 'aria-sort': sort }, head ?? title));
  const line = (row) => columns.map(({ cell, number }, at) => el(`${at === 0 ? 'th' : 'td'}${number ? '.number' : ''}`, { scope: at === 0 && 'row' }, cell(row)));
  return scrolling(caption, el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows.map((row) => el('tr', {}, line(row))))));
}

const scrolling = (name, child) => el('div.scroll', { role: 'region', 'aria-label': name, tabindex: 0 }, child);

/** Why something failed, and what to do next. */
export function failure(error, again) {
  const { title, detail, next, request } = explained(error);
  return el(
    'div.notice.bad',
    { role: 'alert' },
    el('p', {}, el('strong', {}, title)),
    detail && el('p', {}, detail),
    next && el('p', {}, next),
    request && el('p.soft', {}, `Request ${request}`),
    again && el('p', {}, el('button', { type: 'button', onclick: again }, 'Try again')),
  );
}

/** Shows in `place` what `fetch` brings; meanwhile that it is under way, and if it fails, why. */
export async function load(place, signal, fetch, draw) {
  place.setAttribute('aria-busy', 'true');
  show(place, el('p.loading', {}, 'Loading…'));
  try {
    const found = await fetch();
    if (!signal.aborted) show(place, await draw(found));
  } catch (error) {
    if (signal.aborted) return;
    const again = () => {
      place.tabIndex = -1;
      place.focus();
      load(place, signal, fetch, draw);
    };
    show(place, failure(error, again));
  } finally {
    place.removeAttribute('aria-busy');
  }
}

/** Runs what a button starts: once at a time, with its failure shown in `place`. */
export async function busy(button, place, signal, run) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  show(place);
  try {
    await run();
  } catch (error) {
    if (!signal.aborted) show(place, failure(error));
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

export const button = (text, onclick, attributes = {}) => el('button', { type: 'button', onclick, ...attributes }, text);
