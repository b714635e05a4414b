// The console, as a business's staff go through it: every figure that it shows is the API's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asCounted, figures, rows, signIn, visit, waitingFor } from "./console.js";
import { eventually, walking } from "./harness.js";

test("a wrong key is refused in words, a right one opens the console, and is kept nowhere", () =>
  walking({}, async ({ dev, page, context }) => {
    await page.goto(`${dev.api}/console#/topics`);
    const why = page.getByRole("alert");
    const enter = async (key) => {
      await page.getByLabel("API key").fill(key);
      await page.keyboard.press("Enter");
    };
    await enter("ro_pk_00");
    await why.filter({ hasText: "A publishable key (ro_pk_) may only ask." }).waitFor();
    await enter(`${dev.key.slice(0, -4)}0000`);
    await why.filter({ hasText: "No business has this key" }).waitFor();
    assert.equal(await page.getByLabel("API key").inputValue(), "");
    await enter(dev.key);
    await page.getByRole("heading", { name: "Topics", level: 1 }).waitFor();

    const kept = await page.evaluate(() => [document.documentElement.outerHTML, location.href, document.cookie, JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])].join(" "));
    assert.ok(!kept.includes(dev.key.slice(6)));
    assert.deepEqual(await context.cookies(), []);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
    assert.equal(await page.locator("#page").textContent(), "");
    assert.equal(await page.evaluate(() => document.activeElement.id), "key");
    await signIn({ dev, page });
    await page.reload();
    await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
  }));

