// What comes to a business's endpoint. These are no part of openapi.json, and so not generated.

import type { ChannelKind, Message, Reason, ReleaseReason, ReleaseState, State } from "./generated.js";

/** An event. Times are RFC 3339. */
interface Event<Type extends string, Data> {
  /** The same however often it is brought: by it a repeat is known. */
  id: string;
  type: Type;
  timestamp: string;
  data: Data;
}

/** Whom and what all of it is about. */
interface About {
  /** The opt-in's id. */
  optin: string;
  user: string;
  topic: string;
  title: string;
  /** What the business gave with the ask. */
  payload?: string;
}

/** A question that the business is to bring to its person itself. */
export interface AskedData extends About {
  consent_url: string;
  expires_at: string;
}

/** An opt-in after a step of its life. */
export interface OptinData extends About {
  /** Counts an opt-in's steps: of two events the one with the higher version is the later one. */
  version: number;
  channel: ChannelKind;
  state: State;
  reason?: Reason;
  /** The id of the message that its token sent. */
  notification?: string;
}

/** An opt-in whose token can be redeemed. */
export interface GrantData extends OptinData {
  token: string;
  expires_at: string;
}

/** An opt-in whose message has come to an end, or back. */
export interface MessageEndData extends OptinData {
  notification: string;
}

/** A message that the business is to bring to its person itself. Any other answer than 2xx is that it was not. */
export interface DeliverData extends About {
  notification: string;
  message: Message;
  /** In place of the message's `url`, to have openings counted. */
  open_url?: string;
  /** The person's own page. */
  manage_url: string;
}

/** A release, before a step of it or at its end. */
export interface ReleaseData {
  release: string;
  topic: string;
  state: ReleaseState;
  reason?: ReleaseReason;
  step: number;
  taken: number;
}

export type OptinAsked = Event<"optin.asked", AskedData>;
export type OptinGranted = Event<"optin.granted", GrantData>;
export type OptinDeclined = Event<"optin.declined", OptinData>;
export type OptinRevoked = Event<"optin.revoked", OptinData>;
export type NotificationDeliver = Event<"notification.deliver", DeliverData>;
export type NotificationSent = Event<"notification.sent", MessageEndData>;
export type NotificationFailed = Event<"notification.failed", MessageEndData>;
/** The message was not delivered, and its token is whole again. */
export type NotificationReturned = Event<"notification.returned", GrantData>;
/** Nobody can know whether the message was delivered. */
export type NotificationUnknown = Event<"notification.unknown", MessageEndData>;
/** Comes to a release's `check_url`: 2xx goes on, 409 and 410 end the release, anything else stops it. */
export type ReleaseCheck = Event<"release.check", ReleaseData>;
export type ReleaseFinished = Event<"release.finished", ReleaseData>;
export type WebhookTest = Event<"webhook.test", { business: string }>;

export type RingonceEvent =
  | OptinAsked
  | OptinGranted
  | OptinDeclined
  | OptinRevoked
  | NotificationDeliver
  | NotificationSent
  | NotificationFailed
  | NotificationReturned
  | NotificationUnknown
  | ReleaseCheck
  | ReleaseFinished
  | WebhookTest;

/** An event of a later Ringonce than this package knows. `name` is the type that it came with. */
export interface UnknownEvent extends Event<"unknown", unknown> {
  name: string;
}
