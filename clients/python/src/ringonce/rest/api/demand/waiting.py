from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.waiting_view import WaitingView
from ...types import UNSET, Response, Unset


def _get_kwargs(
    topic: str,
    *,
    limit: int | Unset = UNSET,
    people: int | Unset = UNSET,
    order: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["people"] = people

    params["order"] = order

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/topics/{topic}/waiting".format(
            topic=quote(str(topic), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> WaitingView | None:
    if response.status_code == 200:
        response_200 = WaitingView.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[WaitingView]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    topic: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = UNSET,
    people: int | Unset = UNSET,
    order: str | Unset = UNSET,
) -> Response[WaitingView]:
    """See who is next

     The first in line, as a release would take them, and what one costs the table. Nothing is taken.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        limit (int | Unset):
        people (int | Unset):
        order (str | Unset): Who comes first. So far: `oldest`, `newest`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WaitingView]
    """

    kwargs = _get_kwargs(
        topic=topic,
        limit=limit,
        people=people,
        order=order,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    topic: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = UNSET,
    people: int | Unset = UNSET,
    order: str | Unset = UNSET,
) -> WaitingView | None:
    """See who is next

     The first in line, as a release would take them, and what one costs the table. Nothing is taken.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        limit (int | Unset):
        people (int | Unset):
        order (str | Unset): Who comes first. So far: `oldest`, `newest`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WaitingView
    """

    return sync_detailed(
        topic=topic,
        client=client,
        limit=limit,
        people=people,
        order=order,
    ).parsed


async def asyncio_detailed(
    topic: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = UNSET,
    people: int | Unset = UNSET,
    order: str | Unset = UNSET,
) -> Response[WaitingView]:
    """See who is next

     The first in line, as a release would take them, and what one costs the table. Nothing is taken.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        limit (int | Unset):
        people (int | Unset):
        order (str | Unset): Who comes first. So far: `oldest`, `newest`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WaitingView]
    """

    kwargs = _get_kwargs(
        topic=topic,
        limit=limit,
        people=people,
        order=order,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    topic: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = UNSET,
    people: int | Unset = UNSET,
    order: str | Unset = UNSET,
) -> WaitingView | None:
    """See who is next

     The first in line, as a release would take them, and what one costs the table. Nothing is taken.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        limit (int | Unset):
        people (int | Unset):
        order (str | Unset): Who comes first. So far: `oldest`, `newest`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WaitingView
    """

    return (
        await asyncio_detailed(
            topic=topic,
            client=client,
            limit=limit,
            people=people,
            order=order,
        )
    ).parsed
