from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.day_view_failed import DayViewFailed


T = TypeVar("T", bound="DayView")


@_attrs_define
class DayView:
    """What came to pass on a day, whatever it was about. It counts seconds behind what it counts, and each thing once."""

    asked: int
    """ Asks made. """
    day: datetime.date
    """ A day of UTC. """
    declined: int
    """ Declined asks. """
    expired: int
    """ Grants and messages whose time was up. """
    failed: DayViewFailed
    """ Messages that were not and never will be, by reason. """
    granted: int
    """ Grants. """
    opened: int
    """ Openings of messages' links. """
    returned: int
    """ Messages whose token was given back. """
    revoked: int
    """ Grants and messages that were taken back. """
    sent: int
    """ Messages that were delivered. """
    unknown: int
    """ Messages of which nobody can know whether they were delivered. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asked = self.asked

        day = self.day.isoformat()

        declined = self.declined

        expired = self.expired

        failed = self.failed.to_dict()

        granted = self.granted

        opened = self.opened

        returned = self.returned

        revoked = self.revoked

        sent = self.sent

        unknown = self.unknown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asked": asked,
                "day": day,
                "declined": declined,
                "expired": expired,
                "failed": failed,
                "granted": granted,
                "opened": opened,
                "returned": returned,
                "revoked": revoked,
                "sent": sent,
                "unknown": unknown,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.day_view_failed import DayViewFailed  # noqa: PLC0415

        d = dict(src_dict)
        asked = d.pop("asked")

        day = datetime.date.fromisoformat(d.pop("day"))

        declined = d.pop("declined")

        expired = d.pop("expired")

        failed = DayViewFailed.from_dict(d.pop("failed"))

        granted = d.pop("granted")

        opened = d.pop("opened")

        returned = d.pop("returned")

        revoked = d.pop("revoked")

        sent = d.pop("sent")

        unknown = d.pop("unknown")

        day_view = cls(
            asked=asked,
            day=day,
            declined=declined,
            expired=expired,
            failed=failed,
            granted=granted,
            opened=opened,
            returned=returned,
            revoked=revoked,
            sent=sent,
            unknown=unknown,
        )

        day_view.additional_properties = d
        return day_view

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
