from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TestedView")


@_attrs_define
class TestedView:
    """What came of a test event."""

    event: str
    """ Its id. """
    url: str
    """ Where it went. """
    verdict: str
    """ `accepted`; `refused` or `gone` by an answer; `busy`: it asked to be tried later; `unreachable` or
    `unsigned`: nothing was
    sent; `unclear`: no clear answer came in time. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        event = self.event

        url = self.url

        verdict = self.verdict

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "event": event,
                "url": url,
                "verdict": verdict,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        event = d.pop("event")

        url = d.pop("url")

        verdict = d.pop("verdict")

        tested_view = cls(
            event=event,
            url=url,
            verdict=verdict,
        )

        tested_view.additional_properties = d
        return tested_view

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
