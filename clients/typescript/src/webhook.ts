import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { RingonceEvent, UnknownEvent } from "./events.js";

export { WebhookVerificationError } from "standardwebhooks";
export type * from "./events.js";

/** The headers of a request, as `fetch` has them or as Node has them. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

const KNOWN = new Set<string>([
  "optin.asked",
  "optin.granted",
  "optin.declined",
  "optin.revoked",
  "notification.deliver",
  "notification.sent",
  "notification.failed",
  "notification.returned",
  "notification.unknown",
  "release.check",
  "release.finished",
  "webhook.test",
] satisfies RingonceEvent["type"][]);

/** Verifies what comes to a business's endpoint. */
export class WebhookVerifier {
  readonly #webhook: Webhook;

  /** `secret` is the endpoint's, `whsec_...`. */
  constructor(secret: string) {
    this.#webhook = new Webhook(secret);
  }

  /**
   * The event of a request, whose body is given as it came: text or bytes, not parsed. Throws a `WebhookVerificationError`
   * unless Ringonce signed it, no longer than five minutes ago, as Standard Webhooks has it. An event may come more than once,
   * with the same `id`.
   */
  verify(body: string | Uint8Array, headers: HeadersLike): RingonceEvent | UnknownEvent {
    const plain = plainHeaders(headers);
    const event = this.#webhook.verify(typeof body === "string" ? body : new TextDecoder().decode(body), plain) as Told;
    const { type, timestamp, data } = event;
    // In Messenger's form, for one, it is signed too.
    if (typeof type !== "string") throw new WebhookVerificationError("No event in the form of Standard Webhooks");
    const id = plain["webhook-id"] as string;
    if (KNOWN.has(type)) return { id, type, timestamp, data } as RingonceEvent;
    return { id, type: "unknown", name: type, timestamp, data };
  }
}

interface Told {
  type: string;
  timestamp: string;
  data: unknown;
}

function plainHeaders(headers: HeadersLike): Record<string, string> {
  const pairs = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.flatMap(([name, value]) => (typeof value === "string" ? [[name.toLowerCase(), value]] : [])));
}
