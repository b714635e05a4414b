// The client against a running Ringonce.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ringonce, RingonceError } from "@ringonce/client";
import { answer, Dev, eventually } from "./harness.js";

let dev;
let ringonce;

/** The opt-ins of those who wait for a release, old enough that one takes them. */
const waiting = {};

before(async () => {
  dev = await Dev.start();
  ringonce = new Ringonce(dev);
  for (const user of ["r1", "r2", "r3"]) (waiting.coat ??= []).push(await granted(user, "coat"));
  for (const user of ["w1", "w2"]) (waiting.hat ??= []).push(await granted(user, "hat"));
  await new Promise((done) => setTimeout(done, 5_500));
});
after(() => dev?.stop());

const shirt = (user, topic = "shirt-m") => ({ user, topic, title: "Rad shirt, M" });
const message = { text: "The rad shirt is back in M." };

/** A person who said yes. */
async function granted(user, topic) {
  const asked = await ringonce.ask(shirt(user, topic));
  await answer(asked);
  return asked.id;
}

test("a person is asked, says yes, and is told once", async () => {
  const asked = await ringonce.ask({ ...shirt("ada"), payload: "sku-17" });
  assert.equal(asked.state, "asked");
  assert.equal((await ringonce.optin(asked.id)).token, undefined);
  await answer(asked);
  const { token, payload, state } = await ringonce.optin(asked.id);
  assert.deepEqual([payload, state], ["sku-17", "granted"]);
  const sent = await ringonce.send({ token, message });
  const end = await eventually("it is sent", async () => {
    const now = await ringonce.notification(sent.id);
    return now.state === "sent" && now;
  });
  assert.equal(end.optin, asked.id);
  await assert.rejects(ringonce.send({ token, message: { text: "And socks!" } }), { name: "RingonceError", status: 409, code: "token-used" });
});

test("who was asked as often as permitted is an error that says when the cap opens", async () => {
  for (const topic of ["a", "b", "c", "d", "e"]) await ringonce.ask(shirt("bob", topic));
  const begun = Date.now();
  const refused = await ringonce.ask(shirt("bob", "f")).catch((error) => error);
  assert.ok(refused instanceof RingonceError);
  const { status, code, cap, title, detail, requestId, retryAfter } = refused;
  assert.deepEqual([status, code, cap], [429, "cap-reached", "5-in-1d"]);
  assert.ok(title && detail && requestId);
  assert.ok(retryAfter > 86_000 && retryAfter <= 86_400, `${retryAfter}`);
  assert.ok(Date.now() - begun < 5_000, "a wait that is longer than its patience is not begun");
});

test("an ask that is repeated under its key is the same ask", async () => {
  const call = { idempotencyKey: "order-17" };
  const first = await ringonce.ask(shirt("eve"), call);
  assert.deepEqual(await ringonce.ask(shirt("eve"), call), first);
  await assert.rejects(ringonce.ask({ ...shirt("eve"), title: "Another" }, call), { code: "idempotency-key-reused", status: 422 });
  await assert.rejects(ringonce.ask(shirt("eve")), { code: "already-asked" });
});

test("a release is watched to its end, and its counts to theirs", async () => {
  const restock = () => ringonce.release("coat", { message, limit: 2 }, { idempotencyKey: "restock-1" });
  const started = await restock();
  assert.equal((await restock()).id, started.id);
  const seen = [];
  for await (const release of ringonce.watch(started.id, { every: 200, settled: true })) seen.push(release);
  assert.equal(new Set(seen.map((release) => JSON.stringify(release))).size, seen.length);
  const { state, reason, taken, sent, under_way } = seen.at(-1);
  assert.deepEqual({ state, reason, taken, sent, under_way }, { state: "finished", reason: "limit-reached", taken: 2, sent: 2, under_way: 0 });
  const states = await Promise.all(waiting.coat.map(async (id) => (await ringonce.optin(id)).state));
  assert.deepEqual(states.sort(), ["granted", "sent", "sent"]);
  assert.equal((await ringonce.waitForRelease(started.id)).id, started.id);
});