test("a key that is none any more leads back to the sign-in, and from there to where one was", () =>
  walking({}, async ({ dev, page }) => {
    await signIn({ dev, page });
    await page.route("**/v1/topics*", (route) => route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${dev.key.slice(0, -4)}0000` } }));
    await page.getByRole("link", { name: "Topics" }).click();
    await page.getByText("Your key is not valid any more").waitFor();
    await page.unroute("**/v1/topics*");
    await page.getByLabel("API key").fill(dev.key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Topics", level: 1 }).waitFor();
  }));

test("a topic's demand, who is next and every day are the API's", () =>
  walking({}, async ({ dev, page }) => {
    await waitingFor(dev, ["ada", "bea", "cyd"]);
    await waitingFor(dev, ["ada"], "socks:blue", "Blue socks");
    await dev.answer(await dev.ask("dan"), "decline");
    await dev.told("eve");
    const demand = await eventually("all is counted", async () => {
      const demand = await dev.call("GET", "/v1/topics/shirt-m");
      return demand.asked === 5 && demand.granted === 4 && demand.declined === 1 && demand.sent === 1 && demand.waiting === 3 && demand;
    });
    await eventually("so is the other topic", async () => (await dev.call("GET", "/v1/topics/socks:blue")).waiting === 1);
    await signIn({ dev, page }, "#/topics");
    const table = () => rows(page, "Topics, and how many wait for each");
    assert.deepEqual(await table(), [["shirt-m", "3", "5", "4", "1", "0", "0"], ["socks:blue", "1", "1", "1", "0", "0", "0"]]);
    await page.getByText("All 2 topics.").waitFor();
    await page.getByRole("button", { name: "Waiting" }).click();
    assert.deepEqual((await table()).map(([name]) => name), ["socks:blue", "shirt-m"]);
    assert.equal(await page.locator("[aria-sort]").getAttribute("aria-sort"), "ascending");
    await page.getByLabel("Topics whose name begins with").fill("so");
    await eventually("only that is left", async () => (await table().catch(() => [])).length === 1);
    assert.equal(new URL(page.url()).hash, "#/topics/so");

    await page.getByRole("link", { name: "socks:blue" }).click();
    await page.getByRole("heading", { name: "Topic socks:blue" }).waitFor();
    await page.goBack();
    await page.getByText("All 1 topics that begin with “so”.").waitFor();
    // Who said yes a moment ago is not shown yet: a release would not take them either.
    const { next } = await eventually("all are next", async () => {
      const found = await dev.call("GET", "/v1/topics/shirt-m/waiting?limit=10");
      return found.next.length === 3 && found;
    });
    await visit(page, "#/topic/shirt-m");
    assert.deepEqual(await figures(page), asCounted(demand));
    assert.deepEqual((await rows(page, /3 people who wait/)).map(([user]) => user), next.map(({ user }) => user));
    assert.deepEqual(next.map(({ user }) => user), ["ada", "bea", "cyd"]);

    const today = await eventually("the day is counted", async () => {
      const day = (await dev.call("GET", "/v1/days")).days.at(-1);
      return day?.asked === 6 && day.granted === 5 && day.declined === 1 && day.sent === 1 && day;
    });
    await visit(page, "#/");
    const shown = await figures(page);
    for (const name of ["asked", "granted", "sent", "opened", "declined", "unknown"]) assert.equal(shown[name[0].toUpperCase() + name.slice(1)], today[name], name);
    await page.getByText("The same numbers as a table").click();
    const [latest, ...before] = await rows(page, /day by day/);
    assert.deepEqual(latest.slice(1, 6).map(Number), [today.asked, today.granted, today.sent, today.opened, today.declined]);
    assert.ok(before.length === 29 && before.every((row) => row.slice(1).every((cell) => cell === "0")));
    await page.locator(".chart canvas").waitFor();
    await page.getByRole("button", { name: "7 days" }).click();
    await eventually("a week is shown", async () => (await page.locator("details tbody tr").count()) === 7);
  }));

test("a release is started once, watched to its end and found in the history", () =>
  walking({}, async ({ dev, page }) => {
    const people = ["ada", "bea", "cyd", "dan", "eve"];
    await waitingFor(dev, people);
    await signIn({ dev, page }, "#/topic/shirt-m");
    await page.getByRole("link", { name: "Start a release" }).click();
    const begin = page.getByRole("button", { name: "Review and start" });
    await begin.click();
    assert.equal(await page.evaluate(() => document.activeElement.name), "message.text");
    await page.getByText("Write what the message says.").waitFor();
    await page.getByLabel("Text").fill("The rad shirt is back in M.");
    await page.getByLabel("Link (optional)").fill("no address");
    await page.getByLabel("At most how many people (optional)").fill("4");
    await page.getByText("4 messages to 5 who wait").waitFor();
    await begin.click();
    await page.getByRole("button", { name: "Send 4 messages" }).click();
    await eventually("the field is marked", () => page.evaluate(() => document.activeElement.name === "message.url"));
    assert.match(await page.locator("#field-message-url-error").textContent(), /`message.url`/);
    await page.getByLabel("Link (optional)").fill(`${dev.api}/shop`);
    await page.getByLabel("Step by step").check();
    await page.getByLabel("People in a step").fill("2");
    await page.getByLabel("Time from one step to the next", { exact: true }).fill("2");
    await page.getByLabel("Unit of the time between two steps").selectOption("seconds");
    // Only who has waited for five seconds is taken: until then a release finds nobody.
    await new Promise((done) => setTimeout(done, 5_000));
    await begin.click();
    await page.getByRole("button", { name: "Send 4 messages" }).dblclick();
    await page.waitForURL(/#\/release\//);
    await page.getByText("Running").waitFor();
    await page.locator("#page").getByText("It took as many people as it was to take.").waitFor();
    await eventually("all have come to their end", async () => (await figures(page))["Under way"] === 0);

    const { releases } = await dev.call("GET", "/v1/releases");
    assert.equal(releases.length, 1, "a double click is one release");
    const [{ id, taken, sent }] = releases;
    assert.deepEqual([taken, sent], [4, 4]);
    const shown = await figures(page);
    assert.deepEqual([shown.Taken, shown.Sent, shown.Failed], [4, 4, 0]);
    assert.deepEqual(await page.locator("progress").evaluate(({ value, max }) => [value, max]), [4, 4]);
    assert.equal(await page.getByRole("button", { name: "Stop the release" }).isVisible(), false);
    await page.getByRole("link", { name: "Releases" }).click();
    await page.getByRole("region", { name: "Releases, the latest first" }).getByText("Finished").waitFor();
    await page.getByRole("region", { name: "Releases, the latest first" }).getByRole("link").first().click();
    await page.waitForURL(new RegExp(`#/release/${id}$`));
  }));

test("a form whose answer was lost starts one release: again with the same words, and refused with others", () =>
  walking({}, async ({ dev, page }) => {
    await waitingFor(dev, ["ada", "bea"]);
    await signIn({ dev, page }, "#/topic/shirt-m/release");
    const send = async (text) => {
      await page.getByLabel("Text").fill(text);
      await page.getByRole("button", { name: "Review and start" }).click();
      await page.getByRole("button", { name: "Send 2 messages" }).click();
    };
    const started = async () => (await dev.call("GET", "/v1/releases")).releases;
    await page.route("**/releases", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await send("The shirt is back.");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("alert").waitFor();
    assert.equal((await started()).length, 1);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await send("The shirt is back, in red.");
    await dialog.getByText("This form has started a release already, with other words.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await send("The shirt is back.");
    await page.waitForURL((url) => url.hash.startsWith("#/release/"));
    const all = await started();
    assert.equal(all.length, 1);
    assert.ok(decodeURIComponent(page.url()).endsWith(all[0].id));
  }));

test("a release is stopped by whoever confirms it", () =>
  walking({}, async ({ dev, page }) => {
    await waitingFor(dev, ["ada", "bea"]);
    await new Promise((done) => setTimeout(done, 5_000));
    const { id } = await dev.call("POST", "/v1/topics/shirt-m/releases", { message: { text: "Back" }, batch: { size: 1, every: "1h" } });
    await signIn({ dev, page }, `#/release/${id}`);
    await eventually("one is taken", async () => (await figures(page)).Taken === 1);
    await page.getByText(/The next step begins/).waitFor();
    let looks = 0;
    page.on("request", (request) => (looks += Number(request.url().includes("/v1/releases/"))));
    const hide = (hidden) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await hide(true);
    await new Promise((done) => setTimeout(done, 4_000));
    assert.ok(looks <= 1, `a tab that nobody sees asked ${looks} times`);
    await hide(false);
    await eventually("it is looked at again", () => looks >= 3);
    await page.getByRole("button", { name: "Stop the release" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await dev.call("GET", `/v1/releases/${id}`)).state, "running");
    await page.getByRole("button", { name: "Stop the release" }).click();
    await page.getByRole("button", { name: "Stop it" }).click();
    await page.locator("#page").getByText("Your business stopped it.").waitFor();
    assert.equal((await dev.call("GET", `/v1/releases/${id}`)).state, "stopped");
  }));
