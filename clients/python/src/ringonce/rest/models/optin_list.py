from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.optin_view import OptinView


T = TypeVar("T", bound="OptinList")


@_attrs_define
class OptinList:
    """A person's opt-ins."""

    optins: list[OptinView]
    """ Those that stand and those that later ones replaced, the last answered first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        optins = []
        for optins_item_data in self.optins:
            optins_item = optins_item_data.to_dict()
            optins.append(optins_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "optins": optins,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.optin_view import OptinView  # noqa: PLC0415

        d = dict(src_dict)
        optins = []
        _optins = d.pop("optins")
        for optins_item_data in _optins:
            optins_item = OptinView.from_dict(optins_item_data)

            optins.append(optins_item)

        optin_list = cls(
            optins=optins,
        )

        optin_list.additional_properties = d
        return optin_list

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
