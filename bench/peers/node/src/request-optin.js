import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

import { requiredCount } from './environment.js';
import { answer, bodyOf, idempotencyKeyOf, isFromBusiness, isText, refuse } from './http.js';
import { idempotent } from './idempotent.js';
import { hash, mint } from './signed.js';
import { OPTIN_SECONDS, TABLE, asksKey, documents, optinKey, toSeconds } from './table.js';

const CAP_COUNT = requiredCount('PEER_CAP_COUNT');
const CAP_MILLIS = requiredCount('PEER_CAP_SECONDS') * 1000;

const TRIES = 20;
const LONGEST_PAUSE_MILLIS = 200;

async function readAsks(user) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: TABLE, Key: asksKey(user), ConsistentRead: true }),
  );
  return { times: Item?.times ?? [], version: Item?.version ?? 0 };
}

// The version makes the sliding window exact: of two asks that saw the same times, one fails and looks again.
function putAsks(user, times, version, now) {
  return {
    TableName: TABLE,
    Item: { ...asksKey(user), times, version: version + 1, expires_at: toSeconds(now + CAP_MILLIS) + 1 },
    ConditionExpression: version ? 'version = :version' : 'attribute_not_exists(pk)',
    ExpressionAttributeValues: version ? { ':version': version } : undefined,
  };
}

// An opt-in has ended when its message was sent or its time is over; TTL removes it only later.
function putOptin({ id, consent, user, topic, title, payload }, now) {
  return {
    TableName: TABLE,
    Item: {
      ...optinKey({ user, topic }),
      id,
      user,
      topic,
      title,
      payload,
      consent_hash: hash(consent),
      asked_at: now,
      expires_at: toSeconds(now) + OPTIN_SECONDS,
    },
    ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(sent_at) OR expires_at <= :now',
    ExpressionAttributeValues: { ':now': toSeconds(now) },
  };
}

/** Whether it was written, was asked already, or has to look again since another ask came between. */
async function write(asks, optin) {
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: [{ Put: asks }, { Put: optin }] }));
    return 'asked';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const [ofAsks, ofOptin] = error.CancellationReasons.map((reason) => reason.Code);
    if (ofOptin === 'ConditionalCheckFailed') return 'already-asked';
    if (ofAsks === 'ConditionalCheckFailed') return 'conflict';
    if (ofAsks === 'TransactionConflict' || ofOptin === 'TransactionConflict') return 'conflict';
    throw error;
  }
}

async function tryAsk(optin) {
  const { times, version } = await readAsks(optin.user);
  const now = Date.now();
  const recent = times.filter((time) => time > now - CAP_MILLIS);
  if (recent.length >= CAP_COUNT) return 'capped';
  return write(putAsks(optin.user, [...recent, now], version, now), putOptin(optin, now));
}

const pause = (tried) => sleep(Math.random() * Math.min(LONGEST_PAUSE_MILLIS, 10 * 2 ** tried));

const ask = idempotent('request-optin', async ({ body: { user, topic, title, payload } }) => {
  const id = randomUUID();
  const consent = mint('consent', { user, topic });
  for (let tried = 0; tried < TRIES; tried += 1) {
    const outcome = await tryAsk({ id, consent, user, topic, title, payload });
    if (outcome === 'asked') return answer(201, { id, consent });
    if (outcome === 'capped') return refuse(429, 'capped');
    if (outcome === 'already-asked') return refuse(409, 'already-asked');
    await pause(tried);
  }
  throw new Error(`${TRIES} tries met other asks of the same person`);
});

const isAsk = ({ user, topic, title }) => isText(user, 128) && isText(topic, 128) && isText(title, 256);

export async function handler(event, context) {
  if (!isFromBusiness(event)) return refuse(401, 'unauthorized');
  const key = idempotencyKeyOf(event);
  const body = bodyOf(event);
  if (!isText(key, 256) || !isAsk(body)) return refuse(400, 'invalid');
  return ask({ key, body }, context);
}
