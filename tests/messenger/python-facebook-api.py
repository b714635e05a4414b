"""python-facebook-api (import name pyfacebook): forms, with token and proof among the form's fields."""

import json

from driving import drive, message_of, recipient_of
from pyfacebook import FacebookError, GraphAPI


def make_calls(document):
    api = GraphAPI(
        access_token=document["access_token"],
        app_secret=document.get("app_secret"),
        base_url=document["origin"] + "/",
    )

    def send(call):
        data = {
            "recipient": json.dumps(recipient_of(call)),
            "message": json.dumps(message_of(call)),
        }
        return api.post_object("me", "messages", data=data)

    return {"ask": send, "follow_up": send}


def describe_error(error):
    if not isinstance(error, FacebookError):
        return {"message": str(error)}
    fields = {name: value for name, value in vars(error).items() if not name.startswith("_")}
    return {**fields, "subcode": fields.get("error_subcode")}


if __name__ == "__main__":
    drive(make_calls, describe_error)
