// The widget on a page of another origin than its own, where most shops' pages are.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { eventually, listen, openQuestion, sayYes, walking, widget } from "./harness.js";

/** A shop's page on an origin of its own, with `element` in it. */
async function elsewhere(walk) {
  let html = "";
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html)).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const put = (api, element) => (html = `<!doctype html><html lang="en"><title>Shop</title><script type="module" src="${api}/widget.js"></script>${element}`);
  try {
    await walk(origin, put);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const publishableKey = async (dev) => (await (await fetch(`${dev.api}/shop`)).text()).match(/ro_pk_[0-9a-f]+/)[0];
const element = (key, more = "") => `<ring-once topic="shirt-m" title="Rad shirt, M" publishable-key="${key}" ${more}></ring-once>`;

/** What the consent page tells its opener. */
const tell = (popup, message) => popup.evaluate((message) => window.opener.postMessage(message, "*"), message);

test("a page of an allowed origin asks, hears of the answer and remembers it", () =>
  elsewhere((origin, put) =>
    walking({}, async ({ dev, page }) => {
      await dev.operate("business", "set", "demo", "--origin", origin);
      put(dev.api, element(await publishableKey(dev)));
      const heard = await listen(page);
      await page.goto(origin);
      const { button, status } = widget(page);
      const popup = await openQuestion(page);
      await sayYes(popup);
      await page.getByText("You will hear once.").waitFor();
      assert.deepEqual(await heard(), ["asking", "asked", "granted"]);
      await popup.close();
      await page.reload();
      assert.equal(await status.textContent(), "You will hear once.");
      assert.equal(await button.innerText(), "See or take back");
      // The same link shows what it was answered with; when the message has come, the widget may ask again.
      const again = await openQuestion(page);
      await tell(again, { ringonce: 1, state: "sent" });
      await page.getByText("Notify me when it’s back").waitFor();
      assert.equal(await status.textContent(), "");
    }),
  ));

test("only the consent page that the widget opened can tell it anything", () =>
  elsewhere((origin, put) =>
    walking({}, async ({ dev, page }) => {
      await dev.operate("business", "set", "demo", "--origin", origin);
      put(dev.api, element(await publishableKey(dev)));
      const heard = await listen(page);
      await page.goto(origin);
      const popup = await openQuestion(page);
      const message = { ringonce: 1, state: "granted" };
      await page.evaluate((message) => postMessage(message, "*"), message);
      await tell(popup, { state: "granted" });
      await popup.goto(origin);
      await tell(popup, message);
      await popup.close();
      await eventually("the widget sees that", async () => (await heard()).includes("closed"));
      assert.deepEqual(await heard(), ["asking", "asked", "closed"]);
    }),
  ));

test("where the shop stands on the widget's own origin its page cannot tell it anything either", () =>
  walking({}, async ({ dev, page }) => {
    const heard = await listen(page);
    await page.goto(`${dev.api}/shop`);
    const popup = await openQuestion(page);
    await page.evaluate(() => postMessage({ ringonce: 1, state: "granted" }, "*"));
    await popup.close();
    await eventually("the widget sees that", async () => (await heard()).includes("closed"));
    assert.deepEqual(await heard(), ["asking", "asked", "closed"]);
  }));

test("a page whose origin is not allowed is told so in its console", () =>
  elsewhere((origin, put) =>
    walking({}, async ({ dev, page }) => {
      put(dev.api, element(await publishableKey(dev)));
      const errors = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(origin);
      const [popup] = await Promise.all([page.waitForEvent("popup"), widget(page).button.click()]);
      await page.getByText("This is not available at the moment.").waitFor();
      await eventually("its pop-up is closed", () => popup.isClosed());
      const told = errors.find((error) => error.includes("<ring-once>"));
      assert.match(told, new RegExp(`Pages of ${origin} .*ringonce business set demo --origin ${origin}`));
    }),
  ));

test("who may not be asked again is told from when on", () =>
  walking({}, async ({ dev, page }) => {
    await page.goto(`${dev.api}/shop`);
    const popup = await openQuestion(page);
    await popup.close();
    await page.getByText("The window was closed.").waitFor();
    // The page forgets the link, and still knows the visitor.
    await page.evaluate(() => Object.keys(localStorage).forEach((name) => name !== "ringonce:user" && localStorage.removeItem(name)));
    await page.reload();
    await widget(page).button.click();
    const next = new Date(Date.now() + 7 * 86_400_000).getFullYear();
    await page.getByText(new RegExp(`You were asked about this already.*${next}`)).waitFor();
  }));

test("where too many have asked from one address the next is told from when on", () =>
  walking({}, async ({ dev, page }) => {
    const headers = { authorization: `Bearer ${await publishableKey(dev)}`, origin: dev.api, "content-type": "application/json" };
    for (const user of ["1", "2", "3", "4", "5"]) {
      const body = JSON.stringify({ user, topic: "shirt-m", title: "Rad shirt, M" });
      assert.equal((await fetch(`${dev.api}/v1/optins`, { method: "POST", headers, body })).status, 201);
    }
    const heard = await listen(page);
    await page.goto(`${dev.api}/shop`);
    await widget(page).button.click();
    await page.getByText(/^That was often. Please try again after .*[0-9]/).waitFor();
    await eventually("its pop-up is closed", () => page.context().pages().length === 1);
    assert.deepEqual(await heard(), ["asking", "refused"]);
  }));

test("where storage is denied the widget works, for as long as the page is open", () =>
  walking({}, async ({ dev, page }) => {
    await page.addInitScript(() =>
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    );
    await page.goto(`${dev.api}/shop`);
    const first = await openQuestion(page);
    const url = first.url();
    await first.close();
    await page.getByText("The window was closed.").waitFor();
    assert.equal((await openQuestion(page)).url(), url);
  }));

test("an ask that reaches nobody says so, and the next one is made under the same key", () =>
  walking({}, async ({ dev, page }) => {
    await page.goto(`${dev.api}/shop`);
    const keys = [];
    let failures = 2;
    await page.route("**/v1/optins", (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      failures -= 1;
      return failures >= 0 ? route.abort() : route.continue();
    });
    for (const _ of [1, 2]) {
      await widget(page).button.click();
      await page.getByText("That did not work. Please try again.").waitFor();
      await eventually("its pop-up is closed", () => page.context().pages().length === 1);
    }
    await openQuestion(page);
    assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
  }));

test("the button speaks the page's language, or the words that it is given", () =>
  elsewhere((origin, put) =>
    walking({}, async ({ dev, page }) => {
      const key = await publishableKey(dev);
      const langs = ["en", "de-AT", "es", "ja", "ar", "fi"];
      put(dev.api, langs.map((lang) => element(key, `lang="${lang}"`)).join("") + element(key, 'label="Tell me"') + element(key).replace("><", "><b>Ring</b> me<"));
      await page.goto(origin);
      await widget(page).button.last().waitFor();
      const shown = await widget(page).button.evaluateAll((all) => all.map((button) => button.querySelector("slot").assignedNodes({ flatten: true }).map((node) => node.textContent).join("")));
      const english = "Notify me when it’s back";
      const words = [english, "Benachrichtigen, sobald es wieder da ist", "Avísame cuando vuelva", "再入荷を知らせてもらう", "أعلمني عند توفره", english, "Tell me", "Ring me"];
      assert.deepEqual(shown, words);
      assert.equal(await page.locator('ring-once[lang="ar"] button').evaluate((button) => getComputedStyle(button).direction), "rtl");
      await page.evaluate(() => document.querySelector("ring-once").setAttribute("lang", "es"));
      assert.equal(await widget(page).button.first().innerText(), "Avísame cuando vuelva");
    }),
  ));
