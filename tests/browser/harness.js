// A `ringonce dev` and a browser for each walk, and what walks do again and again.

import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const PROGRAM = process.env.RINGONCE_PROGRAM ?? join(ROOT, "target/debug/ringonce");
/** Puts many topics, and many who wait, into a folder of the program's. */
const CROWD = join(ROOT, "target/debug/crowd");
/** Where screenshots go; `make screenshots` takes the chosen ones from here. */
const SHOTS = join(ROOT, "target/browser");
/** The script that looks for what keeps people out. */
const AXE = join(HERE, "node_modules/axe-core/axe.min.js");
/** Longest wait for anything, in milliseconds. */
const PATIENCE = 30_000;

const BROWSERS = [process.env.RINGONCE_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

/** A running `ringonce dev` on a folder of its own. */
class Dev {
  #folder = mkdtempSync(join(tmpdir(), "ringonce-browser-"));
  #child;
  #printed = "";

  static async start(...args) {
    const dev = new Dev();
    await dev.#start(args);
    return dev;
  }

  /** Starts it anew, on what it has kept; its address is another one then. */
  async restart(...args) {
    await this.#end();
    await this.#start(args);
  }

  /** Starts it anew, with so many topics for which so many wait each. Somebody has said yes before. */
  async crowd(topics, each) {
    await this.#end();
    await promisify(execFile)(CROWD, [this.#folder, topics, each]);
    await this.#start([]);
  }

  async #end() {
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGTERM");
    await ended;
    this.#printed = "";
  }

  async #start(args) {
    // Where no server is named, e-mails stay in a folder.
    const { RINGONCE_SMTP: _, ...env } = process.env;
    this.#child = spawn(PROGRAM, ["dev", "--port", "0", "--state-dir", this.#folder, ...args], { env });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.setEncoding("utf8").on("data", (text) => (this.#printed += text));
    const ended = () => this.#child.exitCode !== null;
    await eventually("the program is up", () => ended() || this.#printed.includes("# --- end ---"));
    if (ended()) throw new Error(this.#printed);
    this.api = this.#printed.match(/^API=(\S+)/m)[1];
    this.key = this.#printed.match(/ KEY=(\S+)/)[1];
  }

  /** One of the operator's commands, on this very table; comes back with what it printed. */
  async operate(...args) {
    const { stdout } = await promisify(execFile)(PROGRAM, [...args, "--local", "--state-dir", this.#folder]);
    return stdout.trim();
  }

  /** A call of the API with the demo business's secret key. */
  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const answer = await fetch(new URL(path, this.api), { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  ask(user, topic = "shirt-m", title = "Rad shirt, M") {
    return this.call("POST", "/v1/optins", { user, topic, title });
  }

  /** Answers a link by the API; what comes back leads to the person's page. */
  answer({ consent_url }, answer = "grant", channel = "inbox") {
    return this.call("POST", consent_url, answer === "grant" ? { answer, channel } : { answer });
  }

  /** A person whose message was sent, with the address of their page. */
  async told(user) {
    const asked = await this.ask(user);
    const { manage_url } = await this.answer(asked);
    const { token } = await this.call("GET", `/v1/optins/${asked.id}`);
    const { id } = await this.call("POST", "/v1/notifications", { token, message: { text: "Come get your shirt", url: `${this.api}/shop` } });
    await eventually("the message is sent", async () => (await this.call("GET", `/v1/notifications/${id}`)).state === "sent");
    return manage_url;
  }

  /** The newest e-mail, readable; nothing as long as there is none. */
  get mail() {
    const outbox = join(this.#folder, "outbox");
    const newest = readdirSync(outbox).filter((name) => name.endsWith(".eml")).sort().at(-1);
    return newest && unquoted(readFileSync(join(outbox, newest), "utf8"));
  }

  stop() {
    this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Takes quoted-printable back, as far as ASCII goes. */
const unquoted = (text) => text.replace(/=\r?\n/g, "").replace(/=([0-7][0-9A-F])/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** Looks again and again until `look` finds something. */
export async function eventually(what, look) {
  for (const begun = Date.now(); ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() - begun > PATIENCE) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Has `walk` go through a Ringonce of its own, in a browser of its own. What a page's script throws fails it. */
export async function walking(options, walk) {
  const browser = await launched();
  const thrown = [];
  let dev;
  try {
    dev = await Dev.start();
    const context = await browser.newContext({ locale: "en", viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    context.on("weberror", (error) => thrown.push(error.error()));
    await walk({ dev, context, page: await context.newPage() });
  } finally {
    await browser.close();
    dev?.stop();
  }
  if (thrown.length > 0) throw thrown[0];
}

/** A browser. On a busy machine Chromium now and then dies at its start, which says nothing of the pages. */
async function launched() {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  for (let left = 2; ; left--) {
    try {
      return await chromium.launch({ executablePath, args, timeout: PATIENCE });
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** Keeps how a page looks. */
export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** What keeps people out of a page, one line a finding. The context has to be one that bypasses the page's policy. */
export async function barriers(page) {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => axe.run());
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help}: ${target.join(" ")}`));
}

/** The widget's parts. */
export const widget = (page) => ({
  button: page.locator("ring-once button"),
  status: page.locator("ring-once [role=status]"),
});

/** The consent page's parts, by what its forms send and not by its words. */
export const consent = (page) => ({
  grant: page.locator("button[name=answer][value=grant]"),
  decline: page.locator("button[name=answer][value=decline]"),
  inbox: page.locator("input[name=channel][value=inbox]"),
  email: page.locator("input[name=channel][value=email]"),
  push: page.locator("input[name=channel][value=webpush]"),
  address: page.locator("input[name=address-email]"),
  mine: page.locator('a[href*="/u/"]').first(),
});

/** Says yes on a consent page, by the person's own page where there is a choice. */
export async function sayYes(page) {
  const { grant, inbox } = consent(page);
  await grant.waitFor();
  if (await inbox.count()) await inbox.check();
  await grant.click();
  await grant.waitFor({ state: "detached" });
}

/** Presses the widget's button, and comes back with the consent page in its pop-up. */
export async function openQuestion(page, press = () => widget(page).button.click()) {
  const [popup] = await Promise.all([page.waitForEvent("popup"), press()]);
  await popup.waitForURL(/\/c\//);
  return popup;
}

/** Collects the widget's events of a page that is yet to be opened; call what comes back for their states. */
export async function listen(page) {
  await page.addInitScript(() => {
    window.heard = [];
    addEventListener("ringonce", ({ detail }) => window.heard.push(detail));
  });
  return () => page.evaluate(() => window.heard.map(({ state }) => state));
}
