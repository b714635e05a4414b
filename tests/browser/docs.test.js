// The API's reference: it shows every operation, and calls nobody but the program that serves it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { eventually, shot, walking } from "./harness.js";

const API = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url)));

test("the reference shows every operation and calls nobody else", () =>
  walking({}, async ({ dev, page }) => {
    const [called, errors] = [[], []];
    page.on("request", (request) => called.push(request.url()));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`${dev.api}/docs`);
    const titles = Object.values(API.paths).flatMap((methods) => Object.values(methods).flatMap((operation) => operation.summary ?? []));
    assert.ok(titles.length > 20, String(titles.length));
    const shown = async () => page.locator("h2").allTextContents();
    await eventually("all operations are shown", async () => {
      const headings = (await shown()).join("\n");
      return titles.every((title) => headings.includes(title));
    });
    await shot(page, "docs");
    const elsewhere = called.filter((url) => !url.startsWith(dev.api) && !/^(data|blob):/.test(url));
    assert.deepEqual([elsewhere, errors], [[], []]);
  }));
