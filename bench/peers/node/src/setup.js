import { CreateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

import { IDEMPOTENCY_TABLE, TABLE, WAITING_INDEX, client } from './table.js';

const main = {
  TableName: TABLE,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'waiting_topic', AttributeType: 'S' },
    { AttributeName: 'granted_at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: WAITING_INDEX,
      KeySchema: [
        { AttributeName: 'waiting_topic', KeyType: 'HASH' },
        { AttributeName: 'granted_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['id', 'user', 'title'] },
    },
  ],
};

const idempotency = {
  TableName: IDEMPOTENCY_TABLE,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

async function create(table, ttlAttribute) {
  const { TableName } = table;
  await client.send(new CreateTableCommand(table));
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: ttlAttribute },
    }),
  );
}

// `expiration` is Powertools' name for it.
await Promise.all([create(main, 'expires_at'), create(idempotency, 'expiration')]);
