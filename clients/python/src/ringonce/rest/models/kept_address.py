from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="KeptAddress")


@_attrs_define
class KeptAddress:
    """An address that is kept."""

    channel: str
    """ How a message reaches the person. So far: `inbox`, `webhook`, `webpush`, `email`. """
    kept_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    known: bool
    """ Whether one is known now. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        channel = self.channel

        kept_at = self.kept_at.isoformat()

        known = self.known

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "channel": channel,
                "kept_at": kept_at,
                "known": known,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel = d.pop("channel")

        kept_at = datetime.datetime.fromisoformat(d.pop("kept_at"))

        known = d.pop("known")

        kept_address = cls(
            channel=channel,
            kept_at=kept_at,
            known=known,
        )

        kept_address.additional_properties = d
        return kept_address

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
