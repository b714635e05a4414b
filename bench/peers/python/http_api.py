"""Events and answers of API Gateway's HTTP API, payload version 2.0."""

import base64
import hmac
import json
import os

_AUTHORIZATION = f"Bearer {os.environ['PEER_API_KEY']}".encode()


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body),
    }


def refuse(status, code):
    return answer(status, {"code": code})


def is_from_business(event):
    given = event.get("headers", {}).get("authorization", "")
    return hmac.compare_digest(given.encode(), _AUTHORIZATION)


def idempotency_key(event):
    return event.get("headers", {}).get("idempotency-key")


def body_of(event):
    """The body's fields; none where it is no JSON object."""
    text = event.get("body") or ""
    try:
        if event.get("isBase64Encoded"):
            text = base64.b64decode(text)
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def is_text(value, longest):
    return isinstance(value, str) and 0 < len(value) <= longest
