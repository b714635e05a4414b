from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.demand_view_failed import DemandViewFailed


T = TypeVar("T", bound="DemandView")


@_attrs_define
class DemandView:
    """The demand for a topic. It counts seconds behind what it counts, and each thing once."""

    asked: int
    """ Asks made. """
    declined: int
    """ Declined asks. """
    expired: int
    """ Grants and messages whose time was up. """
    failed: DemandViewFailed
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
    topic: str
    """ What a person may be told about, in the business's own terms: `shirt-m`, `order:17`. """
    unknown: int
    """ Messages of which nobody can know whether they were delivered. """
    waiting: int
    """ Grants that can be redeemed now. One whose time is up waits until the next sweep. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asked = self.asked

        declined = self.declined

        expired = self.expired

        failed = self.failed.to_dict()

        granted = self.granted

        opened = self.opened

        returned = self.returned

        revoked = self.revoked

        sent = self.sent

        topic = self.topic

        unknown = self.unknown

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asked": asked,
                "declined": declined,
                "expired": expired,
                "failed": failed,
                "granted": granted,
                "opened": opened,
                "returned": returned,
                "revoked": revoked,
                "sent": sent,
                "topic": topic,
                "unknown": unknown,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.demand_view_failed import DemandViewFailed  # noqa: PLC0415

        d = dict(src_dict)
        asked = d.pop("asked")

        declined = d.pop("declined")

        expired = d.pop("expired")

        failed = DemandViewFailed.from_dict(d.pop("failed"))

        granted = d.pop("granted")

        opened = d.pop("opened")

        returned = d.pop("returned")

        revoked = d.pop("revoked")

        sent = d.pop("sent")

        topic = d.pop("topic")

        unknown = d.pop("unknown")

        waiting = d.pop("waiting")

        demand_view = cls(
            asked=asked,
            declined=declined,
            expired=expired,
            failed=failed,
            granted=granted,
            opened=opened,
            returned=returned,
            revoked=revoked,
            sent=sent,
            topic=topic,
            unknown=unknown,
            waiting=waiting,
        )

        demand_view.additional_properties = d
        return demand_view

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
