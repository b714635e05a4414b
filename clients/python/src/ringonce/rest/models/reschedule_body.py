from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RescheduleBody")


@_attrs_define
class RescheduleBody:
    """Another time."""

    send_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """

    def to_dict(self) -> dict[str, Any]:
        send_at = self.send_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "send_at": send_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        send_at = datetime.datetime.fromisoformat(d.pop("send_at"))

        reschedule_body = cls(
            send_at=send_at,
        )

        return reschedule_body
