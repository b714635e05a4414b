import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';

import { refuse } from './http.js';
import { IDEMPOTENCY_TABLE, client } from './table.js';

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: IDEMPOTENCY_TABLE, awsSdkV3Client: client });

const idempotencyConfig = new IdempotencyConfig({
  eventKeyJmesPath: 'key',
  payloadValidationJmesPath: 'body',
  throwOnNoIdempotencyKey: true,
  expiresAfterSeconds: 24 * 60 * 60,
});

function refusalOf(error) {
  if (error instanceof IdempotencyAlreadyInProgressError) return refuse(409, 'in-progress');
  if (error instanceof IdempotencyValidationError) return refuse(422, 'idempotency-key-reused');
  throw error;
}

/** Has `work`, which takes `{ key, body, ... }`, done once a key; its answer, a refusal too, is kept for repeats. */
export function idempotent(keyPrefix, work) {
  const once = makeIdempotent(work, { persistenceStore, config: idempotencyConfig, keyPrefix });
  return async (request, context) => {
    try {
      return await once(request, context);
    } catch (error) {
      return refusalOf(error);
    }
  };
}
