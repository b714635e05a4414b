// The console's files, without a business: what they know of the API, and what they take from elsewhere.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { walking } from "./harness.js";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

test("every state and every reason of the API has words", () =>
  walking({}, async ({ dev, page }) => {
    await page.goto(`${dev.api}/console`);
    const { schemas } = JSON.parse(read("../../openapi.json")).components;
    const known = await page.evaluate(async () => {
      const words = await import("/console/words.js");
      return Object.fromEntries(Object.entries(words).filter(([, value]) => typeof value === "object").map(([name, value]) => [name, Object.keys(value)]));
    });
    const told = { State: "STATES", Reason: "REASONS", ReleaseReason: "ENDS", ReleaseState: "RELEASES", HealthState: "HEALTH", DisabledReason: "DISABLED", FailureReason: "FAILURES" };
    for (const [schema, name] of Object.entries(told)) {
      assert.ok(schemas[schema].enum.length > 0);
      for (const word of schemas[schema].enum) assert.ok(known[name].includes(word), `${name} does not know ${word}`);
    }
  }));

test("the vendored uPlot is the pinned package's", () => {
  const { version } = JSON.parse(read("node_modules/uplot/package.json"));
  assert.equal(version, JSON.parse(read("package.json")).dependencies.uplot);
  for (const [ours, theirs] of Object.entries({ "uplot.js": "uPlot.iife.min.js", "uplot.css": "uPlot.min.css" })) {
    const [, header, file] = read(`../../functions/console/assets/${ours}`).match(/^(\/\*.*?\*\/\n)(.*)$/s);
    assert.ok(header.includes(`uPlot ${version}`) && header.includes(theirs));
    assert.equal(file, read(`node_modules/uplot/dist/${theirs}`));
  }
  assert.ok(read("../../functions/console/assets/uplot.js").includes(read("node_modules/uplot/LICENSE").trim()));
});
