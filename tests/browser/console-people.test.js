// The console's opt-ins, people, webhook and settings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Receiver, failedMessage, ownShop, rows, settled, signIn, visit } from "./console.js";
import { eventually, walking } from "./harness.js";

/** More events than a call of a replay takes up. */
const MISSED = 130;

test("a failed message is explained, with what to do about it", () =>
  Receiver.beside((receiver) =>
    walking({}, async ({ dev, page }) => {
      receiver.answer = (type) => (type === "notification.deliver" ? 410 : 204);
      await ownShop(dev, receiver, "--channel", "webhook");
      const failed = await failedMessage(dev, "ada");
      await signIn({ dev, page }, "#/optins");
      await page.locator("#what").fill("ada");
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "1 opt-in" }).getByRole("link", { name: "Rad shirt, M" }).click();
      await page.waitForURL(new RegExp(`#/optin/${failed}$`));
      await settled(page);
      assert.equal(await page.getByText("your endpoint, is gone for good").count(), 3, "of the opt-in, its step and its message");
      assert.deepEqual(await page.locator(".timeline .badge").allTextContents(), ["Waiting", "Queued", "Leaving", "Failed"]);
      await page.getByText("Ask the person again, so that they give another address.").first().waitFor();
      await eventually("it is counted", async () => (await dev.call("GET", "/v1/topics/shirt-m")).failed.gone === 1);
      await visit(page, "#/topic/shirt-m");
      assert.deepEqual((await rows(page, "Failures by reason")).map((row) => row.slice(0, 2)), [["gone", "1"]]);
    }),
  ));

test("a token finds its opt-in, and is shown nowhere", () =>
  walking({}, async ({ dev, page }) => {
    const title = "<b id=bold>Rad</b> shirt";
    const asked = await dev.ask("bea", "shirt-m", title);
    await dev.answer(asked);
    const { token } = await dev.call("GET", `/v1/optins/${asked.id}`);
    const urls = [];
    page.on("request", (request) => urls.push(request.url()));
    await signIn({ dev, page }, "#/optins");
    // It is what it is, whatever was chosen.
    await page.locator("#what").fill(token);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`#/optin/${asked.id}$`));
    await settled(page);
    await page.getByText("One message can be sent.").waitFor();
    await visit(page, "#/user/bea");
    await page.getByRole("link", { name: title }).waitFor();
    assert.equal(await page.locator("#bold").count(), 0, "what somebody wrote is text");
    const kept = await page.evaluate(() => document.documentElement.outerHTML + location.href);
    assert.ok(![kept, ...urls].some((text) => text.includes("ro_tok_")));
    await page.evaluate((token) => (location.hash = `#/optin/${token}`), token);
    await page.getByText("The address held a token or a key").waitFor();
    assert.ok(!page.url().includes("ro_tok_"));
    await page.getByLabel("Token").check();
    assert.equal(await page.locator("#what").getAttribute("type"), "password");
    await page.locator("#what").fill(`${token.slice(0, -4)}0000`);
    await page.keyboard.press("Enter");
    await page.getByText("No opt-in has that token.").waitFor();
    await page.locator("#what").fill(dev.key);
    await page.keyboard.press("Enter");
    await page.getByText("That is an API key.").waitFor();
  }));

