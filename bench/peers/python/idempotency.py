"""Powertools' idempotency, with a table of its own."""

import functools

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
)

import table
from http_api import refuse

TABLE = f"{table.NAME}-idempotency"
EXPIRY_ATTRIBUTE = "expires_at"

_store = DynamoDBPersistenceLayer(
    table_name=TABLE, expiry_attr=EXPIRY_ATTRIBUTE, boto3_client=table.client
)

_config = IdempotencyConfig(
    event_key_jmespath="key",
    raise_on_no_idempotency_key=True,
    expires_after_seconds=24 * 60 * 60,
    hash_function="sha256",
)


def once(prefix):
    """Has a function of `request` done once for each `key` in it; repeats get the first answer, a refusal too."""

    def decorate(work):
        kept = idempotent_function(
            work,
            data_keyword_argument="request",
            persistence_store=_store,
            config=_config,
            key_prefix=prefix,
        )

        @functools.wraps(work)
        def call(request, context):
            # How long the key stays taken, should this invocation end by its timeout.
            _config.register_lambda_context(context)
            try:
                return kept(request=request)
            except IdempotencyAlreadyInProgressError:
                return refuse(409, "in-progress")

        return call

    return decorate
