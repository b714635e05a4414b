from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.release_body import ReleaseBody
from ...models.started_body import StartedBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    topic: str,
    *,
    body: ReleaseBody,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/topics/{topic}/releases".format(
            topic=quote(str(topic), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> StartedBody | None:
    if response.status_code == 202:
        response_202 = StartedBody.from_dict(response.json())

        return response_202

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[StartedBody]:
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
    body: ReleaseBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[StartedBody]:
    """Send one message to those who wait

     Takes the oldest grants (or the newest) that wait for a topic, as many as there are to take, all at
    once or step by step. Nobody gets two messages, however many releases overlap.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReleaseBody): What is to be released.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[StartedBody]
    """

    kwargs = _get_kwargs(
        topic=topic,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    topic: str,
    *,
    client: AuthenticatedClient,
    body: ReleaseBody,
    idempotency_key: str | Unset = UNSET,
) -> StartedBody | None:
    """Send one message to those who wait

     Takes the oldest grants (or the newest) that wait for a topic, as many as there are to take, all at
    once or step by step. Nobody gets two messages, however many releases overlap.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReleaseBody): What is to be released.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        StartedBody
    """

    return sync_detailed(
        topic=topic,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    topic: str,
    *,
    client: AuthenticatedClient,
    body: ReleaseBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[StartedBody]:
    """Send one message to those who wait

     Takes the oldest grants (or the newest) that wait for a topic, as many as there are to take, all at
    once or step by step. Nobody gets two messages, however many releases overlap.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReleaseBody): What is to be released.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[StartedBody]
    """

    kwargs = _get_kwargs(
        topic=topic,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    topic: str,
    *,
    client: AuthenticatedClient,
    body: ReleaseBody,
    idempotency_key: str | Unset = UNSET,
) -> StartedBody | None:
    """Send one message to those who wait

     Takes the oldest grants (or the newest) that wait for a topic, as many as there are to take, all at
    once or step by step. Nobody gets two messages, however many releases overlap.

    Args:
        topic (str): What a person may be told about, in the business's own terms: `shirt-m`,
            `order:17`.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReleaseBody): What is to be released.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        StartedBody
    """

    return (
        await asyncio_detailed(
            topic=topic,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
