"""POST /v1/optins: may this person be told once about this topic?"""

import json
import random
import time
import uuid

import signed
import table
from caps import Capped, ask_of
from http_api import answer, body_of, idempotency_key, is_from_business, is_text, refuse
from idempotency import once

TRIES = 5

Cancelled = table.client.exceptions.TransactionCanceledException
Conflict = table.client.exceptions.TransactionConflictException


class AlreadyAsked(Exception):
    """There is an opt-in of this person for this topic that has not ended."""


def _item(optin_id, consent, body):
    now = time.time()
    item = {
        **table.optin_key(body["user"], body["topic"]),
        "id": {"S": optin_id},
        "user": {"S": body["user"]},
        "topic": {"S": body["topic"]},
        "title": {"S": body["title"]},
        "state": {"S": "asked"},
        "consent_hash": {"S": signed.hashed(consent)},
        "asked_at": table.number(now * 1000),
        "expires_at": table.number(now + table.OPTIN_SECONDS),
    }
    if body.get("payload") is not None:
        item["payload"] = {"S": json.dumps(body["payload"])}
    return item


def _put(item):
    """Writes the opt-in where there is none; returns the one that is in its place otherwise."""
    try:
        table.client.put_item(
            TableName=table.NAME,
            Item=item,
            # TTL removes an item some time after its end, not at once.
            ConditionExpression="attribute_not_exists(PK) OR expires_at <= :now",
            ExpressionAttributeValues={":now": table.number(time.time())},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.ConditionFailed as failed:
        return failed.response["Item"]
    return None


def _replace_sent(sent, item):
    """Writes the opt-in over one whose message was sent, which stays in the person's inbox beside it."""
    user, sent_id = sent["user"]["S"], sent["id"]["S"]
    table.client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table.NAME, "Item": {**sent, **table.sent_key(user, sent_id)}}},
            {
                "Put": {
                    "TableName": table.NAME,
                    "Item": item,
                    "ConditionExpression": "id = :sent",
                    "ExpressionAttributeValues": {":sent": sent["id"]},
                }
            },
        ]
    )


def _write(item):
    old = _put(item)
    # The same id stands there when the SDK sent the write again after its first answer was lost.
    if old is None or old["id"] == item["id"]:
        return
    if table.text_of(old, "state") != "sent":
        raise AlreadyAsked
    _replace_sent(old, item)


def _write_patiently(item):
    """Has another look when other asks about the same came between."""
    for tried in range(TRIES):
        try:
            return _write(item)
        except (Cancelled, Conflict):
            time.sleep(random.uniform(0, 0.02 * 2**tried))
    raise TimeoutError(f"{TRIES} tries met other asks about the same")


@once("request-optin")
def ask(request):
    body = request["body"]
    optin_id = str(uuid.uuid4())
    consent = signed.mint("consent", body["user"], body["topic"])
    try:
        with ask_of(body["user"]):
            _write_patiently(_item(optin_id, consent, body))
    except Capped:
        return refuse(429, "capped")
    except AlreadyAsked:
        return refuse(409, "already-asked")
    return answer(201, {"id": optin_id, "consent": consent})


def _is_ask(body):
    return (
        is_text(body.get("user"), 128)
        and is_text(body.get("topic"), 128)
        and is_text(body.get("title"), 256)
    )


def handler(event, context):
    if not is_from_business(event):
        return refuse(401, "unauthorized")
    key, body = idempotency_key(event), body_of(event)
    if not is_text(key, 256) or not _is_ask(body):
        return refuse(400, "invalid")
    return ask({"key": key, "body": body}, context)
