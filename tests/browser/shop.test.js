// From the shop's page to the one message, as a visitor and a shop go through it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consent, eventually, listen, openQuestion, sayYes, shot, walking, widget } from "./harness.js";

// TO BE SET once the consent page tells the widget what was answered (postMessage to its opener): from then on the widget
// has to show the answer, and until then it shows that its window was closed. Nothing else in these walks changes.
const CONSENT_PAGE_TELLS = true;

/** The pop-up is closed after `answer`: the widget shows it, as far as it can know. */
async function assertShows(page, popup, answer) {
  const { status } = widget(page);
  if (CONSENT_PAGE_TELLS) {
    await eventually(`the widget hears of ${answer}`, async () => (await page.evaluate(() => window.heard.at(-1)?.state)) === answer);
    const words = { granted: "You will hear once.", declined: "No message will come." };
    await popup.close();
    assert.equal(await status.textContent(), words[answer]);
  } else {
    await popup.close();
    await eventually("the widget sees that", async () => (await page.evaluate(() => window.heard.at(-1)?.state)) === "closed");
    assert.match(await status.textContent(), /closed/);
  }
}

test("a visitor says yes, the shop restocks, and the one message is there", () =>
  walking({}, async ({ dev, context, page }) => {
    await listen(page);
    await page.goto(`${dev.api}/shop`);
    await shot(page, "shop");
    const popup = await openQuestion(page);
    await shot(popup, "consent");
    await sayYes(popup);
    const mine = await consent(popup).mine.getAttribute("href");
    await assertShows(page, popup, "granted");

    const back = await context.newPage();
    await back.goto(`${dev.api}/shop/back`);
    const shown = (id) => back.locator(`#${id}`).textContent();
    await eventually("one waits", async () => (await shown("waiting")) === "1");
    await back.getByLabel("Units that came in").fill("2");
    await back.getByRole("button", { name: "Restock" }).click();
    await back.getByText("Done: 1 of 1 message sent.").waitFor();
    await eventually("the figures follow", async () => (await shown("sent")) === "1" && (await shown("waiting")) === "0");
    assert.equal(await shown("stock"), "2");
    assert.match(await back.locator("#events").textContent(), /notification\.sent.*optin\.granted/);
    await shot(back, "back");

    const inbox = await context.newPage();
    await inbox.goto(mine);
    await inbox.getByText("Come get your shirt").waitFor();
    await shot(inbox, "mine");
    await inbox.locator('a[href*="/r/"]').first().click();
    await inbox.waitForURL(`${dev.api}/shop`);
    await inbox.getByText("2 in stock").waitFor();
    await inbox.getByRole("button", { name: "Buy one" }).click();
    await inbox.getByText("1 in stock").waitFor();
    await eventually("the opening is counted", async () => (await shown("opened")) === "1");
  }));

test("a visitor says no, and nobody waits", () =>
  walking({}, async ({ dev, page }) => {
    await listen(page);
    await page.goto(`${dev.api}/shop`);
    const popup = await openQuestion(page);
    await consent(popup).decline.click();
    await consent(popup).decline.waitFor({ state: "detached" });
    await assertShows(page, popup, "declined");
    await eventually("the no is counted", async () => (await dev.call("GET", "/v1/topics/shirt-m")).declined === 1);
    assert.equal((await dev.call("GET", "/v1/topics/shirt-m")).waiting, 0);
  }));

test("a question that was closed is opened again and not asked again, after a reload too", () =>
  walking({}, async ({ dev, page }) => {
    const heard = await listen(page);
    await page.goto(`${dev.api}/shop`);
    const first = await openQuestion(page);
    const url = first.url();
    await first.close();
    await eventually("the widget sees that", async () => (await heard()).includes("closed"));
    assert.deepEqual(await heard(), ["asking", "asked", "closed"]);
    await page.reload();
    const second = await openQuestion(page);
    assert.equal(second.url(), url);
    assert.deepEqual(await heard(), []);
    assert.deepEqual((await page.context().cookies()), [], "no cookie");
  }));

test("where no pop-up may open the question comes on the same tab", () =>
  walking({}, async ({ dev, page }) => {
    await page.addInitScript(() => (window.open = () => null));
    await page.goto(`${dev.api}/shop`);
    await widget(page).button.click();
    await page.waitForURL(/\/c\//);
    await sayYes(page);
    assert.match(await consent(page).mine.getAttribute("href"), /\/u\//);
  }));

test("the keyboard is enough", () =>
  walking({}, async ({ dev, page }) => {
    await page.goto(`${dev.api}/shop`);
    const focused = (page) => page.evaluate(() => (document.activeElement.shadowRoot ?? document).activeElement.outerHTML);
    const tabTo = async (page, what) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press("Tab");
        if ((await focused(page)).match(what)) return;
      }
      assert.fail(`no ${what} within thirty tabs`);
    };
    await tabTo(page, /part="button"/);
    const popup = await openQuestion(page, () => page.keyboard.press("Enter"));
    await consent(popup).grant.waitFor();
    await tabTo(popup, /value="grant"/);
    await popup.keyboard.press("Enter");
    await consent(popup).grant.waitFor({ state: "detached" });
    await tabTo(popup, /\/u\//);
    await popup.keyboard.press("Enter");
    await popup.waitForURL(/\/u\//);
    await tabTo(popup, /button/);
  }));
