from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.consent_text import ConsentText
    from ..models.step_view import StepView


T = TypeVar("T", bound="OptinView")


@_attrs_define
class OptinView:
    """An opt-in."""

    asked_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    expires_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    id: str
    """ Its id. """
    state: str
    """ `asked`, `expired`, `superseded` (a later one was answered), or a state of the table. """
    timeline: list[StepView]
    """ Every step. """
    channel: None | str | Unset = UNSET
    consent: ConsentText | None | Unset = UNSET
    notification: None | str | Unset = UNSET
    """ The id of the last message. """
    payload: None | str | Unset = UNSET
    """ What the business wanted back. """
    reason: None | str | Unset = UNSET
    title: None | str | Unset = UNSET
    """ In which words. """
    token: None | str | Unset = UNSET
    """ The token, while it can be redeemed. """
    topic: None | str | Unset = UNSET
    """ About what. """
    user: None | str | Unset = UNSET
    """ Who answered. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.consent_text import ConsentText  # noqa: PLC0415

        asked_at = self.asked_at.isoformat()

        expires_at = self.expires_at.isoformat()

        id = self.id

        state = self.state

        timeline = []
        for timeline_item_data in self.timeline:
            timeline_item = timeline_item_data.to_dict()
            timeline.append(timeline_item)

        channel: None | str | Unset
        if isinstance(self.channel, Unset):
            channel = UNSET
        else:
            channel = self.channel

        consent: dict[str, Any] | None | Unset
        if isinstance(self.consent, Unset):
            consent = UNSET
        elif isinstance(self.consent, ConsentText):
            consent = self.consent.to_dict()
        else:
            consent = self.consent

        notification: None | str | Unset
        if isinstance(self.notification, Unset):
            notification = UNSET
        else:
            notification = self.notification

        payload: None | str | Unset
        if isinstance(self.payload, Unset):
            payload = UNSET
        else:
            payload = self.payload

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        token: None | str | Unset
        if isinstance(self.token, Unset):
            token = UNSET
        else:
            token = self.token

        topic: None | str | Unset
        if isinstance(self.topic, Unset):
            topic = UNSET
        else:
            topic = self.topic

        user: None | str | Unset
        if isinstance(self.user, Unset):
            user = UNSET
        else:
            user = self.user

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asked_at": asked_at,
                "expires_at": expires_at,
                "id": id,
                "state": state,
                "timeline": timeline,
            }
        )
        if channel is not UNSET:
            field_dict["channel"] = channel
        if consent is not UNSET:
            field_dict["consent"] = consent
        if notification is not UNSET:
            field_dict["notification"] = notification
        if payload is not UNSET:
            field_dict["payload"] = payload
        if reason is not UNSET:
            field_dict["reason"] = reason
        if title is not UNSET:
            field_dict["title"] = title
        if token is not UNSET:
            field_dict["token"] = token
        if topic is not UNSET:
            field_dict["topic"] = topic
        if user is not UNSET:
            field_dict["user"] = user

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.consent_text import ConsentText  # noqa: PLC0415
        from ..models.step_view import StepView  # noqa: PLC0415

        d = dict(src_dict)
        asked_at = datetime.datetime.fromisoformat(d.pop("asked_at"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        id = d.pop("id")

        state = d.pop("state")

        timeline = []
        _timeline = d.pop("timeline")
        for timeline_item_data in _timeline:
            timeline_item = StepView.from_dict(timeline_item_data)

            timeline.append(timeline_item)

        def _parse_channel(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        channel = _parse_channel(d.pop("channel", UNSET))

        def _parse_consent(data: object) -> ConsentText | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                consent_type_0 = ConsentText.from_dict(data)

                return consent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConsentText | None | Unset, data)

        consent = _parse_consent(d.pop("consent", UNSET))

        def _parse_notification(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notification = _parse_notification(d.pop("notification", UNSET))

        def _parse_payload(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payload = _parse_payload(d.pop("payload", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        token = _parse_token(d.pop("token", UNSET))

        def _parse_topic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        topic = _parse_topic(d.pop("topic", UNSET))

        def _parse_user(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        user = _parse_user(d.pop("user", UNSET))

        optin_view = cls(
            asked_at=asked_at,
            expires_at=expires_at,
            id=id,
            state=state,
            timeline=timeline,
            channel=channel,
            consent=consent,
            notification=notification,
            payload=payload,
            reason=reason,
            title=title,
            token=token,
            topic=topic,
            user=user,
        )

        optin_view.additional_properties = d
        return optin_view

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
