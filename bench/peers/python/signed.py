"""Consents and tokens: random, and signed, so that a forged one is refused before the table is asked.

They say which opt-in they are for, so that it is found by its primary key and not by an index, which lags behind. The
opt-in holds their hashes; the answers that Powertools keeps for a day hold them whole.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets

_SECRET = bytes.fromhex(os.environ["PEER_SECRET"])

LONGEST = 4096


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(kind, claims):
    return _encode(hmac.digest(_SECRET, f"{kind}.{claims}".encode(), "sha256"))


def mint(kind, user, topic):
    claims = _encode(json.dumps([user, topic, secrets.token_urlsafe(16)]).encode())
    return f"{claims}.{_signature(kind, claims)}"


def opened(kind, signed):
    """The user and the topic of its opt-in; None where it is forged, or of another kind."""
    claims, _, signature = signed.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(kind, claims).encode()):
        return None
    user, topic, _ = json.loads(_decode(claims))
    return user, topic


def hashed(signed):
    return hashlib.sha256(signed.encode()).hexdigest()
