// The person's pages, without the shop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consent, sayYes, walking } from "./harness.js";

test("a second answer to one link changes nothing, and leads to the person's page", () =>
  walking({}, async ({ dev, context, page }) => {
    const { id, consent_url: link } = await dev.ask("ada");
    const late = await context.newPage();
    await late.goto(link);
    await page.goto(link);
    await sayYes(page);
    await consent(late).decline.click();
    await consent(late).decline.waitFor({ state: "detached" });
    assert.equal((await dev.call("GET", `/v1/optins/${id}`)).state, "granted");
    await late.goto(link);
    assert.equal(await consent(late).grant.count(), 0, "the link shows what it was answered with");
    await consent(late).mine.click();
    await late.waitForURL(/\/u\//);
  }));

test("without JavaScript a person says yes, takes it back, blocks and unblocks", () =>
  walking({ javaScriptEnabled: false }, async ({ dev, page }) => {
    const { id, consent_url: link } = await dev.ask("ada");
    await page.goto(link);
    await sayYes(page);
    await consent(page).mine.click();
    const form = (action) => page.locator(`form[action$="/${action}"] button`).first();
    await form("revoke").click();
    await form("revoke").waitFor({ state: "detached" });
    assert.equal((await dev.call("GET", `/v1/optins/${id}`)).state, "revoked");
    await form("block").click();
    await form("unblock").waitFor();
    await assert.rejects(dev.ask("ada", "socks", "Socks"), /person-blocked/);
    await form("unblock").click();
    await form("block").waitFor();
    await dev.ask("ada", "socks", "Socks");
  }));

test("opening a link changes nothing", () =>
  walking({}, async ({ dev, page }) => {
    const { id, consent_url: link } = await dev.ask("ada");
    await page.goto(link);
    await page.reload();
    assert.equal((await dev.call("GET", `/v1/optins/${id}`)).state, "asked");
  }));
