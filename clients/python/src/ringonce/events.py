"""What comes to a business's endpoint. These are no part of openapi.json, and so not generated.

What is secret, or says who somebody is, is left out where an event is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from .rest.models import Message


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event."""

    id: str
    """The same however often it is brought: by it a repeat is known."""
    timestamp: datetime


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a later Ringonce than this package knows."""

    type: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class _About(Event):
    optin: str
    """The opt-in's id."""
    user: str = field(repr=False)
    topic: str
    title: str = field(repr=False)
    payload: str | None = field(default=None, repr=False)
    """What the business gave with the ask."""


@dataclass(frozen=True, kw_only=True)
class OptinAsked(_About):
    """A question that the business is to bring to its person itself."""

    type: ClassVar[str] = "optin.asked"
    consent_url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Step(_About):
    version: int
    """Counts an opt-in's steps: of two events the one with the higher version is the later one."""
    channel: str
    state: str
    reason: str | None = None
    notification: str | None = None
    """The id of the message that its token sent."""


@dataclass(frozen=True, kw_only=True)
class _Whole(_Step):
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OptinGranted(_Whole):
    type: ClassVar[str] = "optin.granted"


@dataclass(frozen=True, kw_only=True)
class OptinDeclined(_Step):
    type: ClassVar[str] = "optin.declined"


@dataclass(frozen=True, kw_only=True)
class OptinRevoked(_Step):
    type: ClassVar[str] = "optin.revoked"


@dataclass(frozen=True, kw_only=True)
class NotificationDeliver(_About):
    """A message that the business is to bring to its person itself. Any other answer than 2xx is that it was not."""

    type: ClassVar[str] = "notification.deliver"
    notification: str
    message: Message = field(repr=False)
    open_url: str | None = field(default=None, repr=False)
    """In place of the message's `url`, to have openings counted."""
    manage_url: str = field(repr=False)
    """The person's own page."""


@dataclass(frozen=True, kw_only=True)
class NotificationSent(_Step):
    type: ClassVar[str] = "notification.sent"


@dataclass(frozen=True, kw_only=True)
class NotificationFailed(_Step):
    type: ClassVar[str] = "notification.failed"


@dataclass(frozen=True, kw_only=True)
class NotificationReturned(_Whole):
    """The message was not delivered, and its token is whole again."""

    type: ClassVar[str] = "notification.returned"


@dataclass(frozen=True, kw_only=True)
class NotificationUnknown(_Step):
    """Nobody can know whether the message was delivered."""

    type: ClassVar[str] = "notification.unknown"


@dataclass(frozen=True, kw_only=True)
class _Release(Event):
    release: str
    topic: str
    state: str
    reason: str | None = None
    step: int
    taken: int


@dataclass(frozen=True, kw_only=True)
class ReleaseCheck(_Release):
    """Comes to a release's `check_url`: 2xx goes on, 409 and 410 end the release, anything else stops it."""

    type: ClassVar[str] = "release.check"


@dataclass(frozen=True, kw_only=True)
class ReleaseFinished(_Release):
    type: ClassVar[str] = "release.finished"


@dataclass(frozen=True, kw_only=True)
class WebhookTest(Event):
    type: ClassVar[str] = "webhook.test"
    business: str


RingonceEvent = (
    OptinAsked
    | OptinGranted
    | OptinDeclined
    | OptinRevoked
    | NotificationDeliver
    | NotificationSent
    | NotificationFailed
    | NotificationReturned
    | NotificationUnknown
    | ReleaseCheck
    | ReleaseFinished
    | WebhookTest
    | UnknownEvent
)
