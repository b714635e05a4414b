"""Makes the three tables on an empty engine: the peer's own, Powertools' and zae-limiter's."""

import os

from zae_limiter import SyncRepository
from zae_limiter.schema import get_table_definition

import idempotency
import table

# Not imported from caps, which connects to the table that is only made here.
CAPS_TABLE = f"{table.NAME}-caps"

_MAIN = {
    "TableName": table.NAME,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "PK", "AttributeType": "S"},
        {"AttributeName": "SK", "AttributeType": "S"},
        {"AttributeName": "waiting_topic", "AttributeType": "S"},
        {"AttributeName": "granted_at", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "SK", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": table.WAITING_INDEX,
            "KeySchema": [
                {"AttributeName": "waiting_topic", "KeyType": "HASH"},
                {"AttributeName": "granted_at", "KeyType": "RANGE"},
            ],
            "Projection": {
                "ProjectionType": "INCLUDE",
                "NonKeyAttributes": ["id", "user", "title"],
            },
        }
    ],
}

_IDEMPOTENCY = {
    "TableName": idempotency.TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def _create(definition, ttl_attribute):
    name = definition["TableName"]
    table.client.create_table(**definition)
    table.client.get_waiter("table_exists").wait(
        TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    table.client.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl_attribute}
    )


def _create_caps():
    """The table that zae-limiter's own stack would make, by CloudFormation, which a bare engine lacks."""
    _create(get_table_definition(CAPS_TABLE), "ttl")
    # Writes the records that connect() looks for. It also asks Lambda for the stack's functions, hence the endpoint.
    SyncRepository.builder().stack(CAPS_TABLE).region(os.environ["AWS_REGION"]).endpoint_url(
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    ).build()


def create_all():
    _create(_MAIN, "expires_at")
    _create(_IDEMPOTENCY, idempotency.EXPIRY_ATTRIBUTE)
    _create_caps()