test("a webhook that was disabled is tested, enabled, and sent what it missed", () =>
  Receiver.beside((receiver) =>
    walking({}, async ({ dev, page }) => {
      receiver.answer = () => 410;
      await ownShop(dev, receiver);
      await dev.answer(await dev.ask("ada"));
      await eventually("it is disabled", async () => (await dev.call("GET", "/v1/webhook")).state === "disabled");
      for (let person = 1; person < MISSED; person++) await dev.answer(await dev.ask(`user-${person}`));
      await signIn({ dev, page });
      await page.getByText("The webhook: disabled.").waitFor();
      await page.getByRole("link", { name: "See why, and repair it" }).click();
      await page.getByText("it answered an event with 410").first().waitFor();
      const count = async (missed) => {
        await page.getByRole("button", { name: "Count what was missed" }).click();
        return page.getByText(`${missed} missed.`).isVisible({ timeout: 0 });
      };
      await eventually("all are counted", () => count(`${MISSED} events were`));
      await page.getByText("They can be sent once the webhook is enabled.").waitFor();
      await page.getByRole("button", { name: "Send a test event" }).click();
      await page.getByText("The endpoint answered 410.").waitFor();
      receiver.answer = () => 204;
      await page.getByRole("button", { name: "Send a test event" }).click();
      await page.getByText("The endpoint took the event.").waitFor();
      await page.getByRole("button", { name: "Enable it again" }).click();
      await page.getByText("Events are sent as they happen.").waitFor();
      await page.getByRole("button", { name: "Count what was missed" }).click();
      await page.getByRole("button", { name: `Send ${MISSED} events again` }).click();
      await page.getByText(`${MISSED} events are due now`).waitFor();
      const granted = () => receiver.taken.filter(({ type }) => type === "optin.granted");
      await eventually("all are taken", () => granted().length >= MISSED);
      assert.equal(new Set(granted().map(({ id }) => id)).size, MISSED);
      assert.equal(receiver.taken.filter(({ type }) => type === "webhook.test").length, 1);
    }),
  ));

test("a person's data is exported as the API has it, and erased by who types the name", () =>
  walking({}, async ({ dev, page }) => {
    await dev.told("Ada Lovelace/1");
    const path = `/v1/users/${encodeURIComponent("Ada Lovelace/1")}`;
    await dev.call("PUT", `${path}/address`, { channel: "email", address: "ada@example.org" });
    await signIn({ dev, page }, "#/user/Ada%20Lovelace%2F1");
    assert.deepEqual((await rows(page, "Addresses at which questions reach them")).map((row) => row.slice(0, 3)), [["e-mail", "ada@example.org", "your business"]]);
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as JSON" }).click()]);
    assert.equal(file.suggestedFilename(), "ringonce-Ada-Lovelace-1.json");
    assert.deepEqual(JSON.parse(readFileSync(await file.path(), "utf8")), await dev.call("GET", `${path}/export`));
    await page.getByRole("button", { name: "Erase this person" }).click();
    await page.getByText("a block, if they ever set one").waitFor();
    const erase = page.getByRole("button", { name: "Erase for good" });
    await page.getByLabel("to go on").fill("ada lovelace/1");
    await erase.click();
    await page.getByText("exactly as it stands above").waitFor();
    assert.equal((await dev.call("GET", `${path}/optins`)).optins.length, 1);
    await page.getByLabel("to go on").fill("Ada Lovelace/1");
    await erase.click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await eventually("nothing is left", async () => (await dev.call("GET", `${path}/optins`)).optins.length === 0);
    await page.getByRole("button", { name: "Refresh" }).click();
    await settled(page);
    assert.ok(!(await page.locator("#page").textContent()).includes("Rad shirt"));
  }));

test("settings are told in words, with the command that changes each", () =>
  walking({}, async ({ dev, page }) => {
    await dev.operate("business", "add", "shop", "--name", "Ada's Shop", "--cap", "3/1d", "--cap", "8/7d", "--topic-window", "12h", "--origin", "https://shop.example", "--freeze");
    dev.key = await dev.operate("key", "add", "shop");
    await signIn({ dev, page }, "#/settings");
    for (const words of ["at most 3 questions a day", "at most 8 questions in 7 days", "at most once in 12 hours", "The tokens of your business are frozen"]) await page.getByText(words).waitFor();
    const commands = await page.locator(".command").allTextContents();
    for (const rest of ["--cap 3/1d --cap 8/7d", "--topic-window 12h", "--origin https://shop.example", "--channel inbox", "--thaw", `--name 'Ada'\\''s Shop'`]) assert.ok(commands.includes(`ringonce business set shop ${rest}`), rest);
  }));
