// The code of README.md, as it stands there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ringonce } from "@ringonce/client";
import { answer, Dev, eventually, freePort } from "./harness.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const [START, CALLS, WEBHOOKS] = [...readFileSync(join(PACKAGE, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

let dev;

before(async () => (dev = await Dev.start()));
after(() => dev?.stop());

/** Runs `code` as a program of its own, until `walk` has ended. */
async function running(code, env, walk) {
  // In the package's folder, so that it finds itself by its name.
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: PACKAGE, env: { ...process.env, RINGONCE_URL: dev.url, RINGONCE_KEY: dev.key, ...env } });
  const program = { printed: "", ended: new Promise((done) => child.once("exit", done)) };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (program.printed += text));
  try {
    await walk(program);
  } finally {
    child.kill("SIGKILL");
  }
}

test("the quick start asks, waits for the yes and sends", () =>
  running(START, {}, async (program) => {
    const [, consent_url] = await eventually("it asks", () => program.printed.match(/say yes: (\S+)\n/));
    await answer({ consent_url });
    assert.equal(await program.ended, 0, program.printed);
    const [, id] = program.printed.match(/On its way: (\S+)/);
    const ringonce = new Ringonce(dev);
    await eventually("it is sent", async () => (await ringonce.notification(id)).state === "sent");
  }));

test("the calls that are shown work", () => {
  const connected = START.split("\n").slice(0, 3).join("\n");
  return running(`${connected}\n${CALLS}\nconsole.log(typeof eligible)`, {}, async (program) => {
    assert.equal(await program.ended, 0, program.printed);
    assert.match(program.printed, /^finished 0$.*^boolean$/ms);
  });
});

test("the endpoint that is shown takes what Ringonce signed, and nothing else", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { key, secret } = await dev.business("shop", url);
  await running(WEBHOOKS, { PORT: port, RINGONCE_WEBHOOK_SECRET: secret }, async (program) => {
    const forged = () => fetch(url, { method: "POST", body: "{}" }).catch(() => undefined);
    assert.equal((await eventually("it is up", forged)).status, 401);
    await answer(await new Ringonce({ url: dev.url, key }).ask({ user: "bob", topic: "shirt-l", title: "Rad shirt, L" }));
    await eventually("it hears", () => program.printed.includes("shirt-l: one more waits"));
  });
});
