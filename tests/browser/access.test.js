// Nobody is kept out: axe-core finds nothing on any page, in light and dark, on a desk and in a hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, consent, openQuestion, sayYes, shot, walking, widget } from "./harness.js";

const LOOKS = {
  light: {},
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
};

test("what keeps people out is found", () =>
  walking({}, async ({ page }) => {
    await page.setContent("<title>x</title><main><h1>x</h1><img src='data:,'><button></button></main>");
    const ids = (await barriers(page)).map((line) => line.split(":")[0]);
    for (const id of ["button-name", "html-has-lang", "image-alt"]) assert.ok(ids.includes(id), `${id} is not in ${ids}`);
  }));

for (const [look, options] of Object.entries(LOOKS)) {
  const each = (name, walk) =>
    test(`${name} keeps nobody out (${look})`, () => walking({ bypassCSP: true, ...options }, (at) => walk(at, `${name.replaceAll(" ", "-")}-${look}`)));

  const found = async (page, name) => {
    assert.deepEqual(await barriers(page), []);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(beyond <= 0, `${beyond} pixels stand beyond the edge`);
    await shot(page, name);
  };

  each("the shop", async ({ dev, page }, name) => {
    await page.goto(`${dev.api}/shop`);
    await widget(page).button.waitFor();
    await found(page, name);
    const popup = await openQuestion(page);
    await popup.close();
    await page.getByText("The window was closed.").waitFor();
    await found(page, `${name}-closed`);
  });

  each("the back page", async ({ dev, page }, name) => {
    await dev.answer(await dev.ask("ada"));
    await page.goto(`${dev.api}/shop/back`);
    await page.getByText("optin.granted").waitFor();
    await found(page, name);
  });

  each("the consent page", async ({ dev, page }, name) => {
    await page.goto((await dev.ask("ada")).consent_url);
    await consent(page).grant.waitFor();
    await found(page, name);
    await sayYes(page);
    await found(page, `${name}-answered`);
    await page.goto(`${dev.api}/c/none`);
    await found(page, `${name}-invalid`);
  });

  each("the persons page", async ({ dev, page }, name) => {
    await page.goto(await dev.told("ada"));
    await page.getByText("Come get your shirt").waitFor();
    await found(page, name);
  });
}
