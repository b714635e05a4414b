// What every JavaScript driver shares: read the document on stdin, do its calls in order, print the results.
'use strict';

async function drive(makeCalls, describeError) {
  const document = JSON.parse(await readAll(process.stdin));
  const functions = makeCalls(document);
  const results = [];
  for (const call of document.calls) {
    results.push(await run(functions, call, describeError));
  }
  console.log(JSON.stringify(results));
}

async function run(functions, call, describeError) {
  const fn = functions[call.do];
  if (!fn) return { unsupported: call.do };
  try {
    return { ok: await fn(call) };
  } catch (error) {
    return { error: { class: error.name, ...describeError(error) } };
  }
}

async function readAll(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

module.exports = { drive };
