from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_body import BatchBody
    from ..models.message import Message


T = TypeVar("T", bound="ReleaseBody")


@_attrs_define
class ReleaseBody:
    """What is to be released."""

    message: Message
    """ A message: words, and what a channel or the business's own sender may add. """
    batch: BatchBody | None | Unset = UNSET
    check_url: None | str | Unset = UNSET
    """ What is asked before each step, by a signed POST of `release.check`: 2xx goes on, 409 and 410 end the
    release, and
    anything else stops it. """
    limit: int | None | Unset = UNSET
    """ How many people get it in all; without it, everybody who waits. """
    order: str | Unset = UNSET
    """ Who comes first. So far: `oldest`, `newest`. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.batch_body import BatchBody  # noqa: PLC0415

        message = self.message.to_dict()

        batch: dict[str, Any] | None | Unset
        if isinstance(self.batch, Unset):
            batch = UNSET
        elif isinstance(self.batch, BatchBody):
            batch = self.batch.to_dict()
        else:
            batch = self.batch

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

        order = self.order

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "message": message,
            }
        )
        if batch is not UNSET:
            field_dict["batch"] = batch
        if check_url is not UNSET:
            field_dict["check_url"] = check_url
        if limit is not UNSET:
            field_dict["limit"] = limit
        if order is not UNSET:
            field_dict["order"] = order

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_body import BatchBody  # noqa: PLC0415
        from ..models.message import Message  # noqa: PLC0415

        d = dict(src_dict)
        message = Message.from_dict(d.pop("message"))

        def _parse_batch(data: object) -> BatchBody | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                batch_type_0 = BatchBody.from_dict(data)

                return batch_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BatchBody | None | Unset, data)

        batch = _parse_batch(d.pop("batch", UNSET))

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

        order = d.pop("order", UNSET)

        release_body = cls(
            message=message,
            batch=batch,
            check_url=check_url,
            limit=limit,
            order=order,
        )

        return release_body
