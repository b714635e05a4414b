from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="BatchBody")


@_attrs_define
class BatchBody:
    """Steps of a release."""

    every: str
    """ How long it is from one step's beginning to the next one's: `90s`, `15m`, `12h`, `7d`, at most 30 days. """
    size: int
    """ How many people a step takes. """

    def to_dict(self) -> dict[str, Any]:
        every = self.every

        size = self.size

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "every": every,
                "size": size,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        every = d.pop("every")

        size = d.pop("size")

        batch_body = cls(
            every=every,
            size=size,
        )

        return batch_body
