"""The single table: each item is an opt-in of a person, `USER#` and `OPTIN#` with the topic.

Once its message was sent, that opt-in is the message in the person's inbox. When the person is asked about the topic
again, it moves aside to `SENT#` with its id. A person's opt-ins are one query of the table. Those that wait for a
topic, oldest first, are one of the sparse index: granting puts an opt-in into it, sending takes it out.
"""

import os

import boto3
from botocore.config import Config

NAME = os.environ["PEER_TABLE"]
WAITING_INDEX = "waiting-by-topic"
OPTIN_SECONDS = 90 * 24 * 60 * 60

# Made once for each execution environment. The SDK's own timeouts, a minute each, are longer than a call may take.
client = boto3.client(
    "dynamodb",
    region_name=os.environ["AWS_REGION"],
    config=Config(
        connect_timeout=1,
        read_timeout=5,
        tcp_keepalive=True,
        retries={"mode": "standard", "total_max_attempts": 3},
    ),
)

ConditionFailed = client.exceptions.ConditionalCheckFailedException


def optin_key(user, topic):
    return {"PK": {"S": f"USER#{user}"}, "SK": {"S": f"OPTIN#{topic}"}}


def sent_key(user, optin_id):
    return {"PK": {"S": f"USER#{user}"}, "SK": {"S": f"SENT#{optin_id}"}}


def text_of(item, name):
    """The text attribute of an item that may have none of the name, or not be there."""
    return (item or {}).get(name, {}).get("S")


def number(value):
    return {"N": str(int(value))}
