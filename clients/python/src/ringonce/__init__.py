"""Client of Ringonce, the one-time notification platform: ask a person once, send exactly one message."""

from .aio import AsyncRingonce
from .client import Ringonce
from .errors import RingonceError
from .persistence import Patience
from .rest.models import AskBody, BatchBody, Message, NotifyBody, ReleaseBody

__all__ = [
    "AskBody",
    "AsyncRingonce",
    "BatchBody",
    "Message",
    "NotifyBody",
    "Patience",
    "ReleaseBody",
    "Ringonce",
    "RingonceError",
]
