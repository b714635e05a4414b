from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.cost_view import CostView
    from ..models.next_view import NextView


T = TypeVar("T", bound="WaitingView")


@_attrs_define
class WaitingView:
    """Who is next for a release."""

    cost: CostView
    """ What a release costs the table, if all of those who wait have the channels of the first in line. """
    next_: list[NextView]
    """ The first in line. """
    order: str
    """ Who comes first. So far: `oldest`, `newest`. """
    topic: str
    """ What a person may be told about, in the business's own terms: `shirt-m`, `order:17`. """
    waiting: int
    """ How many grants wait, as they are counted, seconds behind. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cost = self.cost.to_dict()

        next_ = []
        for next_item_data in self.next_:
            next_item = next_item_data.to_dict()
            next_.append(next_item)

        order = self.order

        topic = self.topic

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cost": cost,
                "next": next_,
                "order": order,
                "topic": topic,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cost_view import CostView  # noqa: PLC0415
        from ..models.next_view import NextView  # noqa: PLC0415

        d = dict(src_dict)
        cost = CostView.from_dict(d.pop("cost"))

        next_ = []
        _next_ = d.pop("next")
        for next_item_data in _next_:
            next_item = NextView.from_dict(next_item_data)

            next_.append(next_item)

        order = d.pop("order")

        topic = d.pop("topic")

        waiting = d.pop("waiting")

        waiting_view = cls(
            cost=cost,
            next_=next_,
            order=order,
            topic=topic,
            waiting=waiting,
        )

        waiting_view.additional_properties = d
        return waiting_view

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
