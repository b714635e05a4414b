// The console by the keyboard, and when things fail or come late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { figures, rows, settled, signIn, visit, waitingFor } from "./console.js";
import { eventually, walking } from "./harness.js";

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
    assert.doesNotMatch(await page.locator("#live").textContent(), /topic/);
    await eventually("both are sent", async () => (await figures(page)).Sent === 2);
    await eventually("its end is told", async () => /^The release is finished/.test(await page.locator("#live").textContent()));
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
