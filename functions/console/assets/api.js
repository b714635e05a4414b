// The API of this origin, called with a key that is held here and nowhere else.

let key;
let refused = () => {};

/** Holds a key from now on. */
export const hold = (text) => (key = text);
/** Forgets it. */
export const forget = () => (key = undefined);
/** Has `then` called when the key turns out to be none. */
export const whenRefused = (then) => (refused = then);

/** An answer that is not what was asked for: the API's problem document. */
export class Problem extends Error {
  constructor(status, document, retryAfter) {
    super(document.title ?? `Status ${status}`);
    Object.assign(this, { status, code: document.code, detail: document.detail, field: document.field, request: document.request_id, retryAfter });
  }
}

/** Longest time that is waited for the one repeat of a read, in seconds. */
const PATIENCE = 5;

/** What a GET answers. It is made again once, where that may help at once. */
export async function get(path, signal) {
  try {
    return await call('GET', path, { signal });
  } catch (error) {
    const wait = pause(error);
    if (signal?.aborted || wait === undefined) throw error;
    await sleep(wait * 1000, signal);
    return call('GET', path, { signal });
  }
}

function pause(error) {
  if (!(error instanceof Problem)) return 0.5;
  const soon = error.retryAfter ?? 1;
  return error.status === 503 && soon <= PATIENCE ? soon : undefined;
}

/** Waits; ends at once, with the signal's reason, when it is aborted. */
export function sleep(milliseconds, signal) {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', () => (clearTimeout(timer), fail(signal.reason)), { once: true });
  });
}

/** One call. What it answers is JSON, or nothing. */
export async function call(method, path, { body, signal, once } = {}) {
  const headers = { authorization: `Bearer ${key}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (once) headers['idempotency-key'] = once;
  const used = key;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  const document = await answer.json().catch(() => ({}));
  signal?.throwIfAborted();
  if (answer.ok) return document;
  const problem = new Problem(answer.status, document, document.retry_after ?? seconds(answer.headers.get('retry-after')));
  if (answer.status === 401 && used === key) refused(problem);
  throw problem;
}

const seconds = (header) => (/^\d+$/.test(header ?? '') ? Number(header) : undefined);

/** The address of a call: its parts as path segments, then its query without what is undefined. */
export function path(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given).toString();
  return `/v1/${parts.map(encodeURIComponent).join('/')}${search && `?${search}`}`;
}

/** The business's webhook; nothing where it has none. */
export async function webhook(signal) {
  try {
    return await get(path(['webhook']), signal);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined;
    throw error;
  }
}

/** An opt-in, without the token: nobody reads it here. */
export async function optin(id, signal) {
  const { token: _, ...rest } = await get(path(['optins', id]), signal);
  return rest;
}

/** A key under which a repeated call runs once. */
export function onceKey() {
  return `console-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** What failed in words, and what to do next. */
export function explained(error) {
  if (!(error instanceof Problem)) {
    const next = 'Check your connection and try again. If others cannot reach it either, tell whoever runs this deployment.';
    return { title: 'Ringonce cannot be reached', next };
  }
  return { title: error.message, detail: error.detail, next: next(error), request: error.request };
}

function next({ status, code, retryAfter }) {
  if (retryAfter !== undefined) return `Try again in ${retryAfter === 1 ? 'a second' : `${retryAfter} seconds`}.`;
  if (status === 429 || status === 503) return 'Wait a moment, and try again.';
  if (code === 'forbidden') return 'Sign in with a secret key of your business (ro_sk_...).';
  if (status >= 500) return 'Try again. If it fails again, give the request id to whoever runs this deployment.';
  return undefined;
}
