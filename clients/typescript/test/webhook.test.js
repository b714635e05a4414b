// What Ringonce brings to a business's endpoint, and what others do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ringonce } from "@ringonce/client";
import { WebhookVerificationError, WebhookVerifier } from "@ringonce/client/webhook";
import { Webhook } from "standardwebhooks";
import { answer, Dev, eventually, serve } from "./harness.js";

let dev;
let ringonce;
let endpoint;
let verifier;
/** What came and was verified, and what came at all. */
const events = [];
const requests = [];

before(async () => {
  dev = await Dev.start();
  endpoint = await serve((request, body, answer) => {
    requests.push({ headers: request.headers, body });
    events.push(verifier.verify(body, request.headers));
    answer.writeHead(204).end();
  });
  const { key, secret } = await dev.business("shop", endpoint.url, "--channel", "inbox", "--channel", "webhook");
  ringonce = new Ringonce({ url: dev.url, key });
  verifier = new WebhookVerifier(secret);
});
after(() => {
  endpoint?.stop();
  dev?.stop();
});

const heard = (type, user) => eventually(`${type} of ${user}`, () => events.find((event) => event.type === type && event.data.user === user));
const shirt = (user) => ({ user, topic: "shirt-m", title: "Rad shirt, M", payload: "größe 👕" });

test("a grant brings its token, and the message's end follows", async () => {
  const asked = await ringonce.ask(shirt("ada"));
  await answer(asked);
  const { id, timestamp, data } = await heard("optin.granted", "ada");
  assert.match(id, /^evt_/);
  assert.ok(Date.parse(timestamp) && Date.parse(data.expires_at));
  const { optin, topic, title, payload, channel, state, version } = data;
  const told = { optin: asked.id, topic: "shirt-m", title: "Rad shirt, M", payload: "größe 👕", channel: "inbox", state: "granted", version: 1 };
  assert.deepEqual({ optin, topic, title, payload, channel, state, version }, told);
  const sent = await ringonce.send({ token: data.token, message: { text: "It is back." } });
  const end = await heard("notification.sent", "ada");
  assert.equal(end.data.notification, sent.id);
  assert.ok(end.data.version > version);
});

test("a message of the webhook channel comes to be brought, and a question too", async () => {
  const { id } = await ringonce.ask({ ...shirt("bob"), deliver_ask: true });
  const asked = await heard("optin.asked", "bob");
  assert.equal(asked.data.optin, id);
  await answer(asked.data, "grant", "webhook");
  const { data } = await heard("optin.granted", "bob");
  await ringonce.send({ token: data.token, message: { text: "It is back.", url: `${dev.url}/shop`, data: { sku: 17 } } });
  const { data: delivery } = await heard("notification.deliver", "bob");
  assert.deepEqual(delivery.message.data, { sku: 17 });
  assert.match(delivery.open_url, /\/r\//);
  assert.match(delivery.manage_url, /\/u\//);
});

test("a no, a revocation and a release's end are told", async () => {
  await answer(await ringonce.ask(shirt("cy")), "decline");
  assert.equal((await heard("optin.declined", "cy")).data.state, "declined");
  const asked = await ringonce.ask(shirt("di"));
  await answer(asked);
  await ringonce.post("/v1/optins/{id}/revoke", { params: { path: { id: asked.id } } });
  assert.equal((await heard("optin.revoked", "di")).data.reason, "by-business");
  const { id } = await ringonce.release("nothing", { message: { text: "It is back." } });
  const finished = await eventually("it is told", () => events.find(({ type }) => type === "release.finished"));
  assert.deepEqual([finished.data.release, finished.data.state, finished.data.reason], [id, "finished", "nobody-waits"]);
});

test("a test comes, and a release asks before it begins", async () => {
  const { event, verdict } = await ringonce.post("/v1/webhook/test");
  assert.equal(verdict, "accepted");
  const tested = events.find(({ id }) => id === event);
  assert.deepEqual([tested.type, tested.data], ["webhook.test", { business: "shop" }]);
  const { id } = await ringonce.release("asking", { message: { text: "It is back." }, check_url: endpoint.url });
  const check = await eventually("it asks", () => events.find(({ type, data }) => type === "release.check" && data.release === id));
  assert.deepEqual([check.data.topic, check.data.step, check.data.taken], ["asking", 1, 0]);
});

test("what is forged, altered, old or unsigned is refused", async () => {
  const { body, headers } = await eventually("one came", () => requests[0]);
  assert.ok(verifier.verify(body, headers));
  assert.ok(verifier.verify(body.toString(), new Headers(Object.entries(headers).filter(([name]) => name.startsWith("webhook-")))));
  const stranger = new Webhook(`whsec_${Buffer.alloc(24, 1).toString("base64")}`);
  const [id, at] = [headers["webhook-id"], new Date()];
  const signed = (webhook, at) => ({ "webhook-id": id, "webhook-timestamp": `${Math.floor(at / 1000)}`, "webhook-signature": webhook.sign(id, at, body) });
  const forgeries = [
    [body, signed(stranger, at)],
    [Buffer.concat([body, Buffer.from(" ")]), headers],
    [body, { ...headers, "webhook-id": "evt_other" }],
    [body, { ...headers, "webhook-timestamp": "1" }],
    [body, { ...headers, "webhook-signature": "v1" }],
    [body, { ...headers, "webhook-signature": "v1,%%%" }],
    [body, {}],
  ];
  for (const [body, headers] of forgeries) assert.throws(() => verifier.verify(body, headers), WebhookVerificationError);
});

/** What a verifier makes of a body that its business's secret has signed. */
function signed(told) {
  const secret = `whsec_${Buffer.alloc(24, 2).toString("base64")}`;
  const body = JSON.stringify(told);
  const at = new Date();
  const headers = { "Webhook-Id": "evt_1", "Webhook-Timestamp": `${Math.floor(at / 1000)}`, "Webhook-Signature": new Webhook(secret).sign("evt_1", at, body) };
  return new WebhookVerifier(secret).verify(body, headers);
}

test("an event of a type that is not known yet is handed over as that", () => {
  const event = signed({ type: "optin.pondered", timestamp: "2026-11-28T07:00:00Z", data: { user: "ada" } });
  assert.deepEqual(event, { id: "evt_1", type: "unknown", name: "optin.pondered", timestamp: "2026-11-28T07:00:00Z", data: { user: "ada" } });
});

test("what is signed and is no event, in Messenger's form for one, is refused", () => {
  assert.throws(() => signed({ object: "page", entry: [] }), WebhookVerificationError);
});
