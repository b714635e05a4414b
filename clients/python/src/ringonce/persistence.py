"""What is tried again, and for how long.

429, 503 and connections that break. That is safe for every call, because one that changes something carries an
`Idempotency-Key`, the same over all its tries.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx

from .errors import RingonceError

_TOLD_TO_WAIT = (429, 503)
_BROKEN = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
_BACKOFF = 0.5
"""The first backoff, in seconds; each further one is twice as long."""


@dataclass(frozen=True)
class Patience:
    """How far a call goes before its failure is raised. Times are seconds."""

    tries: int = 3
    """How often a call is tried at most."""
    in_all: float = 30.0
    """After how long no further try is begun, the waiting between them counted in."""
    a_try: float = 10.0
    """How long a try waits at most for a sign of life: a connection, or the next part of the answer."""


class Tries:
    """The tries of one call."""

    def __init__(self, request: httpx.Request, patience: Patience) -> None:
        self._request = request
        self._patience = patience
        self._deadline = time.monotonic() + patience.in_all
        self._tried = 0
        if request.method != "GET" and "idempotency-key" not in request.headers:
            request.headers["idempotency-key"] = secrets.token_hex(16)

    def begin(self) -> httpx.Request:
        """The request of the next try."""
        self._tried += 1
        left = max(0.001, self._deadline - time.monotonic())
        self._request.extensions["timeout"] = httpx.Timeout(min(self._patience.a_try, left)).as_dict()
        return self._request

    def wait_after(self, error: Exception) -> float:
        """How many seconds to wait before the next try; raises `error` where there is to be none."""
        wait = self._backoff() + _told_wait(error)
        if self._tried >= self._patience.tries or time.monotonic() + wait >= self._deadline:
            raise error
        return wait

    def _backoff(self) -> float:
        return random.random() * _BACKOFF * 2.0 ** (self._tried - 1)


def _told_wait(error: Exception) -> float:
    if not isinstance(error, RingonceError):
        return 0
    if error.status not in _TOLD_TO_WAIT:
        raise error
    return error.retry_after or 0


class PersistentClient(httpx.Client):
    """An HTTP client that raises what is refused, and tries again what may pass."""

    def __init__(self, patience: Patience, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        tries = Tries(request, self._patience)
        while True:
            try:
                response = super().send(tries.begin(), **options)
                if response.status_code < 400:
                    return response
                response.read()
                raise RingonceError.of(response)
            except (RingonceError, *_BROKEN) as error:
                wait = tries.wait_after(error)
            time.sleep(wait)


class AsyncPersistentClient(httpx.AsyncClient):
    """The same, for asyncio."""

    def __init__(self, patience: Patience, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        tries = Tries(request, self._patience)
        while True:
            try:
                response = await super().send(tries.begin(), **options)
                if response.status_code < 400:
                    return response
                await response.aread()
                raise RingonceError.of(response)
            except (RingonceError, *_BROKEN) as error:
                wait = tries.wait_after(error)
            await asyncio.sleep(wait)
