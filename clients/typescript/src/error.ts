import type { Problem } from "./generated.js";

/** A call that Ringonce refused. `code` is the problem's stable slug, such as `cap-reached` or `token-used`. */
export class RingonceError extends Error {
  override readonly name = "RingonceError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Seconds after which the call may succeed. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  /** The field that is wrong. */
  readonly field: string | undefined;
  /** The cap that is full. */
  readonly cap: string | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter: number | undefined) {
    // What stands before Ringonce, a gateway for one, answers without a problem document.
    const code = problem.code ?? `http-${status}`;
    super(problem.detail ? `${code}: ${problem.detail}` : code);
    this.status = status;
    this.code = code;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.retryAfter = retryAfter ?? problem.retry_after ?? undefined;
    this.requestId = problem.request_id;
    this.field = problem.field ?? undefined;
    this.cap = problem.cap ?? undefined;
  }

  /** The error of an answer that is one. */
  static of(status: number, headers: Headers, body: string): RingonceError {
    return new RingonceError(status, problemIn(body), secondsOf(headers.get("retry-after")));
  }
}

function problemIn(body: string): Partial<Problem> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && "code" in value ? (value as Partial<Problem>) : {};
  } catch {
    return {};
  }
}

/** `Retry-After` in seconds, whether it holds seconds or a date (RFC 9110). */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
