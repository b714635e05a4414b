from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NextView")


@_attrs_define
class NextView:
    """A grant that waits."""

    channel: str
    """ How a message reaches the person. So far: `inbox`, `webhook`, `webpush`, `email`. """
    expires_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    granted_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    optin: str
    """ The opt-in. """
    title: str
    """ In which words the person was asked. """
    user: str
    """ Who said yes. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        channel = self.channel

        expires_at = self.expires_at.isoformat()

        granted_at = self.granted_at.isoformat()

        optin = self.optin

        title = self.title

        user = self.user

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "channel": channel,
                "expires_at": expires_at,
                "granted_at": granted_at,
                "optin": optin,
                "title": title,
                "user": user,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel = d.pop("channel")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        granted_at = datetime.datetime.fromisoformat(d.pop("granted_at"))

        optin = d.pop("optin")

        title = d.pop("title")

        user = d.pop("user")

        next_view = cls(
            channel=channel,
            expires_at=expires_at,
            granted_at=granted_at,
            optin=optin,
            title=title,
            user=user,
        )

        next_view.additional_properties = d
        return next_view

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
