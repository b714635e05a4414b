// A person on their pages: in their language, by the keyboard, and by e-mail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, consent, eventually, sayYes, shot, walking } from "./harness.js";

/** What a page says itself: neither the names that a business gave nor those of other languages. */
const said = (page) =>
  page.evaluate(() => {
    const copy = document.body.cloneNode(true);
    for (const theirs of copy.querySelectorAll("bdi, nav")) theirs.remove();
    const labels = [...copy.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label").replace("Rad shirt, M", ""));
    const refused = [...copy.querySelectorAll("[data-refused]")].map((one) => one.dataset.refused);
    return [document.title, copy.textContent, ...labels, ...refused].join(" ");
  });

async function assertArabic(page) {
  const html = page.locator("html");
  assert.deepEqual([await html.getAttribute("lang"), await html.getAttribute("dir")], ["ar", "rtl"]);
  assert.equal(await page.locator("main").evaluate((main) => getComputedStyle(main).direction), "rtl");
  const words = await said(page);
  assert.match(words, /\p{Script=Arabic}/u);
  assert.doesNotMatch(words, /\p{Script=Latin}/u);
  for (const button of await page.locator("button").allTextContents()) assert.match(button, /\p{Script=Arabic}/u);
  assert.deepEqual(await barriers(page), []);
}

test("who is asked in Arabic reads Arabic to the end, in a browser that is English", () =>
  walking({ bypassCSP: true }, async ({ dev, page }) => {
    const { consent_url: link } = await dev.call("POST", "/v1/optins", { user: "ada", topic: "shirt-m", title: "Rad shirt, M", locale: "ar" });
    await page.goto(link);
    await assertArabic(page);
    await shot(page, "consent-arabic");
    await sayYes(page);
    await assertArabic(page);
    await consent(page).mine.click();
    await page.waitForURL(/\/u\//);
    await assertArabic(page);
    for (const action of ["revoke", "block"]) {
      await page.locator(`form[action$="/${action}"] button`).click();
      await page.locator(`form[action$="/${action}"]`).waitFor({ state: "detached" });
      await assertArabic(page);
    }
  }));

test("a person takes one back, blocks and unblocks, and the words follow", () =>
  walking({}, async ({ dev, page }) => {
    await dev.answer(await dev.ask("ada", "socks", "Socks"));
    const { manage_url } = await dev.answer(await dev.ask("ada"));
    await page.goto(manage_url);
    const words = (title) => page.getByRole("listitem").filter({ hasText: title }).locator("p").first();
    const shows = (title, what) => words(title).filter({ hasText: what }).waitFor();
    await shows("Rad shirt", "You said yes; one message will come.");
    await page.getByRole("button", { name: "Take back: Socks" }).click();
    await shows("Socks", "Taken back; no message will come.");
    await shows("Rad shirt", "You said yes; one message will come.");
    await page.getByRole("button", { name: "Block Demo Shop" }).click();
    await page.getByText("You have blocked this business").waitFor();
    // What a block takes back is taken back in a moment, by the worker.
    await eventually("the other is taken back", async () => {
      await page.reload();
      return (await words("Rad shirt").textContent()) === "Taken back; no message will come.";
    });
    assert.equal(await page.getByRole("button", { name: /^Take back/ }).count(), 0);
    await page.getByRole("button", { name: "Unblock Demo Shop" }).click();
    await page.getByRole("button", { name: "Block Demo Shop", exact: true }).waitFor();
    await shows("Rad shirt", "Taken back; no message will come.");
  }));

/** Presses a key, and comes back with what has the focus then. */
async function press(page, key) {
  await page.keyboard.press(key);
  return page.evaluate(() => {
    const { name, value, form, tagName, href } = document.activeElement;
    if (tagName === "A") return new URL(href).search;
    if (name) return value ? `${name}=${value}` : name;
    return form?.action.match(/[a-z]+$/)[0] ?? tagName;
  });
}

async function presses(page, key, reached) {
  const seen = [];
  for (const _ of reached) seen.push(await press(page, key));
  assert.deepEqual(seen, reached);
}

const LANGUAGES = ["?lang=de", "?lang=es", "?lang=ja", "?lang=ar"];

test("the keyboard reaches everything in its order, and answers", () =>
  walking({}, async ({ dev, page }) => {
    const asked = await dev.ask("ada");
    await page.goto(asked.consent_url);
    await consent(page).push.waitFor();
    await presses(page, "Tab", ["channel=inbox", "answer=grant", "answer=decline", ...LANGUAGES]);
    await presses(page, "Shift+Tab", [...LANGUAGES.slice(0, -1).reverse(), "answer=decline", "answer=grant", "channel=inbox"]);
    await presses(page, "ArrowDown", ["channel=webhook", "channel=webpush", "channel=email"]);
    await presses(page, "Tab", ["address-email", "answer=grant", "answer=decline", ...LANGUAGES]);
    await presses(page, "Shift+Tab", [...LANGUAGES.slice(0, -1).reverse(), "answer=decline", "answer=grant", "address-email", "channel=email"]);
    await presses(page, "ArrowDown", ["channel=inbox"]);
    await presses(page, "Tab", ["answer=grant"]);
    await page.keyboard.press("Enter");
    await page.getByText("You will hear once").waitFor();

    const other = await dev.ask("ada", "socks", "Socks");
    await page.goto(other.consent_url);
    await consent(page).push.waitFor();
    await presses(page, "Tab", ["channel=inbox", "answer=grant", "answer=decline"]);
    await page.keyboard.press("Space");
    await page.getByText("Demo Shop will not message you about Socks.").waitFor();
    assert.equal((await dev.call("GET", `/v1/optins/${other.id}`)).state, "declined");

    await consent(page).mine.click();
    await page.getByRole("button", { name: /^Block/ }).waitFor();
    await presses(page, "Tab", ["revoke", "block", ...LANGUAGES]);
    await presses(page, "Shift+Tab", [...LANGUAGES.slice(0, -1).reverse(), "block", "revoke"]);
    await page.keyboard.press("Enter");
    await page.getByText("Taken back; no message will come.").waitFor();
    assert.equal((await dev.call("GET", `/v1/optins/${asked.id}`)).state, "revoked");
  }));

test("a typed address counts once the link that went there is opened and its button pressed", () =>
  walking({ bypassCSP: true }, async ({ dev, page }) => {
    const { id, consent_url: link } = await dev.ask("ada");
    const state = async () => (await dev.call("GET", `/v1/optins/${id}`)).state;
    await page.goto(link);
    const { address, email, grant } = consent(page);
    assert.equal(await address.isVisible(), false, "no address is asked for where none is needed");
    await email.check();
    await address.fill("ada@example.com");
    assert.deepEqual(await barriers(page), []);
    await grant.click();
    await page.getByText("Please look at your e-mail").waitFor();
    assert.deepEqual(await barriers(page), []);
    const mail = await eventually("the e-mail is written", () => dev.mail);
    assert.match(mail, /^To: <ada@example\.com>/m);
    await page.goto(mail.match(/http\S+\/v\/[\w-]+/)[0]);
    await page.getByText("Confirm your address").first().waitFor();
    assert.deepEqual(await barriers(page), []);
    await shot(page, "confirm");
    assert.equal(await state(), "confirming", "opening the link changes nothing");
    await page.getByRole("button", { name: "Yes, notify me" }).click();
    await page.getByText("You will hear once").first().waitFor();
    assert.equal(await state(), "granted");
  }));

/** Sends a mistyped address, which a browser of today does not let through by itself. */
async function mistype(dev, page) {
  const { id, consent_url: link } = await dev.ask("ada");
  await page.goto(link);
  const { address, email, grant } = consent(page);
  await email.check();
  await address.fill("nobody");
  await address.evaluate((field) => (field.form.noValidate = true));
  await grant.click();
  await page.getByRole("alert").filter({ hasText: "Please write an e-mail address" }).waitFor();
  assert.equal((await dev.call("GET", `/v1/optins/${id}`)).state, "asked");
}

test("without JavaScript a mistyped address is pointed out and kept, and put right", () =>
  walking({ javaScriptEnabled: false }, async ({ dev, page }) => {
    await mistype(dev, page);
    const { address, email, grant } = consent(page);
    assert.equal(await address.inputValue(), "nobody");
    assert.equal(await address.getAttribute("aria-invalid"), "true");
    assert.ok(await email.isChecked());
    await address.fill("nobody@example.com");
    await grant.click();
    await page.getByText("Please look at your e-mail").waitFor();
  }));

test("the page that points out a mistyped address keeps nobody out", () =>
  walking({ bypassCSP: true }, async ({ dev, page }) => {
    await mistype(dev, page);
    assert.deepEqual(await barriers(page), []);
    await shot(page, "consent-mistyped");
  }));
