from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.message import Message
    from ..models.release_view_failed import ReleaseViewFailed


T = TypeVar("T", bound="ReleaseView")


@_attrs_define
class ReleaseView:
    """A release, as it stands."""

    created_at: datetime.datetime
    """ A point in time, UTC, with up to milliseconds (RFC 3339). """
    erased: int
    """ Messages that were under way when their person was erased. """
    expired: int
    """ Messages whose time was up. """
    failed: ReleaseViewFailed
    """ Messages that were not and never will be, by reason. """
    id: str
    """ Its id. """
    message: Message
    """ A message: words, and what a channel or the business's own sender may add. """
    order: str
    """ Who comes first. So far: `oldest`, `newest`. """
    returned: int
    """ Messages whose token was given back. """
    revoked: int
    """ Messages that were taken back before they were delivered. """
    sent: int
    """ Messages of those that were delivered. This count and those that follow are seconds behind, and count each
    thing once. """
    state: str
    """ Where a release is in its life. So far: `running`, `finished`, `stopped`. """
    step: int
    """ The step that is being taken, or waited for. """
    taken: int
    """ How many people it has taken so far: as many times as it took them, where a token was given back and taken
    again. """
    topic: str
    """ What a person may be told about, in the business's own terms: `shirt-m`, `order:17`. """
    under_way: int
    """ How many of those that it has taken have come to none of these yet. """
    unknown: int
    """ Messages of which nobody can know whether they were delivered. """
    batch_every: None | str | Unset = UNSET
    """ How long it is from one step's beginning to the next one's. """
    batch_size: int | None | Unset = UNSET
    """ How many people a step takes. """
    check_url: None | str | Unset = UNSET
    """ What is asked before each step. """
    limit: int | None | Unset = UNSET
    """ How many people get it in all. """
    next_step_at: datetime.datetime | None | Unset = UNSET
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        erased = self.erased

        expired = self.expired

        failed = self.failed.to_dict()

        id = self.id

        message = self.message.to_dict()

        order = self.order

        returned = self.returned

        revoked = self.revoked

        sent = self.sent

        state = self.state

        step = self.step

        taken = self.taken

        topic = self.topic

        under_way = self.under_way

        unknown = self.unknown

        batch_every: None | str | Unset
        if isinstance(self.batch_every, Unset):
            batch_every = UNSET
        else:
            batch_every = self.batch_every

        batch_size: int | None | Unset
        if isinstance(self.batch_size, Unset):
            batch_size = UNSET
        else:
            batch_size = self.batch_size

        check_url: None | str | Unset
        if isinstance(self.check_url, Unset):
            check_url = UNSET
        else:
            check_url = self.check_url

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        next_step_at: None | str | Unset
        if isinstance(self.next_step_at, Unset):
            next_step_at = UNSET
        elif isinstance(self.next_step_at, datetime.datetime):
            next_step_at = self.next_step_at.isoformat()
        else:
            next_step_at = self.next_step_at

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "erased": erased,
                "expired": expired,
                "failed": failed,
                "id": id,
                "message": message,
                "order": order,
                "returned": returned,
                "revoked": revoked,
                "sent": sent,
                "state": state,
                "step": step,
                "taken": taken,
                "topic": topic,
                "under_way": under_way,
                "unknown": unknown,
            }
        )
        if batch_every is not UNSET:
            field_dict["batch_every"] = batch_every
        if batch_size is not UNSET:
            field_dict["batch_size"] = batch_size
        if check_url is not UNSET:
            field_dict["check_url"] = check_url
        if limit is not UNSET:
            field_dict["limit"] = limit
        if next_step_at is not UNSET:
            field_dict["next_step_at"] = next_step_at
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.message import Message  # noqa: PLC0415
        from ..models.release_view_failed import ReleaseViewFailed  # noqa: PLC0415

        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        erased = d.pop("erased")

        expired = d.pop("expired")

        failed = ReleaseViewFailed.from_dict(d.pop("failed"))

        id = d.pop("id")

        message = Message.from_dict(d.pop("message"))

        order = d.pop("order")

        returned = d.pop("returned")

        revoked = d.pop("revoked")

        sent = d.pop("sent")

        state = d.pop("state")

        step = d.pop("step")

        taken = d.pop("taken")

        topic = d.pop("topic")

        under_way = d.pop("under_way")

        unknown = d.pop("unknown")

        def _parse_batch_every(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        batch_every = _parse_batch_every(d.pop("batch_every", UNSET))

        def _parse_batch_size(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        batch_size = _parse_batch_size(d.pop("batch_size", UNSET))

        def _parse_check_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        check_url = _parse_check_url(d.pop("check_url", UNSET))

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_next_step_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_step_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_step_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        next_step_at = _parse_next_step_at(d.pop("next_step_at", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        release_view = cls(
            created_at=created_at,
            erased=erased,
            expired=expired,
            failed=failed,
            id=id,
            message=message,
            order=order,
            returned=returned,
            revoked=revoked,
            sent=sent,
            state=state,
            step=step,
            taken=taken,
            topic=topic,
            under_way=under_way,
            unknown=unknown,
            batch_every=batch_every,
            batch_size=batch_size,
            check_url=check_url,
            limit=limit,
            next_step_at=next_step_at,
            reason=reason,
        )

        release_view.additional_properties = d
        return release_view

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
