"""How often a person may be asked, by zae-limiter.

It is a token bucket, not a sliding window: a person's bucket holds PEER_CAP_COUNT asks and regains them evenly over
PEER_CAP_SECONDS. However many come at the same time, no more than PEER_CAP_COUNT pass at once. Over a whole window,
though, up to about twice as many do, since what is spent at its start comes back, ask by ask, until its end.
"""

import hashlib
import os
import time
from contextlib import ExitStack, contextmanager

from zae_limiter import Limit, OnUnavailable, RateLimitExceeded, SyncRateLimiter, SyncRepository

STACK = f"{os.environ['PEER_TABLE']}-caps"
TRIES = 10

_asks = Limit(
    name="asks",
    capacity=int(os.environ["PEER_CAP_COUNT"]),
    refill_amount=int(os.environ["PEER_CAP_COUNT"]),
    refill_period_seconds=int(os.environ["PEER_CAP_SECONDS"]),
)

_limiter = SyncRateLimiter(
    repository=SyncRepository.connect(stack=STACK, region=os.environ["AWS_REGION"])
)


class Capped(Exception):
    """The person was asked as often as may be."""


def _acquire(user):
    # zae-limiter takes few characters in an entity's name, a user's name may have any.
    return _limiter.acquire(
        entity_id=hashlib.sha256(user.encode()).hexdigest(),
        resource="optins",
        consume={"asks": 1},
        limits=[_asks],
        on_unavailable=OnUnavailable.BLOCK,
    )


def _enter(stack, user):
    for _ in range(TRIES):
        try:
            return stack.enter_context(_acquire(user))
        except RateLimitExceeded as exceeded:
            if not exceeded.contended:
                raise Capped from exceeded
            # No lack of capacity: the writes met those of other callers.
            time.sleep(exceeded.retry_after_seconds)
    raise TimeoutError(f"{TRIES} tries met other asks of the same person")


@contextmanager
def ask_of(user):
    """Takes an ask of the person's, and gives it back if what is done inside fails."""
    with ExitStack() as stack:
        _enter(stack, user)
        yield
