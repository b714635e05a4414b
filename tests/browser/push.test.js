// Web Push in the browser: who is offered it, and what its service worker shows of a message that comes again.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { consent, eventually, walking } from "./harness.js";

/** A push message as `adapters/src/web_push/payload.rs` writes it. */
function declared(dev, id, body) {
  const tag = createHash("sha256").update(id).digest().subarray(0, 24).toString("base64url");
  const notification = { title: "Rad shirt, M", navigate: `${dev.api}/r/x`, body, lang: "en", dir: "auto", tag, data: { id } };
  return { web_push: 8030, notification, mutable: true };
}

/** Registers the service worker of a consent page, and comes back with what delivers to it and what it shows. */
async function subscribed({ dev, context, page }) {
  await context.grantPermissions(["notifications"], { origin: dev.api });
  await page.goto((await dev.ask("ada")).consent_url);
  const cdp = await context.newCDPSession(page);
  let registrationId;
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${dev.api}/` && !isDeleted)?.registrationId ?? registrationId;
  });
  await cdp.send("ServiceWorker.enable");
  const [worker] = await Promise.all([
    context.waitForEvent("serviceworker"),
    page.evaluate(async () => {
      await navigator.serviceWorker.register("/sw.js");
      await navigator.serviceWorker.ready;
    }),
  ]);
  await eventually("the registration is known", () => registrationId);
  // Whether each time that something was shown could be heard.
  await worker.evaluate(() => {
    self.alerts = [];
    const show = registration.showNotification;
    registration.showNotification = (title, options) => {
      self.alerts.push(!options.silent);
      return show.call(registration, title, options);
    };
  });
  return {
    deliver: (message) => cdp.send("ServiceWorker.deliverPushMessage", { origin: dev.api, registrationId, data: typeof message === "string" ? message : JSON.stringify(message) }),
    alerts: () => worker.evaluate(() => self.alerts),
    shown: () =>
      page.evaluate(async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map(({ title, body, tag, silent }) => ({ title, body, tag, silent: Boolean(silent) }));
      }),
    dismiss: () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).forEach((one) => one.close())),
  };
}

test("what was encrypted for a browser and decrypted by other people's code is shown once, also when it comes twice", () =>
  walking({}, async (at) => {
    const pushed = JSON.parse(readFileSync(new URL("pushed.json", import.meta.url)));
    const { deliver, alerts, shown } = await subscribed(at);
    for (const expected of [[true], [true, false]]) {
      await deliver(pushed);
      await eventually("it is dealt with", async () => (await alerts()).length === expected.length);
      assert.deepEqual(await alerts(), expected);
      const { title, body, tag } = pushed.notification;
      assert.deepEqual((await shown()).map((one) => [one.title, one.body, one.tag]), [[title, body, tag]]);
    }
  }));

test("a push is shown, and one that comes again alerts nobody, dismissed or not", () =>
  walking({}, async (at) => {
    const { deliver, alerts, shown, dismiss } = await subscribed(at);
    const message = declared(at.dev, "ro_msg_1", "It is back.");
    const { title, body, tag } = message.notification;
    await deliver(message);
    await eventually("it is shown", async () => (await shown()).length > 0);
    assert.deepEqual(await shown(), [{ title, body, tag, silent: false }]);

    await deliver(message);
    await eventually("the repeat is in its place", async () => (await shown())[0]?.silent);
    assert.deepEqual(await shown(), [{ title, body, tag, silent: true }]);
    assert.deepEqual(await alerts(), [true, false]);

    await dismiss();
    await eventually("it is dismissed", async () => (await shown()).length === 0);
    await deliver(message);
    // Pushes are shown one after the other: once the next is there, the repeat is over.
    const next = declared(at.dev, "ro_msg_2", "Socks too.");
    await deliver(next);
    await eventually("the next is shown", async () => (await shown()).some((one) => one.tag === next.notification.tag));
    assert.deepEqual((await shown()).map((one) => one.body), ["Socks too."]);
    assert.deepEqual(await alerts(), [true, false, false, true]);
  }));

test("of two repeats at once one alerts", () =>
  walking({}, async (at) => {
    const { deliver, alerts, shown } = await subscribed(at);
    const message = declared(at.dev, "ro_msg_1", "It is back.");
    await Promise.all([deliver(message), deliver(message)]);
    await eventually("both are shown", async () => (await alerts()).length === 2);
    assert.deepEqual(await alerts(), [true, false]);
    assert.equal((await shown()).length, 1);
  }));

test("a push that cannot be read still shows something", () =>
  walking({}, async (at) => {
    const { deliver, shown } = await subscribed(at);
    await deliver("not JSON");
    await eventually("it is shown", async () => (await shown()).length > 0);
    assert.equal((await shown())[0].title, new URL(at.dev.api).hostname);
  }));

test("who has a browser that takes pushes is offered them", () =>
  walking({}, async ({ dev, page }) => {
    await page.goto((await dev.ask("ada")).consent_url);
    await consent(page).push.waitFor();
    assert.ok(await page.getByText("As a notification on this device").isVisible());
  }));

test("without JavaScript no push is offered", () =>
  walking({ javaScriptEnabled: false }, async ({ dev, page }) => {
    await page.goto((await dev.ask("ada")).consent_url);
    await consent(page).grant.waitFor();
    assert.equal(await consent(page).push.count(), 1);
    assert.equal(await page.getByText("As a notification on this device").isVisible(), false);
  }));
