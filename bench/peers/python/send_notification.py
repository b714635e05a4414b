"""POST /v1/notifications: the one message that a token is good for."""

import hashlib
import time

import signed
import table
from http_api import answer, body_of, idempotency_key, is_from_business, is_text, refuse
from idempotency import once


def _update(user, topic, token_hash, message_id, text):
    """Redeems the token and puts the message into the inbox, as one write."""
    now = time.time()
    table.client.update_item(
        TableName=table.NAME,
        Key=table.optin_key(user, topic),
        UpdateExpression=(
            "SET #state = :sent, message_id = :id, message = :text, sent_at = :now_ms, expires_at = :end"
            " REMOVE waiting_topic"
        ),
        ConditionExpression="token_hash = :token AND #state = :granted AND expires_at > :now",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={
            ":granted": {"S": "granted"},
            ":sent": {"S": "sent"},
            ":token": {"S": token_hash},
            ":id": {"S": message_id},
            ":text": {"S": text},
            ":now": table.number(now),
            ":now_ms": table.number(now * 1000),
            ":end": table.number(now + table.OPTIN_SECONDS),
        },
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def _refusal(optin, token_hash):
    """Why a token that was signed here is good for no message."""
    if optin is None:
        return refuse(404, "token-unknown")
    # Where another token, or none yet, stands in its place, the person was asked again since.
    replaced = table.text_of(optin, "token_hash") != token_hash
    if replaced or table.text_of(optin, "state") == "sent":
        return refuse(409, "token-used")
    return refuse(404, "token-unknown")


@once("send-notification")
def send(request):
    token_hash = signed.hashed(request["token"])
    # Made of the key, so that a send which was cut short before its answer was kept is known again.
    message_id = hashlib.sha256(f"{token_hash} {request['key']}".encode()).hexdigest()[:32]
    try:
        _update(request["user"], request["topic"], token_hash, message_id, request["text"])
    except table.ConditionFailed as failed:
        optin = failed.response.get("Item")
        if table.text_of(optin, "message_id") != message_id:
            return _refusal(optin, token_hash)
    return answer(202, {"id": message_id, "state": "sent"})


def _text_of(body):
    message = body.get("message")
    return message.get("text") if isinstance(message, dict) else None


def handler(event, context):
    if not is_from_business(event):
        return refuse(401, "unauthorized")
    key, body = idempotency_key(event), body_of(event)
    token, text = body.get("token"), _text_of(body)
    if not (is_text(key, 256) and is_text(token, signed.LONGEST) and is_text(text, 4096)):
        return refuse(400, "invalid")
    optin = signed.opened("token", token)
    if optin is None:
        return refuse(404, "token-unknown")
    user, topic = optin
    return send({"key": key, "token": token, "user": user, "topic": topic, "text": text}, context)
