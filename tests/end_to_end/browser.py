"""A browser and a push service by other people's code: http_ece (RFC 8188, RFC 8291) and py-vapid (RFC 8292).

browser.py subscribe ENDPOINT
    Prints a new subscription as browsers write it, and the private key that belongs to it.
browser.py read PRIVATE_KEY AUTH AUTHORIZATION BODY
    Verifies the sender and decrypts the message, and prints both. All but AUTHORIZATION are base64url.
"""

import base64
import json
import os
import sys

import http_ece
import py_vapid
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def data(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def subscribe(endpoint):
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": text(point), "auth": text(os.urandom(16))}
    private = key.private_numbers().private_value.to_bytes(32, "big")
    return {"subscription": {"endpoint": endpoint, "expirationTime": None, "keys": keys}, "private_key": text(private)}


def read(private, auth, authorization, body):
    # py-vapid knows no blank after the comma, which RFC 9110 (section 11.6.2) allows and RFC 8292 shows.
    verified = py_vapid.Vapid02.verify(authorization.replace(", ", ","))
    claims = json.loads(data(authorization.split("t=")[1].split(",")[0].split(".")[1]))
    key = ec.derive_private_key(int.from_bytes(data(private), "big"), ec.SECP256R1())
    plain = http_ece.decrypt(data(body), private_key=key, auth_secret=data(auth), version="aes128gcm")
    return {"verified": verified, "claims": claims, "message": json.loads(plain)}


print(json.dumps({"subscribe": subscribe, "read": read}[sys.argv[1]](*sys.argv[2:])))
