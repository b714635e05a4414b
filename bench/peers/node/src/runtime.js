// What Lambda's own Node runtime does: takes one event after another from the Runtime API and brings back the answers.
import { Agent, request } from 'node:http';

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

let invocation;

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const outgoing = request(
      { hostname, port, agent, method, path: `/2018-06-01/runtime${path}`, headers: { ...headers, ...length } },
      (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          if (incoming.statusCode >= 300) {
            reject(new Error(`${method} ${path} was answered with ${incoming.statusCode}`));
            return;
          }
          resolve({ headers: incoming.headers, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function reportError(path, error) {
  const isError = error instanceof Error;
  const errorType = isError ? error.name : 'Error';
  const body = JSON.stringify({
    errorMessage: isError ? error.message : String(error),
    errorType,
    stackTrace: isError ? (error.stack ?? '').split('\n') : [],
  });
  return call('POST', path, body, { 'Lambda-Runtime-Function-Error-Type': errorType });
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function handleNext(handler) {
  const { headers, text } = await call('GET', '/invocation/next');
  const context = contextOf(headers);
  invocation = `/invocation/${context.awsRequestId}`;
  let answer;
  try {
    answer = JSON.stringify(await handler(JSON.parse(text), context));
  } catch (error) {
    console.error(error);
    await reportError(`${invocation}/error`, error);
    return;
  }
  await call('POST', `${invocation}/response`, answer);
}

export async function run(handler) {
  for (;;) {
    await handleNext(handler);
    invocation = undefined;
  }
}

// Covers modules that fail to load too: this module is the first of each bundle.
process.on('uncaughtException', async (error) => {
  console.error(error);
  try {
    await reportError(invocation ? `${invocation}/error` : '/init/error', error);
  } finally {
    process.exit(1);
  }
});
