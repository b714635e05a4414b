// A `ringonce dev` for each test file, and what tests do again and again.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const PROGRAM = process.env.RINGONCE_PROGRAM ?? fileURLToPath(new URL("../../../target/debug/ringonce", import.meta.url));
/** Longest wait for anything, in milliseconds. */
const PATIENCE = 30_000;

/** A running `ringonce dev` on a folder of its own. */
export class Dev {
  #folder = mkdtempSync(join(tmpdir(), "ringonce-client-"));
  #child;
  #printed = "";

  static async start() {
    const dev = new Dev();
    try {
      await dev.#start();
    } catch (error) {
      dev.stop();
      throw error;
    }
    return dev;
  }

  async #start() {
    this.#child = spawn(PROGRAM, ["dev", "--port", "0", "--state-dir", this.#folder]);
    this.#child.once("error", (error) => (this.#printed += error));
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.setEncoding("utf8").on("data", (text) => (this.#printed += text));
    const ended = () => this.#child.exitCode !== null || this.#child.pid === undefined;
    await eventually("the program is up", () => ended() || this.#printed.includes("# --- end ---"));
    if (ended()) throw new Error(`${PROGRAM}: ${this.#printed}`);
    this.url = this.#printed.match(/^API=(\S+)/m)[1];
    this.key = this.#printed.match(/ KEY=(\S+)/)[1];
  }

  /** One of the operator's commands on this very table: what it prints. */
  async operate(...args) {
    return (await promisify(execFile)(PROGRAM, [...args, "--local", "--state-dir", this.#folder])).stdout;
  }

  /** A further business whose events are brought to `webhook`: its key, and the secret that they are signed with. */
  async business(id, webhook, ...more) {
    const printed = await this.operate("business", "add", id, "--name", "The Shop", "--webhook", webhook, ...more);
    const key = (await this.operate("key", "add", id)).match(/ro_sk_\w+/)[0];
    return { key, secret: printed.match(/whsec_\S+/)[0] };
  }

  stop() {
    // A program that is not there has no id, and Node would kill this very process group in its place.
    if (this.#child?.pid) this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The person's part: answers the question behind a link. */
export async function answer({ consent_url }, answer = "grant", channel = "inbox") {
  const body = JSON.stringify(answer === "grant" ? { answer, channel } : { answer });
  const answered = await fetch(consent_url, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!answered.ok) throw new Error(`${answered.status} ${await answered.text()}`);
  return answered.json();
}

/** Looks again and again until `look` finds something. */
export async function eventually(what, look) {
  for (const begun = Date.now(); ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() - begun > PATIENCE) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A server on a free port, whose `handle` is given each request with its whole body. */
export async function serve(handle) {
  const server = createServer(async (request, answer) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    await handle(request, Buffer.concat(chunks), answer);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** A way to `target` on which the first of `obstacles` meets the first request, the next one the next; then all pass. */
export async function obstructed(target, obstacles) {
  const keys = [];
  const { url, stop } = await serve(async (request, body, answer) => {
    keys.push(request.headers["idempotency-key"]);
    const obstacle = obstacles.shift();
    if (obstacle) return obstacle(answer);
    const { authorization } = request.headers;
    const headers = { authorization, "content-type": "application/json", ...(keys.at(-1) && { "idempotency-key": keys.at(-1) }) };
    const passed = await fetch(target + request.url, { method: request.method, headers, ...(body.length && { body }) });
    answer.writeHead(passed.status, { "content-type": passed.headers.get("content-type") }).end(await passed.text());
  });
  return { url, stop, keys };
}

/** A port on which nothing listens: for a server whose address has to be known before it is started. */
export async function freePort() {
  const { url, stop } = await serve(() => {});
  stop();
  return new URL(url).port;
}
