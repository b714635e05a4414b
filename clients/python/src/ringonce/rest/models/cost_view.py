from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CostView")


@_attrs_define
class CostView:
    """What a release costs the table, if all of those who wait have the channels of the first in line."""

    dollars: float
    """ The same in US dollars, by AWS's list price of us-east-1, with what Amazon SES takes for e-mails. """
    people: int
    """ To how many people. """
    write_units: float
    """ Write units. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dollars = self.dollars

        people = self.people

        write_units = self.write_units

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dollars": dollars,
                "people": people,
                "write_units": write_units,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        dollars = d.pop("dollars")

        people = d.pop("people")

        write_units = d.pop("write_units")

        cost_view = cls(
            dollars=dollars,
            people=people,
            write_units=write_units,
        )

        cost_view.additional_properties = d
        return cost_view

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
