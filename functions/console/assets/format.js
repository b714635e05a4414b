// Numbers, times and spans in words.

const NUMBER = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const MINUTE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

export const number = (value) => NUMBER.format(value);
export const short = (value) => SHORT.format(value);
export const dollars = (value) => MONEY.format(value);
export const moment = (at) => MOMENT.format(new Date(at));
export const minute = (at) => MINUTE.format(new Date(at));
export const day = (text) => DAY.format(new Date(`${text}T00:00:00Z`));

/** `1 person`, `3 people`. */
export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

/** How much of a whole, in words; nothing where there is no whole. */
export const share = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : undefined);

export const sum = (counts) => Object.values(counts ?? {}).reduce((total, count) => total + count, 0);

const UNITS = { s: ['second', 1], m: ['minute', 60], h: ['hour', 3600], d: ['day', 86_400] };

/** A span as the API writes it (`90s`, `7d`) in words: `90 seconds`, `7 days`, and a single one as `a day`. */
export function span(text) {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (!unit) return text;
  const [word] = UNITS[unit];
  return count === '1' ? `${word === 'hour' ? 'an' : 'a'} ${word}` : `${count} ${word}s`;
}

/** Seconds in words, in the two largest units that tell something. */
export function seconds(total) {
  let left = Math.max(0, Math.round(total));
  const parts = [];
  for (const [word, size] of Object.values(UNITS).reverse()) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(many(count, word));
  }
  return parts.slice(0, 2).join(' ') || '0 seconds';
}
