from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="AskBody")


@_attrs_define
class AskBody:
    """An ask."""

    title: str
    """ What a person is asked about: at most 65 characters (extended grapheme clusters) and 260 bytes, one line.
    Not blank, and without control and direction-override characters. """
    topic: str
    """ What a person may be told about, in the business's own terms: `shirt-m`, `order:17`. """
    user: str
    """ A person as the business calls them: 1 to 128 bytes without control characters. Not blank, and without
    control and direction-override characters. """
    channel: None | str | Unset = UNSET
    deliver_ask: bool | Unset = UNSET
    """ Whether Ringonce brings the link to the person: to an address that is known, else through the business's
    webhook, as
    `optin.asked`. """
    expires_in: int | None | Unset = UNSET
    """ For how many seconds the link lives; without it, as long as the business's caps let it, at most 7 days. """
    locale: None | str | Unset = UNSET
    payload: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        title = self.title

        topic = self.topic

        user = self.user

        channel: None | str | Unset
        if isinstance(self.channel, Unset):
            channel = UNSET
        else:
            channel = self.channel

        deliver_ask = self.deliver_ask

        expires_in: int | None | Unset
        if isinstance(self.expires_in, Unset):
            expires_in = UNSET
        else:
            expires_in = self.expires_in

        locale: None | str | Unset
        if isinstance(self.locale, Unset):
            locale = UNSET
        else:
            locale = self.locale

        payload: None | str | Unset
        if isinstance(self.payload, Unset):
            payload = UNSET
        else:
            payload = self.payload

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "title": title,
                "topic": topic,
                "user": user,
            }
        )
        if channel is not UNSET:
            field_dict["channel"] = channel
        if deliver_ask is not UNSET:
            field_dict["deliver_ask"] = deliver_ask
        if expires_in is not UNSET:
            field_dict["expires_in"] = expires_in
        if locale is not UNSET:
            field_dict["locale"] = locale
        if payload is not UNSET:
            field_dict["payload"] = payload

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title")

        topic = d.pop("topic")

        user = d.pop("user")

        def _parse_channel(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        channel = _parse_channel(d.pop("channel", UNSET))

        deliver_ask = d.pop("deliver_ask", UNSET)

        def _parse_expires_in(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in = _parse_expires_in(d.pop("expires_in", UNSET))

        def _parse_locale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        locale = _parse_locale(d.pop("locale", UNSET))

        def _parse_payload(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payload = _parse_payload(d.pop("payload", UNSET))

        ask_body = cls(
            title=title,
            topic=topic,
            user=user,
            channel=channel,
            deliver_ask=deliver_ask,
            expires_in=expires_in,
            locale=locale,
            payload=payload,
        )

        return ask_body