test("a watch ends when its caller wants it to", async () => {
  const { id } = await ringonce.release("hat", { message, limit: 2, batch: { size: 1, every: "1h" } });
  const signal = AbortSignal.timeout(700);
  await assert.rejects(ringonce.waitForRelease(id, { every: 50, signal }), { name: "TimeoutError" });
  assert.equal((await ringonce.delete("/v1/releases/{id}", { params: { path: { id } } })).state, "stopped");
});

/** All that an iterator brings, and how many pages were asked for. */
async function collected(list) {
  const pages = [];
  const fetching = (request) => (pages.push(request.url), fetch(request));
  const found = [];
  for await (const one of list(new Ringonce({ url: dev.url, key: dev.key, fetch: fetching }))) found.push(one);
  return { found, pages: pages.length };
}

test("topics come one after another, over all their pages", async () => {
  for (const topic of ["p-1", "p-2", "p-3", "p-4", "p-5"]) await granted(`of-${topic}`, topic);
  const names = async (query) => {
    const { found, pages } = await collected((client) => client.topics(query));
    return { names: found.map(({ topic }) => topic), pages };
  };
  await eventually("all are counted", async () => (await names()).names.includes("p-5"));
  const { names: all } = await names();
  assert.ok(all.length >= 5);
  assert.deepEqual(await names({ limit: 2 }), { names: all, pages: Math.ceil(all.length / 2) });
  assert.deepEqual(await names({ limit: 2, prefix: "p-" }), { names: ["p-1", "p-2", "p-3", "p-4", "p-5"], pages: 3 });
  assert.deepEqual((await names({ limit: 2, after: "p-2" })).names, all.slice(all.indexOf("p-2") + 1));
});

test("releases come one after another, the latest first, over all their pages", async () => {
  const started = [];
  for (let n = 0; n < 55; n++) started.push((await ringonce.release("p-1", { message, limit: 1 })).id);
  const listed = await eventually("all are listed", async () => {
    const { found, pages } = await collected((client) => client.releases());
    const ids = found.map(({ id }) => id).filter((id) => started.includes(id));
    return ids.length >= started.length && { ids, pages };
  });
  assert.deepEqual(listed.ids, started.toReversed());
  assert.ok(listed.pages > 1, `${listed.pages}`);
});

test("every other route is called by its path", async () => {
  const { eligible, caps } = await ringonce.get("/v1/users/{user}/eligibility", { params: { path: { user: "zoë/1" }, query: { topic: "shirt-m" } } });
  assert.deepEqual([eligible, caps[0].cap], [true, "5-in-1d"]);
  assert.match((await ringonce.get("/v1/webhook")).url, /^http/);
  await ringonce.ask(shirt("zoë/1"));
  const erased = await ringonce.delete("/v1/users/{user}", { params: { path: { user: "zoë/1" } } });
  assert.ok(Date.parse(erased.erased_at));
});

test("what a console shows is called by its path too", async () => {
  assert.equal((await ringonce.get("/v1/business")).id, "demo");
  const id = await granted("fay", "sock");
  const { token } = await ringonce.optin(id);
  assert.equal((await ringonce.post("/v1/tokens/find", { body: { token } })).id, id);
  const query = { people: 1, order: "newest" };
  const waiting = () => ringonce.get("/v1/topics/{topic}/waiting", { params: { path: { topic: "sock" }, query } });
  await eventually("the grant is counted", async () => (await waiting()).cost.people === 1);
  assert.equal((await waiting()).order, "newest");
  const today = new Date().toISOString().slice(0, 10);
  assert.equal((await ringonce.get("/v1/days", { params: { query: { from: today } } })).from, today);
  const kept = await ringonce.get("/v1/users/{user}/export", { params: { path: { user: "fay" } } });
  assert.deepEqual([kept.user, kept.optins.length], ["fay", 1]);
});

test("what is wrong is named", async () => {
  await assert.rejects(ringonce.ask({ ...shirt("ada"), title: "" }), { status: 400, code: "invalid-field", field: "title" });
  const stranger = new Ringonce({ url: dev.url, key: "ro_sk_none" });
  await assert.rejects(stranger.get("/v1/webhook"), { status: 401, code: "unauthorized" });
});
