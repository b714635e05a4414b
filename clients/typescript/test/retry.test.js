// What is tried again, for how long, and what is not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ringonce } from "@ringonce/client";
import { Dev, obstructed, serve } from "./harness.js";

let dev;

before(async () => (dev = await Dev.start()));
after(() => dev?.stop());

const unavailable = (retryAfter) => (answer) => answer.writeHead(503, { "retry-after": retryAfter }).end();
const broken = (answer) => answer.destroy();
const cut = (answer) => {
  answer.writeHead(201, { "content-type": "application/json", "content-length": "999" }).write('{"id":');
  setTimeout(() => answer.destroy(), 20);
};
const shirt = (user) => ({ user, topic: "shirt-m", title: "Rad shirt, M" });

/** A client whose way to Ringonce is obstructed. */
async function behind(obstacles, walk, patience) {
  const way = await obstructed(dev.url, obstacles);
  try {
    await walk(new Ringonce({ url: way.url, key: dev.key, patience }), way.keys);
  } finally {
    way.stop();
  }
}

test("a 503 is tried again no sooner than it says, under the same key", () =>
  behind([unavailable("1")], async (ringonce, keys) => {
    const begun = Date.now();
    assert.equal((await ringonce.ask(shirt("ada"))).state, "asked");
    assert.ok(Date.now() - begun >= 1_000);
    assert.equal(keys.length, 2);
    assert.match(keys[0], /^[0-9a-f]{32}$/);
    assert.equal(keys[1], keys[0]);
  }));

test("a Retry-After that is a date is waited for too", () =>
  behind([unavailable(new Date(Date.now() + 2_000).toUTCString())], async (ringonce) => {
    const begun = Date.now();
    await ringonce.get("/v1/webhook");
    assert.ok(Date.now() - begun >= 900);
  }));

test("a connection that breaks is tried again, before the answer and in the middle of it", () =>
  behind([broken, cut], async (ringonce, keys) => {
    const asked = await ringonce.ask(shirt("bob"), { idempotencyKey: "mine" });
    assert.ok(asked.consent_url);
    assert.deepEqual(keys, ["mine", "mine", "mine"]);
  }));

test("a different call has a different key, and a GET has none", () =>
  behind([], async (ringonce, keys) => {
    await ringonce.ask(shirt("cy"));
    await ringonce.ask(shirt("di"));
    await ringonce.get("/v1/webhook");
    assert.notEqual(keys[0], keys[1]);
    assert.equal(keys[2], undefined);
  }));

test("after three tries the refusal is thrown", () =>
  behind([0, 0, 0, 0].map(() => unavailable("0")), async (ringonce, keys) => {
    await assert.rejects(ringonce.get("/v1/webhook"), { name: "RingonceError", status: 503, code: "http-503", retryAfter: 0 });
    assert.equal(keys.length, 3);
  }));

test("a wait that would end after its time in all is not begun", () =>
  behind([unavailable("29"), unavailable("31")], async (ringonce, keys) => {
    const begun = Date.now();
    const impatient = new Ringonce({ url: dev.url, key: dev.key });
    assert.ok(await impatient.get("/v1/webhook"));
    await assert.rejects(ringonce.get("/v1/webhook"), { status: 503, retryAfter: 29 });
    assert.ok(Date.now() - begun < 5_000);
    assert.equal(keys.length, 1);
  }, { inAll: 20_000 }));

test("a try that hangs is given up, and so is the call", async () => {
  let calls = 0;
  const hanging = await serve(() => void calls++);
  try {
    const begun = Date.now();
    const ringonce = new Ringonce({ url: hanging.url, key: dev.key, patience: { aTry: 200, inAll: 5_000, tries: 2 } });
    await assert.rejects(ringonce.get("/v1/webhook"), { name: "TimeoutError" });
    assert.equal(calls, 2);
    const short = new Ringonce({ url: hanging.url, key: dev.key, patience: { inAll: 300 } });
    await assert.rejects(short.get("/v1/webhook"), { name: "TimeoutError" });
    assert.ok(Date.now() - begun < 5_000);
  } finally {
    hanging.stop();
  }
});

test("a caller who aborts is obeyed at once, in a wait too", () =>
  behind([unavailable("20")], async (ringonce, keys) => {
    const begun = Date.now();
    const call = ringonce.ask(shirt("fay"), { signal: AbortSignal.timeout(300) });
    await assert.rejects(call, { name: "TimeoutError" });
    assert.ok(Date.now() - begun < 5_000);
    assert.equal(keys.length, 1);
  }));

test("what is refused for good is not tried again", () =>
  behind([(answer) => answer.writeHead(500).end("<html>"), (answer) => answer.writeHead(500).end()], async (ringonce, keys) => {
    await assert.rejects(ringonce.ask(shirt("gus")), { status: 500, code: "http-500" });
    assert.equal(keys.length, 1);
  }));
