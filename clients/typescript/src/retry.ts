import { RingonceError } from "./error.js";

/** How far a call goes before its failure is thrown. Times are milliseconds. */
export interface Patience {
  /** How often a call is tried at most. Without it, 3. */
  tries?: number;
  /** How long a call takes at most, with all its tries and the waiting between them. Without it, 30,000. */
  inAll?: number;
  /** How long one try takes at most. Without it, 10,000. */
  aTry?: number;
}

type Fetch = (request: Request) => Promise<Response>;

const TOLD_TO_WAIT = [429, 503];
/** The first backoff, in milliseconds; each further one is twice as long. */
const BACKOFF = 500;

/**
 * A fetch that throws what is refused, and tries again what may pass: 429, 503 and connections that break. That is safe for
 * every call, because one that changes something carries an `Idempotency-Key`, the same over all its tries.
 */
export function persistent(fetch: Fetch, { tries = 3, inAll = 30_000, aTry = 10_000 }: Patience): Fetch {
  return async (first) => {
    const request = withIdempotencyKey(first);
    const deadline = Date.now() + inAll;
    for (let tried = 1; ; tried++) {
      const outcome = await attempt(fetch, request, Math.min(aTry, deadline - Date.now()));
      if (outcome instanceof Response) return outcome;
      request.signal.throwIfAborted();
      const wait = waitBefore(outcome, tried);
      if (tried >= tries || wait === undefined || Date.now() + wait >= deadline) throw outcome;
      await sleep(wait, request.signal);
    }
  };
}

function withIdempotencyKey(request: Request): Request {
  if (request.method === "GET" || request.headers.has("idempotency-key")) return request;
  const headers = new Headers(request.headers);
  headers.set("idempotency-key", randomKey());
  return new Request(request, { headers });
}

/** Not `crypto.randomUUID`, which browsers have on secure pages alone. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A whole answer, its body too: a connection can break in the middle of it. Anything else comes back as the error it is. */
async function attempt(fetch: Fetch, request: Request, milliseconds: number): Promise<Response | Error> {
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(Math.max(1, milliseconds))]);
    const response = await fetch(new Request(request.clone(), { signal }));
    const { status, headers } = response;
    const body = await response.text();
    if (status >= 400) return RingonceError.of(status, headers, body);
    return new Response(body === "" ? null : body, { status, headers });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** How many milliseconds to wait before the next try; nothing where another one is of no use. */
function waitBefore(outcome: Error, tried: number): number | undefined {
  const backoff = Math.random() * BACKOFF * 2 ** (tried - 1);
  if (!(outcome instanceof RingonceError)) return backoff;
  return TOLD_TO_WAIT.includes(outcome.status) ? (outcome.retryAfter ?? 0) * 1000 + backoff : undefined;
}

/** Waits; rejects with the signal's reason once it aborts. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      fail(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
