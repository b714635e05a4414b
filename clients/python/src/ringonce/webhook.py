"""Verifies what comes to a business's endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

from standardwebhooks import Webhook, WebhookVerificationError

from .events import RingonceEvent, UnknownEvent
from .rest.models import Message

__all__ = ["WebhookVerificationError", "WebhookVerifier"]

_KNOWN: dict[str, Any] = {kind.type: kind for kind in get_args(RingonceEvent) if kind is not UnknownEvent}


class WebhookVerifier:
    """`secret` is the endpoint's, `whsec_...`."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def verify(self, body: bytes | str, headers: Mapping[str, str]) -> RingonceEvent:
        """The event of a request, whose body is given as it came.

        Raises a `WebhookVerificationError` unless Ringonce signed it, no longer than five minutes ago, as Standard
        Webhooks has it. An event may come more than once, with the same `id`.
        """
        plain = {name.lower(): value for name, value in headers.items()}
        try:
            self._webhook.verify(body, plain, json_parse=False)
        except ValueError as error:
            # A signature, or a text, that cannot even be read.
            raise WebhookVerificationError("Malformed signature or body") from error
        told = json.loads(body)
        # In Messenger's form, for one, it is signed too.
        if "type" not in told:
            raise WebhookVerificationError("No event in the form of Standard Webhooks")
        return _event(plain["webhook-id"], told["type"], datetime.fromisoformat(told["timestamp"]), told["data"])


def _event(id: str, type: str, timestamp: datetime, data: dict[str, Any]) -> RingonceEvent:
    kind = _KNOWN.get(type)
    if kind is None:
        return UnknownEvent(id=id, timestamp=timestamp, type=type, data=data)
    # New fields may be added: what is not known is passed over.
    names = {known.name for known in fields(kind)} & data.keys()
    values = {name: _value(name, data[name]) for name in names - {"id", "timestamp"}}
    event: RingonceEvent = kind(id=id, timestamp=timestamp, **values)
    return event


def _value(name: str, value: Any) -> Any:
    if name == "expires_at":
        return datetime.fromisoformat(value)
    return Message.from_dict(value) if name == "message" else value
