from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.webhook_view import WebhookView
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhook",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> WebhookView | None:
    if response.status_code == 200:
        response_200 = WebhookView.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[WebhookView]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[WebhookView]:
    """See how the webhook does

     Whether the business's endpoint takes what is sent to it. One that answers an event with 410, or
    takes nothing for five days, is disabled: its events are kept for 30 days, and messages by it come
    back with the reason `no-endpoint`, until its operator enables it again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookView]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> WebhookView | None:
    """See how the webhook does

     Whether the business's endpoint takes what is sent to it. One that answers an event with 410, or
    takes nothing for five days, is disabled: its events are kept for 30 days, and messages by it come
    back with the reason `no-endpoint`, until its operator enables it again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookView
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[WebhookView]:
    """See how the webhook does

     Whether the business's endpoint takes what is sent to it. One that answers an event with 410, or
    takes nothing for five days, is disabled: its events are kept for 30 days, and messages by it come
    back with the reason `no-endpoint`, until its operator enables it again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookView]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> WebhookView | None:
    """See how the webhook does

     Whether the business's endpoint takes what is sent to it. One that answers an event with 410, or
    takes nothing for five days, is disabled: its events are kept for 30 days, and messages by it come
    back with the reason `no-endpoint`, until its operator enables it again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookView
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
