// What walks through the console do again and again.

import { createServer } from "node:http";
import { eventually } from "./harness.js";

/** Opens the console and signs in. */
export async function signIn({ dev, page }, hash = "#/") {
  await page.goto(`${dev.api}/console${hash}`);
  await page.getByLabel("API key").fill(dev.key);
  await page.keyboard.press("Enter");
  await page.locator("#shell").waitFor();
  await settled(page);
}

/** Goes to another page of the console, as a link would. */
export async function visit(page, hash) {
  await page.evaluate((hash) => (location.hash = hash), hash);
  await page.waitForURL((url) => url.hash === hash);
  await settled(page);
}

/** Nothing is under way any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#page").childElementCount > 0 && !document.querySelector("[aria-busy]"));
}

/** What a page counts, by the words beside it. */
export const figures = (page) =>
  page.locator(".figures > div").evaluateAll((all) => Object.fromEntries(all.map((each) => [each.querySelector("dt").textContent, Number(each.querySelector("dd").firstChild.textContent.replaceAll(",", ""))])));

/** The rows of a table as text, by its caption. */
export const rows = (page, caption) =>
  page.getByRole("region", { name: caption }).locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));

/** A topic's demand, in the words of the console. */
export const asCounted = ({ waiting, asked, granted, declined, sent, opened, unknown, returned, revoked, expired }) => ({
  "Waiting now": waiting,
  Asked: asked,
  Granted: granted,
  Declined: declined,
  Sent: sent,
  Opened: opened,
  Unknown: unknown,
  "Given back": returned,
  "Taken back": revoked,
  Expired: expired,
});

/** Has people say yes, and waits until that is counted. */
export async function waitingFor(dev, people, topic = "shirt-m", title = "Rad shirt, M") {
  for (const person of people) await dev.answer(await dev.ask(person, topic, title));
  await eventually("those who wait are counted", async () => (await dev.call("GET", `/v1/topics/${topic}`)).waiting >= people.length);
}

/** A business of its own, whose endpoint is `receiver`; calls are made with its key from then on. */
export async function ownShop(dev, receiver, ...more) {
  await dev.operate("business", "add", "shop", "--name", "The Shop", "--webhook", receiver.url, ...more);
  dev.key = await dev.operate("key", "add", "shop");
}

/** A message to `user` that the endpoint of the business's own sender refused for good; comes back with its opt-in. */
export async function failedMessage(dev, user, topic, title) {
  const asked = await dev.ask(user, topic, title);
  await dev.answer(asked, "grant", "webhook");
  const { token } = await dev.call("GET", `/v1/optins/${asked.id}`);
  await dev.call("POST", "/v1/notifications", { token, message: { title: "It is back", text: "Come get your shirt" } });
  await eventually("the message fails", async () => (await dev.call("GET", `/v1/optins/${asked.id}`)).state === "failed");
  return asked.id;
}

/** A business's endpoint: what it answers to an event or a message of a type, and what it took. */
export class Receiver {
  taken = [];
  answer = () => 204;
  #server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const event = { id: request.headers["webhook-id"], ...JSON.parse(body) };
    const status = this.answer(event.type);
    if (status < 300) this.taken.push(event);
    response.writeHead(status).end();
  });

  /** Runs `test` beside one. */
  static async beside(test) {
    const receiver = new Receiver();
    await new Promise((done) => receiver.#server.listen(0, "127.0.0.1", done));
    try {
      await test(receiver);
    } finally {
      receiver.#stop();
    }
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/hook`;
  }

  #stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
