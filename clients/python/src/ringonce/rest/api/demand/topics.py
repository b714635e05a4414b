from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.topics_view import TopicsView
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    prefix: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    params["prefix"] = prefix

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/topics",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> TopicsView | None:
    if response.status_code == 200:
        response_200 = TopicsView.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[TopicsView]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    prefix: str | Unset = UNSET,
) -> Response[TopicsView]:
    """List topics and their demand

     By name. A topic is listed as soon as anybody has answered about it, seconds after the answer.

    Args:
        after (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.
        limit (int | Unset):
        prefix (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TopicsView]
    """

    kwargs = _get_kwargs(
        after=after,
        limit=limit,
        prefix=prefix,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    prefix: str | Unset = UNSET,
) -> TopicsView | None:
    """List topics and their demand

     By name. A topic is listed as soon as anybody has answered about it, seconds after the answer.

    Args:
        after (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.
        limit (int | Unset):
        prefix (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TopicsView
    """

    return sync_detailed(
        client=client,
        after=after,
        limit=limit,
        prefix=prefix,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    prefix: str | Unset = UNSET,
) -> Response[TopicsView]:
    """List topics and their demand

     By name. A topic is listed as soon as anybody has answered about it, seconds after the answer.

    Args:
        after (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.
        limit (int | Unset):
        prefix (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[TopicsView]
    """

    kwargs = _get_kwargs(
        after=after,
        limit=limit,
        prefix=prefix,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    prefix: str | Unset = UNSET,
) -> TopicsView | None:
    """List topics and their demand

     By name. A topic is listed as soon as anybody has answered about it, seconds after the answer.

    Args:
        after (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.
        limit (int | Unset):
        prefix (str | Unset): What a person may be told about, in the business's own terms:
            `shirt-m`, `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        TopicsView
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            limit=limit,
            prefix=prefix,
        )
    ).parsed
