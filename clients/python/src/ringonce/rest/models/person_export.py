from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.address_kept import AddressKept
    from ..models.ask_kept import AskKept
    from ..models.event_kept import EventKept
    from ..models.optin_kept import OptinKept


T = TypeVar("T", bound="PersonExport")


@_attrs_define
class PersonExport:
    """Everything that is kept of a person."""

    addresses: list[AddressKept]
    """ The addresses that are known. """
    asks: list[AskKept]
    """ The last asks, by which caps are kept. """
    events: list[EventKept]
    """ Events about the person that the webhook has not taken yet. """
    optins: list[OptinKept]
    """ What the person has answered, the last first. """
    user: str
    """ The person. """
    blocked_at: datetime.datetime | None | Unset = UNSET
    erased_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        addresses = []
        for addresses_item_data in self.addresses:
            addresses_item = addresses_item_data.to_dict()
            addresses.append(addresses_item)

        asks = []
        for asks_item_data in self.asks:
            asks_item = asks_item_data.to_dict()
            asks.append(asks_item)

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)

        optins = []
        for optins_item_data in self.optins:
            optins_item = optins_item_data.to_dict()
            optins.append(optins_item)

        user = self.user

        blocked_at: None | str | Unset
        if isinstance(self.blocked_at, Unset):
            blocked_at = UNSET
        elif isinstance(self.blocked_at, datetime.datetime):
            blocked_at = self.blocked_at.isoformat()
        else:
            blocked_at = self.blocked_at

        erased_at: None | str | Unset
        if isinstance(self.erased_at, Unset):
            erased_at = UNSET
        elif isinstance(self.erased_at, datetime.datetime):
            erased_at = self.erased_at.isoformat()
        else:
            erased_at = self.erased_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "addresses": addresses,
                "asks": asks,
                "events": events,
                "optins": optins,
                "user": user,
            }
        )
        if blocked_at is not UNSET:
            field_dict["blocked_at"] = blocked_at
        if erased_at is not UNSET:
            field_dict["erased_at"] = erased_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.address_kept import AddressKept  # noqa: PLC0415
        from ..models.ask_kept import AskKept  # noqa: PLC0415
        from ..models.event_kept import EventKept  # noqa: PLC0415
        from ..models.optin_kept import OptinKept  # noqa: PLC0415

        d = dict(src_dict)
        addresses = []
        _addresses = d.pop("addresses")
        for addresses_item_data in _addresses:
            addresses_item = AddressKept.from_dict(addresses_item_data)

            addresses.append(addresses_item)

        asks = []
        _asks = d.pop("asks")
        for asks_item_data in _asks:
            asks_item = AskKept.from_dict(asks_item_data)

            asks.append(asks_item)

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = EventKept.from_dict(events_item_data)

            events.append(events_item)

        optins = []
        _optins = d.pop("optins")
        for optins_item_data in _optins:
            optins_item = OptinKept.from_dict(optins_item_data)

            optins.append(optins_item)

        user = d.pop("user")

        def _parse_blocked_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                blocked_at_type_0 = datetime.datetime.fromisoformat(data)

                return blocked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        blocked_at = _parse_blocked_at(d.pop("blocked_at", UNSET))

        def _parse_erased_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                erased_at_type_0 = datetime.datetime.fromisoformat(data)

                return erased_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        erased_at = _parse_erased_at(d.pop("erased_at", UNSET))

        person_export = cls(
            addresses=addresses,
            asks=asks,
            events=events,
            optins=optins,
            user=user,
            blocked_at=blocked_at,
            erased_at=erased_at,
        )

        person_export.additional_properties = d
        return person_export

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
