from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="AddressBody")


@_attrs_define
class AddressBody:
    """A person's address."""

    address: None | str
    """ For `email` an e-mail address, for `webpush` a browser's subscription as JSON text; `null` takes it away.
    """
    channel: str
    """ How a message reaches the person. So far: `inbox`, `webhook`, `webpush`, `email`. """

    def to_dict(self) -> dict[str, Any]:
        address: None | str
        address = self.address

        channel = self.channel

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "address": address,
                "channel": channel,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_address(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        address = _parse_address(d.pop("address"))

        channel = d.pop("channel")

        address_body = cls(
            address=address,
            channel=channel,
        )

        return address_body
