// The shop as it is started, beside a running Ringonce.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ringonce } from "@ringonce/client";
import { answer, Dev, eventually, freePort } from "../../clients/typescript/test/harness.js";

const ITEM = "271878346596884015";
const PLATFORM_SECRET = "hush";
/** People who wait for the item, in the order in which they said yes. */
const WAITING = ["ada", "bob", "cy", "di"];

let dev;
let ringonce;
let shop;
let url;
let env;
/** What it printed since it was started last, and in all. */
let printed = "";
let logged = "";
const folder = mkdtempSync(join(tmpdir(), "ringonce-shop-"));

before(async () => {
  dev = await Dev.start();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { key, secret } = await dev.business("shop", `${url}/events`);
  ringonce = new Ringonce({ url: dev.url, key });
  const STOCK_FILE = join(folder, "stock.json");
  env = { PORT: port, RINGONCE_URL: dev.url, RINGONCE_KEY: key, RINGONCE_WEBHOOK_SECRET: secret, PLATFORM_SECRET, SHOP_URL: url, STOCK_FILE };
  await start();
  for (const user of WAITING) await answer(await ringonce.ask({ user, topic: `item-${ITEM}`, title: "Rad shirt, M" }));
  // A release takes those whose grant is a few seconds old.
  await new Promise((done) => setTimeout(done, 5_500));
});
after(() => {
  shop?.kill("SIGKILL");
  dev?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start() {
  printed = "";
  shop = spawn(process.execPath, [fileURLToPath(new URL("server.js", import.meta.url))], { env: { ...process.env, ...env } });
  for (const stream of [shop.stdout, shop.stderr]) stream.setEncoding("utf8").on("data", (text) => ((printed += text), (logged += text)));
  await eventually("the shop is up", () => printed.includes("listening"));
}

/** The platform's webhook: so many there are since the given minute. */
async function told(available, minute, delivery, secret = PLATFORM_SECRET) {
  const id = `gid://shopify/InventoryLevel/690933842?inventory_item_id=${ITEM}`;
  const updated_at = new Date(Date.UTC(2026, 10, 28, 7, minute)).toISOString();
  const body = `{"inventory_item_id":${ITEM},"location_id":655441491,"available":${available},"updated_at":"${updated_at}","admin_graphql_api_id":"${id}"}`;
  const headers = {
    "x-shopify-topic": "inventory_levels/update",
    "x-shopify-webhook-id": delivery,
    "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
  };
  return (await fetch(`${url}/platform`, { method: "POST", headers, body })).status;
}

const releases = async () => {
  const found = [];
  for await (const release of ringonce.releases()) found.push(release);
  return found;
};
const states = () => Promise.all(WAITING.map(async (user) => (await ringonce.get("/v1/users/{user}/optins", { params: { path: { user } } })).optins[0].state));
const finished = (taken) => eventually(`${taken} are told`, () => printed.includes(`finished (limit-reached), ${taken} were told`));

test("what is not the platform's, or not Ringonce's, is refused", async () => {
  assert.equal(await told(2, 1, "d-0", "guessed"), 401);
  assert.equal((await fetch(`${url}/platform`, { method: "POST", body: "{}" })).status, 401);
  assert.equal((await fetch(`${url}/events`, { method: "POST", body: '{"type":"optin.granted"}' })).status, 401);
  assert.equal((await fetch(`${url}/platform`)).status, 404);
});

test("two that came are told to the two who have waited longest, however often the platform tells it", async () => {
  assert.equal(await told(0, 1, "d-1"), 200);
  assert.deepEqual([await told(2, 2, "d-2"), await told(2, 2, "d-2")], [200, 200]);
  await finished(2);
  assert.deepEqual(await states(), ["sent", "sent", "granted", "granted"]);
  assert.equal((await releases()).length, 1);
});

test("a sale, or what is told late, tells nobody", async () => {
  assert.equal(await told(1, 3, "d-3"), 200);
  assert.equal(await told(9, 2, "d-4"), 200);
  assert.equal((await releases()).length, 1);
});

test("a delivery whose answer was lost is the same release, after a restart too", async () => {
  shop.kill("SIGKILL");
  const body = { message: { text: "It is back in stock.", url: `${url}/items/${ITEM}` }, limit: 1 };
  const { id } = await ringonce.release(`item-${ITEM}`, body, { idempotencyKey: "platform-d-5" });
  await start();
  assert.equal(await told(2, 4, "d-5"), 200);
  await eventually("it is told", () => printed.includes(`1 came, release ${id}`));
  await eventually("it is listed", async () => (await releases()).length === 2);
  assert.equal((await ringonce.waitForRelease(id)).taken, 1);
});

test("while Ringonce cannot be reached the platform is asked to tell again, and nothing is lost", async () => {
  shop.kill("SIGKILL");
  const there = env.RINGONCE_URL;
  env.RINGONCE_URL = `http://127.0.0.1:${await freePort()}`;
  await start();
  assert.equal(await told(3, 5, "d-6"), 503);
  shop.kill("SIGKILL");
  env.RINGONCE_URL = there;
  await start();
  assert.equal(await told(3, 5, "d-6"), 200);
  await finished(1);
  assert.deepEqual(await states(), ["sent", "sent", "sent", "sent"]);
});

test("nothing secret is logged", () => {
  for (const secret of [env.RINGONCE_KEY, env.RINGONCE_WEBHOOK_SECRET, "ro_tok_", "ada", "back in stock"]) assert.ok(!logged.includes(secret), secret);
});
