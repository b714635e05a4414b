// What the compiler is to accept and to refuse. It is compiled, and never run.

import { Ringonce, RingonceError, type AskBody, type OptinView, type ReleaseView } from "@ringonce/client";
import { WebhookVerifier } from "@ringonce/client/webhook";

const ringonce = new Ringonce({ url: "https://notify.example", key: "ro_sk_", patience: { tries: 1 } });

export async function calls(): Promise<void> {
  const asked = await ringonce.ask({ user: "ada", topic: "t", title: "T" }, { idempotencyKey: "k" });
  const link: string = asked.consent_url;
  // @ts-expect-error: a title is needed
  await ringonce.ask({ user: "ada", topic: "t" });
  // @ts-expect-error: there is no such field
  const ask: AskBody = { user: "ada", topic: "t", title: "T", tittle: "T" };
  const optin: OptinView = await ringonce.get("/v1/optins/{id}", { params: { path: { id: asked.id } } });
  // @ts-expect-error: a token need not be there
  const token: string = optin.token;
  // @ts-expect-error: the path has a parameter
  await ringonce.get("/v1/optins/{id}");
  // @ts-expect-error: there is no such route
  await ringonce.get("/v1/optin");
  // @ts-expect-error: that is no GET
  await ringonce.get("/v1/notifications");
  for await (const release of ringonce.watch("id", { every: 1 })) release satisfies ReleaseView;
  for await (const { waiting } of ringonce.topics({ limit: 1 })) waiting satisfies number;
  void [link, ask, token];
}

export function failure(error: unknown): number | undefined {
  return error instanceof RingonceError ? error.retryAfter : undefined;
}

export function events(body: Uint8Array, headers: Headers): string {
  const event = new WebhookVerifier("whsec_").verify(body, headers);
  switch (event.type) {
    case "optin.granted":
    case "notification.returned":
      return event.data.token;
    case "optin.asked":
      return event.data.consent_url;
    case "optin.declined":
      // @ts-expect-error: nothing can be redeemed
      return event.data.token;
    case "optin.revoked":
      // @ts-expect-error: nothing can be redeemed
      return event.data.token;
    case "notification.deliver":
      return event.data.message.text;
    case "notification.sent":
    case "notification.failed":
    case "notification.unknown":
      return event.data.notification;
    case "release.check":
    case "release.finished":
      return event.data.release;
    case "webhook.test":
      return event.data.business;
    case "unknown":
      return event.name;
  }
}
