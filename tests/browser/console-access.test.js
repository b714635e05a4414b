// Nobody is kept out of the console: axe-core finds nothing on any page, in light and dark, on a desk and in a hand, and
// the keyboard is enough. What fails on the way is told in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Receiver, failedMessage, figures, ownShop, rows, settled, signIn, visit, waitingFor } from "./console.js";
import { barriers, eventually, walking } from "./harness.js";

const LOOKS = {
  light: {},
  dark: { colorScheme: "dark" },
  "light in a hand": { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  "dark in a hand": { viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce" },
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

/** Presses Tab until that has the focus. */
async function tabTo(page, name) {
  const focused = page.locator(":focus");
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const named = await focused.evaluate((each) => each.labels?.[0]?.textContent ?? each.textContent).catch(() => "");
    if (named.startsWith(name)) return;
  }
  assert.fail(`no ${name} within sixty tabs`);
}

test("the keyboard is enough for the console, and the focus is where one is", () =>
  walking({}, async ({ dev, page }) => {
    await waitingFor(dev, ["ada", "bea"]);
    const isAt = (id) => eventually(`${id} has the focus`, () => page.evaluate((id) => document.activeElement.id === id, id));
    await page.goto(`${dev.api}/console`);
    await isAt("key");
    await page.keyboard.type(dev.key);
    await page.keyboard.press("Enter");
    await isAt("title");
    await page.keyboard.press("Shift+Tab");
    for (let back = 0; back < 7; back += 1) await page.keyboard.press("Shift+Tab");
    await isAt("skip");
    await page.keyboard.press("Enter");
    await isAt("title");
    await page.keyboard.press("Shift+Tab");
    for (let back = 0; back < 5; back += 1) await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Topics", level: 1 }).waitFor();
    await isAt("title");
    assert.match(await page.title(), /^Topics · Demo Shop/);
    assert.equal(await page.locator("nav [aria-current=page]").textContent(), "Topics");
    await settled(page);
    await tabTo(page, "shirt-m");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Topic shirt-m" }).waitFor();
    await tabTo(page, "Start a release");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Start a release for shirt-m" }).waitFor();
    await tabTo(page, "Text");
    await page.keyboard.type("It is back.");
    await new Promise((done) => setTimeout(done, 5_000));
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Start this release?" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/release\//);
    await isAt("title");
    await eventually("both are sent", async () => (await figures(page)).Sent === 2);
    assert.match(await page.locator("#live").textContent(), /^The release is finished/);
  }));

test("a table that does not answer is asked once more, and then in words", () =>
  walking({}, async ({ dev, page }) => {
    await signIn({ dev, page });
    let calls = 0;
    const busy = { status: 503, headers: { "retry-after": "1" }, contentType: "application/problem+json", body: JSON.stringify({ title: "Try again in a moment", status: 503, code: "unavailable", detail: "Nothing is lost.", request_id: "abc" }) };
    await page.route("**/v1/releases", (route) => ((calls += 1), route.fulfill(busy)));
    await visit(page, "#/releases");
    await page.getByText("Try again in a second.").waitFor();
    await page.getByText("Request abc").waitFor();
    assert.equal(calls, 2);
    await page.unroute("**/v1/releases");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("There are no releases yet.").waitFor();
    await page.route("**/v1/releases", (route) => route.abort());
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("Ringonce cannot be reached").waitFor();
  }));

test("what is typed on overtakes what was asked for", () =>
  walking({}, async ({ dev, page }) => {
    await waitingFor(dev, ["ada"], "socks", "Socks");
    await waitingFor(dev, ["ada"], "scarf", "A scarf");
    await signIn({ dev, page }, "#/topics");
    let held;
    await page.route("**/v1/topics?prefix=s&*", async (route) => {
      await new Promise((done) => (held = done));
      await route.continue().catch(() => {});
    });
    const given_up = page.waitForEvent("requestfailed", (request) => request.url().includes("prefix=s&"));
    await page.getByLabel("Topics whose name begins with").fill("s");
    await eventually("it is asked for", () => held);
    await page.getByLabel("Topics whose name begins with").fill("so");
    await given_up;
    await page.getByText("All 1 topics that begin with “so”.").waitFor();
    held();
    await settled(page);
    assert.deepEqual((await rows(page, /^Topics/)).map(([name]) => name), ["socks"]);
  }));
