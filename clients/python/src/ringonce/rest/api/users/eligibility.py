from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.eligibility import Eligibility
from ...types import UNSET, Response


def _get_kwargs(
    user: str,
    *,
    topic: str,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["topic"] = topic

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/users/{user}/eligibility".format(
            user=quote(str(user), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Eligibility | None:
    if response.status_code == 200:
        response_200 = Eligibility.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Eligibility]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    user: str,
    *,
    client: AuthenticatedClient,
    topic: str,
) -> Response[Eligibility]:
    """See what the caps leave

     Whether a person may be asked about a topic now, and else when.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Eligibility]
    """

    kwargs = _get_kwargs(
        user=user,
        topic=topic,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    user: str,
    *,
    client: AuthenticatedClient,
    topic: str,
) -> Eligibility | None:
    """See what the caps leave

     Whether a person may be asked about a topic now, and else when.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Eligibility
    """

    return sync_detailed(
        user=user,
        client=client,
        topic=topic,
    ).parsed


async def asyncio_detailed(
    user: str,
    *,
    client: AuthenticatedClient,
    topic: str,
) -> Response[Eligibility]:
    """See what the caps leave

     Whether a person may be asked about a topic now, and else when.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Eligibility]
    """

    kwargs = _get_kwargs(
        user=user,
        topic=topic,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    user: str,
    *,
    client: AuthenticatedClient,
    topic: str,
) -> Eligibility | None:
    """See what the caps leave

     Whether a person may be asked about a topic now, and else when.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Eligibility
    """

    return (
        await asyncio_detailed(
            user=user,
            client=client,
            topic=topic,
        )
    ).parsed
