"""What Ringonce refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx


class RingonceError(Exception):
    """A call that Ringonce refused. `code` is the problem's stable slug, such as `cap-reached` or `token-used`."""

    status: int
    code: str
    title: str
    detail: str
    retry_after: int | None
    """Seconds after which the call may succeed."""
    request_id: str | None
    field: str | None
    """The field that is wrong."""
    cap: str | None
    """The cap that is full."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: int | None = None) -> None:
        self.status = status
        # What stands before Ringonce, a gateway for one, answers without a problem document.
        self.code = problem.get("code") or f"http-{status}"
        self.title = problem.get("title") or ""
        self.detail = problem.get("detail") or ""
        self.retry_after = problem.get("retry_after") if retry_after is None else retry_after
        self.request_id = problem.get("request_id")
        self.field = problem.get("field")
        self.cap = problem.get("cap")
        super().__init__(f"{self.code}: {self.detail}" if self.detail else self.code)

    @classmethod
    def of(cls, response: httpx.Response) -> RingonceError:
        """The error of an answer that is one, and was read."""
        return cls(response.status_code, _problem_in(response), _seconds_of(response.headers.get("retry-after")))


def _problem_in(response: httpx.Response) -> dict[str, Any]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) and "code" in value else {}


def _seconds_of(header: str | None) -> int | None:
    """`Retry-After` in seconds, whether it holds seconds or a date (RFC 9110)."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return int(header)
    try:
        left = parsedate_to_datetime(header) - datetime.now(UTC)
    except (TypeError, ValueError):
        return None
    return max(0, -int(-left.total_seconds() // 1))
