"""dh-facebook-client: forms, token in the query, exception classes chosen by (code, subcode), batches."""

import hashlib
import hmac
import json
import logging

from dh_facebook_client import GraphAPIClient, GraphAPIError
from driving import drive, message_of, recipient_of

VERSION = "23.0"


def make_calls(document):
    client = client_class(document["origin"])(document["access_token"], VERSION, disable_logger=True)
    params = proof_params(document)

    def post(call):
        data = {
            "recipient": json.dumps(recipient_of(call)),
            "message": json.dumps(message_of(call)),
        }
        return client.post("me/messages", data, params)

    def send(call):
        return post(call).data

    def batch(call):
        with client.batch():
            responses = [post(part) for part in call["calls"]]
        return [part_result(response) for response in responses]

    return {"ask": send, "follow_up": send, "batch": batch}


def client_class(origin):
    """The library has no origin option; its public get_full_url is the one place that names it."""

    class Client(GraphAPIClient):
        def get_full_url(self, path):
            return "%s/%s/%s" % (origin, self.version, path)

    return Client


def proof_params(document):
    """The library leaves the proof to its user."""
    if not document.get("app_secret"):
        return None
    key, token = document["app_secret"].encode(), document["access_token"].encode()
    return {"appsecret_proof": hmac.new(key, token, hashlib.sha256).hexdigest()}


def part_result(response):
    try:
        return {"ok": response.data}
    except GraphAPIError as error:
        return {"error": {"class": type(error).__name__, **describe_error(error)}}


def describe_error(error):
    if not isinstance(error, GraphAPIError):
        return {"message": str(error)}
    return {
        "message": error.fb_error_msg,
        "type": error.type,
        "code": error.code,
        "subcode": known(error.subcode),
        "fbtrace_id": error.fbtrace_id,
        "status": error.status_code,
    }


def known(value):
    return None if value == GraphAPIError.DETAIL_NOT_FOUND_PLACEHOLDER else value


if __name__ == "__main__":
    logging.disable()
    drive(make_calls, describe_error)
