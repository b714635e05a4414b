from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.demand_view import DemandView
from ...types import Response


def _get_kwargs(
    topic: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/topics/{topic}".format(
            topic=quote(str(topic), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> DemandView | None:
    if response.status_code == 200:
        response_200 = DemandView.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[DemandView]:
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
) -> Response[DemandView]:
    """See the demand for a topic

     Every count is exact, seconds behind what it counts. A topic that nobody was asked about stands at
    nought.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DemandView]
    """

    kwargs = _get_kwargs(
        topic=topic,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    topic: str,
    *,
    client: AuthenticatedClient,
) -> DemandView | None:
    """See the demand for a topic

     Every count is exact, seconds behind what it counts. A topic that nobody was asked about stands at
    nought.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DemandView
    """

    return sync_detailed(
        topic=topic,
        client=client,
    ).parsed


async def asyncio_detailed(
    topic: str,
    *,
    client: AuthenticatedClient,
) -> Response[DemandView]:
    """See the demand for a topic

     Every count is exact, seconds behind what it counts. A topic that nobody was asked about stands at
    nought.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DemandView]
    """

    kwargs = _get_kwargs(
        topic=topic,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    topic: str,
    *,
    client: AuthenticatedClient,
) -> DemandView | None:
    """See the demand for a topic

     Every count is exact, seconds behind what it counts. A topic that nobody was asked about stands at
    nought.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DemandView
    """

    return (
        await asyncio_detailed(
            topic=topic,
            client=client,
        )
    ).parsed
