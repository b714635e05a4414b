// A shop's back end. The platform says that there is stock again, and as many of those who wait are told.

import { createServer } from "node:http";
import { Ringonce } from "@ringonce/client";
import { WebhookVerificationError, WebhookVerifier } from "@ringonce/client/webhook";
import { isSigned, levelIn } from "./platform.js";
import { Stock } from "./stock.js";

const { PORT = "8080", RINGONCE_URL, RINGONCE_KEY, RINGONCE_WEBHOOK_SECRET, PLATFORM_SECRET, SHOP_URL, STOCK_FILE = "stock.json" } = process.env;
const LONGEST_BODY = 1_000_000;

// The platform waits five seconds for an answer, and tells again what it got none for.
const ringonce = new Ringonce({ url: RINGONCE_URL, key: RINGONCE_KEY, patience: { inAll: 4_000 } });
const verifier = new WebhookVerifier(RINGONCE_WEBHOOK_SECRET);
const stock = new Stock(STOCK_FILE);
const heard = new Set();

/** The platform's webhook: a release to as many people as there are new pieces. */
async function restock(body, headers) {
  if (!isSigned(body, headers, PLATFORM_SECRET)) return 401;
  const level = levelIn(body, headers);
  const limit = level ? stock.arrivals(level) : 0;
  if (limit > 0) {
    const message = { text: "It is back in stock.", url: `${SHOP_URL}/items/${level.item}` };
    // A delivery that is brought again, its answer lost, is the same release.
    const idempotencyKey = `platform-${headers["x-shopify-webhook-id"]}`;
    const { id } = await ringonce.release(`item-${level.item}`, { message, limit }, { idempotencyKey });
    console.log(`item ${level.item}: ${limit} came, release ${id}`);
  }
  if (level) stock.keep(level);
  return 200;
}

/** Ringonce's webhook. Nothing of a person is logged. */
async function hear(body, headers) {
  const event = verifier.verify(body, headers);
  if (heard.has(event.id)) return 204;
  heard.add(event.id);
  switch (event.type) {
    case "release.finished":
      console.log(`release ${event.data.release}: finished (${event.data.reason}), ${event.data.taken} were told`);
      break;
    case "notification.failed":
    case "notification.unknown":
      console.log(`message ${event.data.notification}: ${event.data.state} (${event.data.reason})`);
      break;
    default:
      console.log(`event ${event.type}`);
  }
  return 204;
}

const ROUTES = { "POST /platform": inTurn(restock), "POST /events": hear };

/** One after another: what came is told from what was there before. */
function inTurn(work) {
  let last = Promise.resolve();
  return (...given) => (last = last.catch(() => {}).then(() => work(...given)));
}

async function answer(request) {
  const route = ROUTES[`${request.method} ${request.url}`];
  if (!route) return 404;
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    if ((length += chunk.length) > LONGEST_BODY) return 413;
    chunks.push(chunk);
  }
  try {
    return await route(Buffer.concat(chunks), request.headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return 401;
    console.error(`${request.url}: ${error.code ?? error.name}`);
    return 503;
  }
}

const server = createServer(async (request, response) => response.writeHead(await answer(request)).end());
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
