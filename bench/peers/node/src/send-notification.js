import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';

import { answer, bodyOf, idempotencyKeyOf, isFromBusiness, isText, refuse } from './http.js';
import { idempotent } from './idempotent.js';
import { hash, open } from './signed.js';
import { OPTIN_SECONDS, TABLE, documents, optinKey, toSeconds } from './table.js';

function updateOptin(optin, token, id, text) {
  const now = Date.now();
  return new UpdateCommand({
    TableName: TABLE,
    Key: optinKey(optin),
    UpdateExpression:
      'SET sent_at = :sent_at, message_id = :id, message = :message, expires_at = :expires_at REMOVE waiting_topic',
    ConditionExpression: 'token_hash = :token AND attribute_not_exists(sent_at) AND expires_at > :now',
    ExpressionAttributeValues: {
      ':sent_at': now,
      ':id': id,
      ':message': { text },
      ':expires_at': toSeconds(now) + OPTIN_SECONDS,
      ':token': hash(token),
      ':now': toSeconds(now),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

const send = idempotent('send-notification', async ({ key, body: { token, message }, optin }) => {
  // Made of the key, so that a send that was cut short before its answer was kept is known again.
  const id = hash(`${token} ${key}`);
  try {
    await documents.send(updateOptin(optin, token, id, message.text));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { token_hash: known, message_id: sent } = error.Item ?? {};
    if (known?.S !== hash(token) || !sent) return refuse(404, 'token-unknown');
    if (sent.S !== id) return refuse(409, 'token-used');
  }
  return answer(202, { id, state: 'sent' });
});

const isSend = ({ token, message }) => isText(token, 4096) && isText(message?.text, 4096);

export async function handler(event, context) {
  if (!isFromBusiness(event)) return refuse(401, 'unauthorized');
  const key = idempotencyKeyOf(event);
  const body = bodyOf(event);
  if (!isText(key, 256) || !isSend(body)) return refuse(400, 'invalid');
  const optin = open('token', body.token);
  if (!optin) return refuse(404, 'token-unknown');
  return send({ key, body, optin }, context);
}
