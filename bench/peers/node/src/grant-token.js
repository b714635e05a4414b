import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';

import { answer, bodyOf, isText, refuse } from './http.js';
import { idempotent } from './idempotent.js';
import { hash, mint, open } from './signed.js';
import { OPTIN_SECONDS, TABLE, documents, optinKey, toSeconds } from './table.js';

function updateOptin(optin, consent, token) {
  const now = Date.now();
  return new UpdateCommand({
    TableName: TABLE,
    Key: optinKey(optin),
    UpdateExpression:
      'SET token_hash = :token, granted_at = :granted_at, waiting_topic = :topic, expires_at = :expires_at',
    ConditionExpression: 'consent_hash = :consent AND attribute_not_exists(granted_at) AND expires_at > :now',
    ExpressionAttributeValues: {
      ':token': hash(token),
      ':granted_at': now,
      ':topic': optin.topic,
      ':expires_at': toSeconds(now) + OPTIN_SECONDS,
      ':consent': hash(consent),
      ':now': toSeconds(now),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

const grant = idempotent('grant-token', async ({ body: { consent }, optin }) => {
  const token = mint('token', optin);
  try {
    await documents.send(updateOptin(optin, consent, token));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // The client may have sent the update again after its first answer was lost.
    if (error.Item?.token_hash?.S !== hash(token)) return refuse(404, 'consent-unknown');
  }
  return answer(200, { token });
});

// A person answers, who has no API key: the consent is the authority.
export async function handler(event, context) {
  const { consent } = bodyOf(event);
  if (!isText(consent, 4096)) return refuse(400, 'invalid');
  const optin = open('consent', consent);
  if (!optin) return refuse(404, 'consent-unknown');
  return grant({ key: consent, body: { consent }, optin }, context);
}
