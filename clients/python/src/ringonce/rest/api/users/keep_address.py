from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.address_body import AddressBody
from ...models.kept_address import KeptAddress
from ...types import UNSET, Response, Unset


def _get_kwargs(
    user: str,
    *,
    body: AddressBody,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/users/{user}/address".format(
            user=quote(str(user), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> KeptAddress | None:
    if response.status_code == 200:
        response_200 = KeptAddress.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[KeptAddress]:
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
    body: AddressBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeptAddress]:
    """Say where a person can be reached

     Questions with `deliver_ask` are then brought there, and an answer may choose it. It stays until
    another takes its place, the person blocks the business, or is erased. It is no consent: a message
    is still sent to nobody who has not said yes.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (AddressBody): A person's address.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeptAddress]
    """

    kwargs = _get_kwargs(
        user=user,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    user: str,
    *,
    client: AuthenticatedClient,
    body: AddressBody,
    idempotency_key: str | Unset = UNSET,
) -> KeptAddress | None:
    """Say where a person can be reached

     Questions with `deliver_ask` are then brought there, and an answer may choose it. It stays until
    another takes its place, the person blocks the business, or is erased. It is no consent: a message
    is still sent to nobody who has not said yes.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (AddressBody): A person's address.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeptAddress
    """

    return sync_detailed(
        user=user,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    user: str,
    *,
    client: AuthenticatedClient,
    body: AddressBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeptAddress]:
    """Say where a person can be reached

     Questions with `deliver_ask` are then brought there, and an answer may choose it. It stays until
    another takes its place, the person blocks the business, or is erased. It is no consent: a message
    is still sent to nobody who has not said yes.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (AddressBody): A person's address.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeptAddress]
    """

    kwargs = _get_kwargs(
        user=user,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    user: str,
    *,
    client: AuthenticatedClient,
    body: AddressBody,
    idempotency_key: str | Unset = UNSET,
) -> KeptAddress | None:
    """Say where a person can be reached

     Questions with `deliver_ask` are then brought there, and an answer may choose it. It stays until
    another takes its place, the person blocks the business, or is erased. It is no consent: a message
    is still sent to nobody who has not said yes.

    Args:
        user (str): A person as the business calls them: 1 to 128 bytes without control
            characters. Not blank, and without control and direction-override characters.
        idempotency_key (str | Unset): What a caller sends as `Idempotency-Key` so that a repeated
            call runs once: visible ASCII.
        body (AddressBody): A person's address.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeptAddress
    """

    return (
        await asyncio_detailed(
            user=user,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
