"""What every Python driver shares: read the document on stdin, do its calls in order, print the results."""

import json
import sys


def drive(make_calls, describe_error):
    """`make_calls(document)` gives a function for each kind of call the library has."""
    document = json.load(sys.stdin)
    functions = make_calls(document)
    results = [run(functions, call, describe_error) for call in document["calls"]]
    json.dump(results, sys.stdout)
    print()


def run(functions, call, describe_error):
    function = functions.get(call["do"])
    if function is None:
        return {"unsupported": call["do"]}
    try:
        return {"ok": function(call)}
    except Exception as error:
        return {"error": {"class": type(error).__name__, **describe_error(error)}}


def recipient_of(call):
    if call["do"] == "ask":
        return {"id": call["user"]}
    return {"one_time_notif_token": call["token"]}


def message_of(call):
    if call["do"] == "follow_up":
        return {"text": call["text"]}
    template = {
        "template_type": "one_time_notif_req",
        "title": call["title"],
        "payload": call["payload"],
    }
    return {"attachment": {"type": "template", "payload": template}}
