// The single table. Of a person (`USER#`) there are the opt-ins (`OPTIN#` and the topic), which are the inbox too once they
// hold a message, and the times of the last asks (`ASKS`). Opt-ins that wait for a topic are in a sparse index.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { required } from './environment.js';

export const TABLE = required('PEER_TABLE');

export const IDEMPOTENCY_TABLE = `${TABLE}-idempotency`;

// Read as the first client is made; else each cold start warns that later SDKs will want a later Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

export const client = new DynamoDBClient({});

export const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

export const WAITING_INDEX = 'waiting-by-topic';

export const OPTIN_SECONDS = 30 * 24 * 60 * 60;

export const optinKey = ({ user, topic }) => ({ pk: `USER#${user}`, sk: `OPTIN#${topic}` });

export const asksKey = (user) => ({ pk: `USER#${user}`, sk: 'ASKS' });

export const toSeconds = (millis) => Math.floor(millis / 1000);
