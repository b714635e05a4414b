from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AddressKept")


@_attrs_define
class AddressKept:
    """An address that is known beside any opt-in."""

    channel: str
    """ How a message reaches the person. So far: `inbox`, `webhook`, `webpush`, `email`. """
    given_by: str
    """ Who gave it: `business` or `person`. """
    kept_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    address: None | str | Unset = UNSET
    """ The address. Missing when it was sealed under a key that is gone. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        channel = self.channel

        given_by = self.given_by

        kept_at = self.kept_at.isoformat()

        address: None | str | Unset
        if isinstance(self.address, Unset):
            address = UNSET
        else:
            address = self.address

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "channel": channel,
                "given_by": given_by,
                "kept_at": kept_at,
            }
        )
        if address is not UNSET:
            field_dict["address"] = address

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel = d.pop("channel")

        given_by = d.pop("given_by")

        kept_at = datetime.datetime.fromisoformat(d.pop("kept_at"))

        def _parse_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        address = _parse_address(d.pop("address", UNSET))

        address_kept = cls(
            channel=channel,
            given_by=given_by,
            kept_at=kept_at,
            address=address,
        )

        address_kept.additional_properties = d
        return address_kept

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
