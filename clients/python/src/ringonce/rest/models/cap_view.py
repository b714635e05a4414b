from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CapView")


@_attrs_define
class CapView:
    """A cap, as it stands for one person."""

    cap: str
    """ Its name, such as `5-in-1d`. """
    count: int
    """ How many asks it lets through. """
    left: int
    """ How many are left now. """
    opens_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    window_seconds: int
    """ In how many seconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cap = self.cap

        count = self.count

        left = self.left

        opens_at = self.opens_at.isoformat()

        window_seconds = self.window_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cap": cap,
                "count": count,
                "left": left,
                "opens_at": opens_at,
                "window_seconds": window_seconds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cap = d.pop("cap")

        count = d.pop("count")

        left = d.pop("left")

        opens_at = datetime.datetime.fromisoformat(d.pop("opens_at"))

        window_seconds = d.pop("window_seconds")

        cap_view = cls(
            cap=cap,
            count=count,
            left=left,
            opens_at=opens_at,
            window_seconds=window_seconds,
        )

        cap_view.additional_properties = d
        return cap_view

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
