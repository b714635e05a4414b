// Nobody is kept out of the console: axe-core finds nothing on any page, in light and dark, on a desk and in a hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Receiver, failedMessage, ownShop, signIn, visit, waitingFor } from "./console.js";
import { barriers, eventually, walking } from "./harness.js";

/** Two looks hold all four: what is dark on a desk is dark in a hand. */
const LOOKS = {
  "light, on a desk": {},
  "dark, in a hand": { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: "dark", reducedMotion: "reduce" },
};
const LONG = "a-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-end";

async function found(page, where) {
  assert.deepEqual(await barriers(page), [], where);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${where}: ${beyond} pixels stand beyond the edge`);
}

/** A business to which everything has happened that a page has words for; comes back with the pages. */
async function everything(dev, receiver) {
  receiver.answer = (type) => (type === "notification.deliver" ? 410 : 204);
  await ownShop(dev, receiver, "--channel", "inbox", "--channel", "webhook", "--channel", "email", "--colour", "#b93a12");
  const failed = await failedMessage(dev, "ada");
  await dev.call("PUT", "/v1/users/ada/address", { channel: "email", address: "ada@example.org" });
  await waitingFor(dev, [LONG, "bea", "cyd"], LONG, "W".repeat(65));
  await dev.told("dan");
  const { id: asked } = await dev.ask("eve", "socks", "Socks");
  const { id } = await dev.call("POST", `/v1/topics/${LONG}/releases`, { message: { title: "Back", text: "word ".repeat(40), url: "https://shop.example/" }, batch: { size: 1, every: "1h" } });
  receiver.answer = () => 410;
  await dev.answer(await dev.ask("fay", "socks", "Socks"));
  await eventually("the webhook is disabled", async () => (await dev.call("GET", "/v1/webhook")).state === "disabled");
  return ["#/", "#/topics", "#/topics/none", `#/topic/${LONG}`, "#/topic/shirt-m", `#/topic/${LONG}/release`, "#/releases", `#/release/${id}`, "#/optins", `#/optin/${failed}`, `#/optin/${asked}`, "#/optin/none", "#/user/ada", `#/user/${LONG}`, "#/user/nobody", "#/webhook", "#/settings", "#/nowhere"];
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`no page of the console keeps anybody out (${look})`, () =>
    Receiver.beside((receiver) =>
      walking({ bypassCSP: true, ...options }, async ({ dev, page }) => {
        await page.goto(`${dev.api}/console`);
        await page.getByLabel("API key").fill("none");
        await page.keyboard.press("Enter");
        await found(page, "the sign-in");
        const pages = await everything(dev, receiver);
        await signIn({ dev, page });
        for (const hash of pages) {
          await visit(page, hash);
          for (const summary of await page.locator("summary").all()) await summary.click();
          await found(page, hash);
        }
        await visit(page, "#/user/ada");
        await page.getByRole("button", { name: "Erase this person" }).click();
        await page.getByRole("button", { name: "Erase for good" }).click();
        await found(page, "a dialog");
      }),
    ));
}
