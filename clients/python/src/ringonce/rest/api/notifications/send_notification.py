from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.notified_body import NotifiedBody
from ...models.notify_body import NotifyBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: NotifyBody,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/notifications",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> NotifiedBody | None:
    if response.status_code == 202:
        response_202 = NotifiedBody.from_dict(response.json())

        return response_202

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[NotifiedBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: NotifyBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[NotifiedBody]:
    """Send the one message

     Redeems a token: exactly one message goes out for it, at once or at a time. The same token with the
    same body is answered as the first time, with or without an Idempotency-Key; with another body it is
    used.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (NotifyBody): A redemption.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NotifiedBody]
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
    body: NotifyBody,
    idempotency_key: str | Unset = UNSET,
) -> NotifiedBody | None:
    """Send the one message

     Redeems a token: exactly one message goes out for it, at once or at a time. The same token with the
    same body is answered as the first time, with or without an Idempotency-Key; with another body it is
    used.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (NotifyBody): A redemption.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NotifiedBody
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: NotifyBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[NotifiedBody]:
    """Send the one message

     Redeems a token: exactly one message goes out for it, at once or at a time. The same token with the
    same body is answered as the first time, with or without an Idempotency-Key; with another body it is
    used.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (NotifyBody): A redemption.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NotifiedBody]
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
    body: NotifyBody,
    idempotency_key: str | Unset = UNSET,
) -> NotifiedBody | None:
    """Send the one message

     Redeems a token: exactly one message goes out for it, at once or at a time. The same token with the
    same body is answered as the first time, with or without an Idempotency-Key; with another body it is
    used.

    Args:
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (NotifyBody): A redemption.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NotifiedBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
