// The page, as README.md has it set up, in a browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { listen, openQuestion, sayYes, walking, widget } from "../../tests/browser/harness.js";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const PAGE = read("index.html");
const README = read("../../README.md");

/** What stands in the page for others to replace. */
const [HERE, KEY] = ["http://127.0.0.1:9000", "ro_pk_..."];

const tag = (html, name) => html.match(new RegExp(`<${name}\\s[^>]*>`))[0];
const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));

test("the page's button is the documented one", () => {
  const shown = README.match(/```html\n(.*?)```/s)[1];
  assert.deepEqual(attributes(tag(PAGE, "ring-once")), attributes(tag(shown, "ring-once")));
  const [ours, theirs] = [PAGE, shown].map((html) => attributes(tag(html, "script")));
  assert.equal(ours.type, theirs.type);
  assert.equal(new URL(ours.src).pathname, new URL(theirs.src).pathname);
  for (const [, property] of PAGE.matchAll(/--ringonce(-\w+):/g)) assert.ok(README.includes(`\`${property}\``) || README.includes(`--ringonce${property}`), property);
});

test("every element of the page is closed where it has to be", () => {
  const open = [];
  const empty = new Set(["meta", "link"]);
  const markup = PAGE.replace(/<!.*?>/gs, "").replace(/(<(script|style)\b[^>]*>).*?(?=<\/\2>)/gs, "$1");
  for (const [, close, name] of markup.matchAll(/<(\/?)([\w-]+)[^>]*>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!empty.has(name)) open.push(name);
  }
  assert.deepEqual(open, []);
});

test("a visitor presses the button, says yes, and the page hears of it", () =>
  walking({}, async ({ dev, page }) => {
    let html = "";
    const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html)).listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const origin = `http://127.0.0.1:${server.address().port}`;
    try {
      assert.ok(PAGE.includes(HERE) && PAGE.includes(KEY));
      html = PAGE.replaceAll(HERE, dev.api).replaceAll(KEY, await publishableKey(dev));
      await dev.operate("business", "set", "demo", "--origin", origin);
      const heard = await listen(page);
      await page.goto(origin);
      await sayYes(await openQuestion(page));
      await page.getByText("shirt-m: granted").waitFor();
      assert.deepEqual(await heard(), ["asking", "asked", "granted"]);
      assert.equal(await widget(page).button.evaluate((button) => getComputedStyle(button).backgroundColor), "rgb(10, 125, 92)");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }));

const publishableKey = async (dev) => (await (await fetch(`${dev.api}/shop`)).text()).match(/ro_pk_[0-9a-f]+/)[0];
