"""A business's calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Self, TypeVar

import httpx

from .persistence import Patience, PersistentClient
from .rest import AuthenticatedClient
from .rest.api.demand import topics
from .rest.api.notifications import notification, send_notification
from .rest.api.opt_ins import ask, optin
from .rest.api.releases import release, releases, start_release
from .rest.models import (
    AskBody,
    AskedBody,
    DemandView,
    NotificationView,
    NotifiedBody,
    NotifyBody,
    OptinView,
    ReleaseBody,
    ReleaseView,
    StartedBody,
)
from .rest.types import UNSET, Unset

T = TypeVar("T")


def given(answer: T | None) -> T:
    """An answer: what is none was raised before."""
    if answer is None:
        raise ValueError("an answer of a kind that openapi.json does not describe")
    return answer


def has_ended(view: ReleaseView, settled: bool) -> bool:
    return view.state != "running" and not (settled and view.under_way > 0)


class Ringonce:
    """A business's calls. Each raises a `RingonceError` where it is refused.

    `url` is where Ringonce is, `key` a secret key (`ro_sk_...`). Every other route is a module of `ringonce.rest.api`,
    whose `sync` is given `client=ringonce.rest`.
    """

    rest: AuthenticatedClient

    def __init__(
        self, url: str, key: str, *, patience: Patience = Patience(), transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = PersistentClient(patience, base_url=url, headers=headers, transport=transport)
        # The key stands in the client beneath alone: whoever prints this one does not see it.
        self.rest = AuthenticatedClient(base_url=url, token="", raise_on_unexpected_status=True)
        self.rest.set_httpx_client(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(self, body: AskBody, *, idempotency_key: str | Unset = UNSET) -> AskedBody:
        """Asks a person; the answer's `consent_url` is where they say yes or no."""
        return given(ask.sync(client=self.rest, body=body, idempotency_key=idempotency_key))

    def optin(self, id: str) -> OptinView:
        """An opt-in as it stands: its `token` once it is granted."""
        return given(optin.sync(client=self.rest, id=id))

    def send(self, body: NotifyBody, *, idempotency_key: str | Unset = UNSET) -> NotifiedBody:
        """Sends the one message of a token, at once or at `send_at`."""
        return given(send_notification.sync(client=self.rest, body=body, idempotency_key=idempotency_key))

    def notification(self, id: str) -> NotificationView:
        """A message as it stands."""
        return given(notification.sync(client=self.rest, id=id))

    def release(self, topic: str, body: ReleaseBody, *, idempotency_key: str | Unset = UNSET) -> StartedBody:
        """Sends one message to those who wait for a topic."""
        return given(start_release.sync(client=self.rest, topic=topic, body=body, idempotency_key=idempotency_key))

    def topics(self, *, prefix: str | Unset = UNSET, after: str | Unset = UNSET, page: int = 100) -> Iterator[DemandView]:
        """The demand for every topic, or for those whose names begin with `prefix`, by name."""
        while True:
            view = given(topics.sync(client=self.rest, prefix=prefix, after=after, limit=page))
            yield from view.topics
            if not view.next_:
                return
            after = view.next_

    def releases(self, *, before: str | Unset = UNSET) -> Iterator[ReleaseView]:
        """Every release, the latest first."""
        while True:
            view = given(releases.sync(client=self.rest, before=before))
            yield from view.releases
            if not view.next_:
                return
            before = view.next_

    def watch(self, id: str, *, every: float = 1.0, settled: bool = False) -> Iterator[ReleaseView]:
        """A release as it stands now, and again whenever that has changed, until its end.

        Looks every so many seconds. `settled` looks on after its end, until no message of it is under way and the counts
        are whole: a message that its channel cannot deliver at once is tried for a day.
        """
        seen = None
        while True:
            view = given(release.sync(client=self.rest, id=id))
            if view != seen:
                yield view
            if has_ended(view, settled):
                return
            seen = view
            time.sleep(every)

    def wait_for_release(self, id: str, *, every: float = 1.0, settled: bool = False) -> ReleaseView:
        """Watches a release to its end: how it stands then."""
        *_, last = self.watch(id, every=every, settled=settled)
        return last
