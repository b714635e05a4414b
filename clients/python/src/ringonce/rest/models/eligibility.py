from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cap_view import CapView


T = TypeVar("T", bound="Eligibility")


@_attrs_define
class Eligibility:
    """Whether a person may be asked about a topic now."""

    blocked: bool
    """ Whether the person has blocked the business. """
    caps: list[CapView]
    """ Each cap. """
    eligible: bool
    """ Whether an ask would be made now. """
    opens_at: datetime.datetime | None | Unset = UNSET
    topic_opens_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        blocked = self.blocked

        caps = []
        for caps_item_data in self.caps:
            caps_item = caps_item_data.to_dict()
            caps.append(caps_item)

        eligible = self.eligible

        opens_at: None | str | Unset
        if isinstance(self.opens_at, Unset):
            opens_at = UNSET
        elif isinstance(self.opens_at, datetime.datetime):
            opens_at = self.opens_at.isoformat()
        else:
            opens_at = self.opens_at

        topic_opens_at: None | str | Unset
        if isinstance(self.topic_opens_at, Unset):
            topic_opens_at = UNSET
        elif isinstance(self.topic_opens_at, datetime.datetime):
            topic_opens_at = self.topic_opens_at.isoformat()
        else:
            topic_opens_at = self.topic_opens_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blocked": blocked,
                "caps": caps,
                "eligible": eligible,
            }
        )
        if opens_at is not UNSET:
            field_dict["opens_at"] = opens_at
        if topic_opens_at is not UNSET:
            field_dict["topic_opens_at"] = topic_opens_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cap_view import CapView  # noqa: PLC0415

        d = dict(src_dict)
        blocked = d.pop("blocked")

        caps = []
        _caps = d.pop("caps")
        for caps_item_data in _caps:
            caps_item = CapView.from_dict(caps_item_data)

            caps.append(caps_item)

        eligible = d.pop("eligible")

        def _parse_opens_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opens_at_type_0 = datetime.datetime.fromisoformat(data)

                return opens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        opens_at = _parse_opens_at(d.pop("opens_at", UNSET))

        def _parse_topic_opens_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                topic_opens_at_type_0 = datetime.datetime.fromisoformat(data)

                return topic_opens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        topic_opens_at = _parse_topic_opens_at(d.pop("topic_opens_at", UNSET))

        eligibility = cls(
            blocked=blocked,
            caps=caps,
            eligible=eligible,
            opens_at=opens_at,
            topic_opens_at=topic_opens_at,
        )

        eligibility.additional_properties = d
        return eligibility

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
