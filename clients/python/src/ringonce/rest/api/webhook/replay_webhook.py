from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.replay_body import ReplayBody
from ...models.replayed_view import ReplayedView
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ReplayBody,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/webhook/replay",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ReplayedView | None:
    if response.status_code == 200:
        response_200 = ReplayedView.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ReplayedView]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ReplayBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[ReplayedView]:
    """Send again what was missed

     Events that were given up are kept for 30 days. Each that is found is made due now, under the id
    that it had; the sweep sends it within a minute. A call looks at 100 events; `next` says that there
    may be more. It may be stopped and repeated.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReplayBody): What is to be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplayedView]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ReplayBody,
    idempotency_key: str | Unset = UNSET,
) -> ReplayedView | None:
    """Send again what was missed

     Events that were given up are kept for 30 days. Each that is found is made due now, under the id
    that it had; the sweep sends it within a minute. A call looks at 100 events; `next` says that there
    may be more. It may be stopped and repeated.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReplayBody): What is to be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplayedView
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ReplayBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[ReplayedView]:
    """Send again what was missed

     Events that were given up are kept for 30 days. Each that is found is made due now, under the id
    that it had; the sweep sends it within a minute. A call looks at 100 events; `next` says that there
    may be more. It may be stopped and repeated.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReplayBody): What is to be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplayedView]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ReplayBody,
    idempotency_key: str | Unset = UNSET,
) -> ReplayedView | None:
    """Send again what was missed

     Events that were given up are kept for 30 days. Each that is found is made due now, under the id
    that it had; the sweep sends it within a minute. A call looks at 100 events; `next` says that there
    may be more. It may be stopped and repeated.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (ReplayBody): What is to be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplayedView
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
