from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ask_body import AskBody
from ...models.asked_body import AskedBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: AskBody,
    idempotency_key: str | Unset = UNSET,
    origin: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(origin, Unset):
        headers["Origin"] = origin

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/optins",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AskedBody | None:
    if response.status_code == 201:
        response_201 = AskedBody.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AskedBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: AskBody,
    idempotency_key: str | Unset = UNSET,
    origin: str | Unset = UNSET,
) -> Response[AskedBody]:
    """Ask a person

     May we tell you once? Counts against the person's caps, stores nothing about the ask itself, and
    answers with the link at which the person says yes or no. A publishable key may only call this, from
    a page of an allowed origin.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        origin (str | Unset):
        body (AskBody): An ask.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AskedBody]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        origin=origin,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: AskBody,
    idempotency_key: str | Unset = UNSET,
    origin: str | Unset = UNSET,
) -> AskedBody | None:
    """Ask a person

     May we tell you once? Counts against the person's caps, stores nothing about the ask itself, and
    answers with the link at which the person says yes or no. A publishable key may only call this, from
    a page of an allowed origin.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        origin (str | Unset):
        body (AskBody): An ask.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AskedBody
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        origin=origin,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: AskBody,
    idempotency_key: str | Unset = UNSET,
    origin: str | Unset = UNSET,
) -> Response[AskedBody]:
    """Ask a person

     May we tell you once? Counts against the person's caps, stores nothing about the ask itself, and
    answers with the link at which the person says yes or no. A publishable key may only call this, from
    a page of an allowed origin.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        origin (str | Unset):
        body (AskBody): An ask.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AskedBody]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        origin=origin,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: AskBody,
    idempotency_key: str | Unset = UNSET,
    origin: str | Unset = UNSET,
) -> AskedBody | None:
    """Ask a person

     May we tell you once? Counts against the person's caps, stores nothing about the ask itself, and
    answers with the link at which the person says yes or no. A publishable key may only call this, from
    a page of an allowed origin.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        origin (str | Unset):
        body (AskBody): An ask.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AskedBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            origin=origin,
        )
    ).parsed
