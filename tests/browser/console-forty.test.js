// Forty shirts are back, and three thousand wait: what the console shows is what the API says, and what the shop was told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Receiver, asCounted, figures, ownShop, rows, settled, signIn, visit } from "./console.js";
import { eventually, walking } from "./harness.js";

const WAIT = 3_000;
const BACK = 40;
const AT_ONCE = 32;

/** Has so many say yes, one after another as far as their order is looked at: the first are asked before all others. */
async function crowd(dev, first, all) {
  for (let person = 0; person < first; person++) await dev.answer(await dev.ask(`user-${person}`), "grant", "webhook");
  let next = first;
  const some = async () => {
    for (let person = next++; person < all; person = next++) await dev.answer(await dev.ask(`user-${person}`), "grant", "webhook");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
}

const users = (events) => events.map(({ data }) => data.user).sort();

test("of 3,000 who wait the 40 who waited longest are told, and the console, the API and the shop agree", () =>
  Receiver.beside((receiver) =>
    walking({}, async ({ dev, page }) => {
      await ownShop(dev, receiver, "--channel", "webhook");
      await crowd(dev, BACK, WAIT);
      const counted = (what, when) => eventually(what, async () => {
        const demand = await dev.call("GET", "/v1/topics/shirt-m");
        return when(demand) && demand;
      });
      await counted("all who wait are counted", ({ waiting }) => waiting === WAIT);
      // Who said yes in this very moment is taken by none of its steps yet.
      await eventually("the oldest are next", async () => (await dev.call("GET", "/v1/topics/shirt-m/waiting?limit=10")).next.length === 10);

      await signIn({ dev, page }, "#/topic/shirt-m/release");
      await page.getByLabel("Text").fill("The rad shirt is back in M.");
      await page.getByLabel("At most how many people (optional)").fill(String(BACK));
      await page.getByText("40 messages to 3,000 who wait").waitFor();
      await page.getByRole("button", { name: "Review and start" }).click();
      await page.getByRole("button", { name: "Send 40 messages" }).click();
      await page.waitForURL((url) => url.hash.startsWith("#/release/"));
      await eventually("the page shows its end", async () => {
        const { Taken: taken, "Under way": left } = await figures(page);
        return taken === BACK && left === 0;
      });

      const told = receiver.taken.filter(({ type }) => type === "notification.deliver");
      assert.deepEqual(users(told), Array.from({ length: BACK }, (_, person) => `user-${person}`).sort());
      assert.equal(new Set(told.map(({ id }) => id)).size, BACK);
      const granted = await eventually("the shop was told of every yes", () => {
        const heard = receiver.taken.filter(({ type }) => type === "optin.granted");
        return new Set(users(heard)).size === WAIT && heard;
      });

      const release = await dev.call("GET", `/v1/releases/${decodeURIComponent(new URL(page.url()).hash.split("/")[2])}`);
      const shown = await figures(page);
      assert.deepEqual([shown.Taken, shown.Sent, release.taken, release.sent, told.length], Array(5).fill(BACK));
      const demand = await counted("all who were told are counted", ({ sent, waiting }) => sent === BACK && waiting === WAIT - BACK);
      await visit(page, "#/topic/shirt-m");
      assert.deepEqual(await figures(page), asCounted(demand));
      assert.deepEqual([demand.asked, demand.granted], [WAIT, new Set(users(granted)).size]);
      await visit(page, "#/");
      await settled(page);
      const { Asked: asked, Granted: yes, Sent: sent, Failed: failed } = await figures(page);
      assert.deepEqual({ asked, yes, sent, failed }, { asked: WAIT, yes: WAIT, sent: BACK, failed: 0 });
      await visit(page, "#/topics");
      assert.deepEqual(await rows(page, "Topics, and how many wait for each"), [["shirt-m", "2,960", "3,000", "3,000", "40", "0", "0"]]);
    }),
  ));
