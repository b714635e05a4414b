"""A business's calls, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Self

import httpx

from .client import given, has_ended
from .persistence import AsyncPersistentClient, Patience
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


class AsyncRingonce:
    """As `Ringonce`, for asyncio. Every other route's `asyncio` is given `client=ringonce.rest`."""

    rest: AuthenticatedClient

    def __init__(
        self, url: str, key: str, *, patience: Patience = Patience(), transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = AsyncPersistentClient(patience, base_url=url, headers=headers, transport=transport)
        # The key stands in the client beneath alone: whoever prints this one does not see it.
        self.rest = AuthenticatedClient(base_url=url, token="", raise_on_unexpected_status=True)
        self.rest.set_async_httpx_client(self._http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, body: AskBody, *, idempotency_key: str | Unset = UNSET) -> AskedBody:
        """Asks a person; the answer's `consent_url` is where they say yes or no."""
        return given(await ask.asyncio(client=self.rest, body=body, idempotency_key=idempotency_key))

    async def optin(self, id: str) -> OptinView:
        """An opt-in as it stands: its `token` once it is granted."""
        return given(await optin.asyncio(client=self.rest, id=id))

    async def send(self, body: NotifyBody, *, idempotency_key: str | Unset = UNSET) -> NotifiedBody:
        """Sends the one message of a token, at once or at `send_at`."""
        return given(await send_notification.asyncio(client=self.rest, body=body, idempotency_key=idempotency_key))

    async def notification(self, id: str) -> NotificationView:
        """A message as it stands."""
        return given(await notification.asyncio(client=self.rest, id=id))

    async def release(self, topic: str, body: ReleaseBody, *, idempotency_key: str | Unset = UNSET) -> StartedBody:
        """Sends one message to those who wait for a topic."""
        started = start_release.asyncio(client=self.rest, topic=topic, body=body, idempotency_key=idempotency_key)
        return given(await started)

    async def topics(
        self, *, prefix: str | Unset = UNSET, after: str | Unset = UNSET, page: int = 100
    ) -> AsyncIterator[DemandView]:
        """The demand for every topic, or for those whose names begin with `prefix`, by name."""
        while True:
            view = given(await topics.asyncio(client=self.rest, prefix=prefix, after=after, limit=page))
            for topic in view.topics:
                yield topic
            if not view.next_:
                return
            after = view.next_

    async def releases(self, *, before: str | Unset = UNSET) -> AsyncIterator[ReleaseView]:
        """Every release, the latest first."""
        while True:
            view = given(await releases.asyncio(client=self.rest, before=before))
            for one in view.releases:
                yield one
            if not view.next_:
                return
            before = view.next_

    async def watch(self, id: str, *, every: float = 1.0, settled: bool = False) -> AsyncIterator[ReleaseView]:
        """A release as it stands now, and again whenever that has changed, until its end: as `Ringonce.watch`."""
        seen = None
        while True:
            view = given(await release.asyncio(client=self.rest, id=id))
            if view != seen:
                yield view
            if has_ended(view, settled):
                return
            seen = view
            await asyncio.sleep(every)

    async def wait_for_release(self, id: str, *, every: float = 1.0, settled: bool = False) -> ReleaseView:
        """Watches a release to its end: how it stands then."""
        views = [view async for view in self.watch(id, every=every, settled=settled)]
        return views[-1]
