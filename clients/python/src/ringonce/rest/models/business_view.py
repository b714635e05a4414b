from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cap_setting import CapSetting


T = TypeVar("T", bound="BusinessView")


@_attrs_define
class BusinessView:
    """A business, as it is set up."""

    caps: list[CapSetting]
    """ How often one person may be asked. """
    channels: list[str]
    """ The channels that it offers, the first as the default. """
    frozen: bool
    """ Whether its tokens are held, and none is redeemed. """
    id: str
    """ Its id. """
    name: str
    """ Its name, as people read it. """
    origins: list[str]
    """ The origins of the pages that may use its publishable keys. """
    topic_window: str
    """ How long one person is not asked about the same topic again: `7d`. """
    webhook_form: str
    """ In which form they are told: `standard` or `messenger`. """
    colour: None | str | Unset = UNSET
    """ Their colour. """
    logo: None | str | Unset = UNSET
    """ The logo on its people's pages. """
    webhook: None | str | Unset = UNSET
    """ Where its events go. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        caps = []
        for caps_item_data in self.caps:
            caps_item = caps_item_data.to_dict()
            caps.append(caps_item)

        channels = self.channels

        frozen = self.frozen

        id = self.id

        name = self.name

        origins = self.origins

        topic_window = self.topic_window

        webhook_form = self.webhook_form

        colour: None | str | Unset
        if isinstance(self.colour, Unset):
            colour = UNSET
        else:
            colour = self.colour

        logo: None | str | Unset
        if isinstance(self.logo, Unset):
            logo = UNSET
        else:
            logo = self.logo

        webhook: None | str | Unset
        if isinstance(self.webhook, Unset):
            webhook = UNSET
        else:
            webhook = self.webhook

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "caps": caps,
                "channels": channels,
                "frozen": frozen,
                "id": id,
                "name": name,
                "origins": origins,
                "topic_window": topic_window,
                "webhook_form": webhook_form,
            }
        )
        if colour is not UNSET:
            field_dict["colour"] = colour
        if logo is not UNSET:
            field_dict["logo"] = logo
        if webhook is not UNSET:
            field_dict["webhook"] = webhook

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cap_setting import CapSetting  # noqa: PLC0415

        d = dict(src_dict)
        caps = []
        _caps = d.pop("caps")
        for caps_item_data in _caps:
            caps_item = CapSetting.from_dict(caps_item_data)

            caps.append(caps_item)

        channels = cast(list[str], d.pop("channels"))

        frozen = d.pop("frozen")

        id = d.pop("id")

        name = d.pop("name")

        origins = cast(list[str], d.pop("origins"))

        topic_window = d.pop("topic_window")

        webhook_form = d.pop("webhook_form")

        def _parse_colour(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        colour = _parse_colour(d.pop("colour", UNSET))

        def _parse_logo(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        logo = _parse_logo(d.pop("logo", UNSET))

        def _parse_webhook(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        webhook = _parse_webhook(d.pop("webhook", UNSET))

        business_view = cls(
            caps=caps,
            channels=channels,
            frozen=frozen,
            id=id,
            name=name,
            origins=origins,
            topic_window=topic_window,
            webhook_form=webhook_form,
            colour=colour,
            logo=logo,
            webhook=webhook,
        )

        business_view.additional_properties = d
        return business_view

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
