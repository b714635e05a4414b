"""POST /v1/consents: the person says yes, the business gets its token."""

import time

import signed
import table
from http_api import answer, body_of, is_text, refuse
from idempotency import once


def _update(user, topic, consent_hash, token_hash):
    now = time.time()
    table.client.update_item(
        TableName=table.NAME,
        Key=table.optin_key(user, topic),
        UpdateExpression=(
            "SET #state = :granted, token_hash = :token, waiting_topic = :topic, granted_at = :now_ms"
        ),
        ConditionExpression="consent_hash = :consent AND #state = :asked AND expires_at > :now",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={
            ":asked": {"S": "asked"},
            ":granted": {"S": "granted"},
            ":consent": {"S": consent_hash},
            ":token": {"S": token_hash},
            ":topic": {"S": topic},
            ":now": table.number(now),
            ":now_ms": table.number(now * 1000),
        },
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


@once("grant-token")
def grant(request):
    token = signed.mint("token", request["user"], request["topic"])
    token_hash = signed.hashed(token)
    try:
        _update(request["user"], request["topic"], signed.hashed(request["key"]), token_hash)
    except table.ConditionFailed as failed:
        # The SDK may have sent the update again after its first answer was lost.
        if table.text_of(failed.response.get("Item"), "token_hash") != token_hash:
            return refuse(404, "consent-unknown")
    return answer(200, {"token": token})


def handler(event, context):
    """The person answers, who has no API key: the consent is the authority."""
    consent = body_of(event).get("consent")
    if not is_text(consent, signed.LONGEST):
        return refuse(400, "invalid")
    optin = signed.opened("consent", consent)
    if optin is None:
        return refuse(404, "consent-unknown")
    user, topic = optin
    return grant({"key": consent, "user": user, "topic": topic}, context)
