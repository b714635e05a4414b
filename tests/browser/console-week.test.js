// A week of a shop, as its console shows it: every day's figures are the API's. The documents' pictures are taken here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Receiver, figures, ownShop, rows, settled, signIn, visit } from "./console.js";
import { eventually, shot, walking } from "./harness.js";

const DAY = 86_400_000;
const TOPICS = { "trail-shoe:42": "Trail shoe, size 42", "rain-jacket:m": "Rain jacket, M", "tent:two": "Tent for two, green", "headlamp": "Headlamp, 400 lm", "sale:winter": "When the winter sale begins" };
/** How many are asked about each topic, day by day. */
const ASKS = [[6, 4, 3, 2, 4], [5, 5, 2, 3, 5], [7, 6, 2, 2, 6], [8, 7, 3, 1, 5], [6, 8, 3, 3, 7], [10, 7, 4, 2, 8], [24, 8, 3, 4, 9]];

let customer = 1000;
/** The pages of those who said yes. */
const pages = [];
/** How many were asked, said yes and looked, as the days are to count them. */
const done = { asked: 0, granted: 0, opened: 0 };

async function aDay(dev, asks) {
  const topics = Object.entries(TOPICS);
  for (const [at, count] of asks.entries()) {
    await Promise.all(Array.from({ length: count }, () => oneAsk(dev, ...topics[at])));
  }
}

async function oneAsk(dev, topic, title) {
  customer += 1;
  const nth = customer % 9;
  const asked = await dev.ask(`customer-${customer}`, topic, title);
  done.asked += 1;
  if (nth === 5) return;
  const answer = nth === 3 ? "decline" : "grant";
  const { manage_url } = await dev.answer(asked, answer, nth === 7 ? "webhook" : "inbox");
  if (answer === "grant") done.granted += 1;
  pages.push(new URL(manage_url).pathname);
}

/** Some of those who were told look what it is. */
async function open(dev) {
  const links = await Promise.all(pages.splice(0).map(async (path) => (await (await fetch(new URL(path, dev.api))).text()).match(/\/r\/[\w-]+/)?.[0]));
  const followed = links.filter((link, at) => link && at % 3 !== 0);
  await Promise.all(followed.map((link) => fetch(new URL(link, dev.api), { redirect: "manual" })));
  done.opened += followed.length;
}

/** What the days have counted under that name, whatever the reason. */
const total = (days, name) => days.reduce((sum, day) => sum + (typeof day[name] === "number" ? day[name] : Object.values(day[name]).reduce((a, b) => a + b, 0)), 0);

/** Tells those who have waited since yesterday. */
async function release(dev, topic, limit) {
  const { id } = await dev.call("POST", `/v1/topics/${topic}/releases`, { message: { text: "It is back, in your size.", url: "https://shop.example/" }, limit });
  await eventually("a release ends", async () => {
    const { state, under_way: left } = await dev.call("GET", `/v1/releases/${id}`);
    return state === "finished" && left === 0;
  });
}

test("a week's figures are the API's, and a release is watched as it goes on", () =>
  Receiver.beside((receiver) =>
    walking({ viewport: { width: 1280, height: 860 } }, async ({ dev, page }) => {
      let delivered = 0;
      receiver.answer = (type) => (type === "notification.deliver" && (delivered += 1) % 3 === 2 ? 410 : 204);
      await ownShop(dev, receiver, "--channel", "inbox", "--channel", "webhook");
      const { key } = dev;
      for (const [day, asks] of ASKS.entries()) {
        if (day > 0) await dev.restart("--clock-ahead", `${day}d`);
        dev.key = key;
        if (day > 0) await release(dev, "rain-jacket:m", asks[1] - 2);
        if (day % 2 === 0 && day > 0) await release(dev, "sale:winter", asks[4]);
        await open(dev);
        await aDay(dev, asks);
      }
      const now = Date.now() + (ASKS.length - 1) * DAY;
      const date = (at) => new Date(at).toISOString().slice(0, 10);
      const { days } = await eventually("all is counted", async () => {
        const found = await dev.call("GET", `/v1/days?from=${date(now - 6 * DAY)}&to=${date(now)}`);
        return Object.keys(done).every((name) => total(found.days, name) === done[name]) && found;
      });
      await page.clock.install({ time: now });
      await signIn({ dev, page });
      await page.getByRole("button", { name: "7 days" }).click();
      await eventually("a week is shown", async () => (await page.locator("details tbody tr").count()) === 7);
      const shown = await figures(page);
      assert.deepEqual([shown.Asked, shown.Granted, shown.Sent, shown.Opened, shown.Failed], ["asked", "granted", "sent", "opened", "failed"].map((name) => total(days, name)));
      await page.locator(".chart canvas").waitFor();
      assert.ok(shown.Sent > 20 && shown.Opened > 5, "there is something to be seen");
      await shot(page, "console");
      await page.getByText("The same numbers as a table").click();
      const table = await rows(page, /day by day/);
      assert.deepEqual(table.map((row) => row.slice(1, 4).map(Number)), days.toReversed().map(({ asked, granted, sent }) => [asked, granted, sent]));

      const waiting = (await dev.call("GET", "/v1/topics/trail-shoe:42")).waiting;
      await new Promise((done) => setTimeout(done, 5_000));
      const { id } = await dev.call("POST", "/v1/topics/trail-shoe:42/releases", { message: { title: "The trail shoe is back", text: "Size 42 is in stock again. Yours is held until tomorrow evening.", url: "https://shop.example/trail-shoe" }, batch: { size: 10, every: "4s" } });
      await visit(page, `#/release/${id}`);
      await eventually("some have come to their end", async () => {
        const { Taken: taken, "Under way": left } = await figures(page);
        return taken >= 20 && left === 0;
      });
      await shot(page, "console-release");
      await page.locator("#page").getByText("Nobody waits any more.").waitFor();
      await settled(page);
      const end = await eventually("all is counted", async () => {
        const found = await dev.call("GET", `/v1/releases/${id}`);
        return found.under_way === 0 && found;
      });
      assert.equal(end.taken, waiting);
      await eventually("the page shows that", async () => (await figures(page))["Under way"] === 0);
      const counted = await figures(page);
      assert.deepEqual([counted.Taken, counted.Sent], [end.taken, end.sent]);
      await shot(page, "console-release-ended");
    }),
  ));
