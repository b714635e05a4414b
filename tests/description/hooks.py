"""What generated calls cannot know: that texts are counted in bytes and in characters as people count them, and which
ids, tokens and codes there are. Only calls that are meant to be well written are touched."""

import datetime
import email
import email.policy
import itertools
import json
import os
import pathlib
import time
import urllib.request

import schemathesis

API = os.environ["RINGONCE_API"]
KEY = os.environ["RINGONCE_API_KEY"]
with open(os.environ["RINGONCE_OPENAPI"], encoding="utf-8") as file:
    SCHEMAS = json.load(file)["components"]["schemas"]
FIELDS = {"user": "UserId", "title": "Title", "payload": "Payload", "text": "MessageText"}
NUMBERS = itertools.count()


def call(method, url, body=None, bearer=None):
    headers = {"Content-Type": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def asked():
    body = {"user": f"schemathesis-{next(NUMBERS)}", "topic": "t", "title": "T"}
    return call("POST", f"{API}/v1/optins", body, KEY)


def granted():
    ask = asked()
    answer = call("POST", ask["consent_url"], {"answer": "grant", "channel": "inbox"})
    optin = call("GET", f"{API}/v1/optins/{ask['id']}", bearer=KEY)
    return {
        "optin": ask["id"],
        "token": optin["token"],
        "ask": code(ask["consent_url"]),
        "mine": code(answer["manage_url"]),
    }


def used():
    grant = granted()
    body = {"token": grant["token"], "message": {"text": "x"}}
    return {**grant, "notification": call("POST", f"{API}/v1/notifications", body, KEY)["id"]}


def linked():
    """The code of a link in a message that was sent, as its person's page shows it."""
    grant = granted()
    body = {"token": grant["token"], "message": {"text": "x", "url": "https://shop.example/m"}}
    call("POST", f"{API}/v1/notifications", body, KEY)
    for _ in range(100):
        with urllib.request.urlopen(f"{API}/u/{grant['mine']}") as page:
            _, found, rest = page.read().decode().partition("/r/")
        if found:
            return rest.partition('"')[0]
        time.sleep(0.05)
    raise AssertionError("the message was not sent")


def confirming():
    """The code of a link that was sent to a typed address, as the e-mail has it."""
    address = f"schemathesis-{next(NUMBERS)}@home.example"
    call("POST", asked()["consent_url"], {"answer": "grant", "channel": "email", "address": address})
    for _ in range(200):
        for path in pathlib.Path(os.environ["RINGONCE_MAILS"]).glob("*/outbox/*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if mail["To"] == address:
                path.unlink()
                return mail.get_body(("plain",)).get_content().partition("/v/")[2].split()[0]
        time.sleep(0.05)
    raise AssertionError("the link was not sent")


def scheduled():
    body = {"token": granted()["token"], "message": {"text": "x"}, "send_at": tomorrow()}
    return call("POST", f"{API}/v1/notifications", body, KEY)["id"]


def released():
    body = {"message": {"text": "x"}, "batch": {"size": 1, "every": "7d"}}
    return call("POST", f"{API}/v1/topics/t-{next(NUMBERS)}/releases", body, KEY)["id"]


def tomorrow():
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def code(url):
    return url.rsplit("/", 1)[1]


def fit(name, text):
    """The text, cut to what is accepted. A code point is at most one character."""
    schema = SCHEMAS[FIELDS[name]]
    cut = text[: schema["x-max-characters"]]
    while len(cut.encode("utf-8", "surrogatepass")) > schema["x-max-bytes"]:
        cut = cut[:-1]
    return cut if cut.strip() else "x"


def fit_all(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "data":
                continue
            value[name] = fit(name, inner) if name in FIELDS and isinstance(inner, str) else fit_all(inner)
    return value


def is_meant_to_be_good(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, **kwargs):
    if not is_meant_to_be_good(case):
        return
    fit_all(case.body)
    fit_all(case.path_parameters)
    fit_times_and_addresses(case)
    # Every other call meets something that is there: new in one half of them, and over in the other.
    number = next(NUMBERS)
    if number % 2 == 0:
        put_in(case, case.operation.label, is_new=number % 4 == 0)


def fit_times_and_addresses(case):
    """No schema says which times are in the future, which addresses are public, and which releases there are."""
    if isinstance(case.body, dict):
        if isinstance(case.body.get("send_at"), str):
            case.body["send_at"] = tomorrow()
        if isinstance(case.body.get("check_url"), str):
            case.body["check_url"] = "https://shop.example/in-stock"
        if case.operation.label == "PUT /v1/users/{user}/address":
            kept = case.body.get("address") is not None
            case.body.update(channel="email", address=f"schemathesis-{next(NUMBERS)}@home.example" if kept else None)
    if case.operation.label == "GET /v1/days" and case.query:
        # No schema says which day is before which.
        case.query = {name: day for name, day in zip(("from", "to"), ("2026-01-01", "2026-03-01")) if name in case.query} if {"from", "to"} <= set(case.query) else {}
    if case.operation.label == "GET /v1/releases" and case.query and "before" in case.query:
        case.query["before"] = released()


def put_in(case, label, is_new):
    parameters, body = case.path_parameters, case.body
    if label == "POST /v1/notifications" and isinstance(body, dict):
        body["token"] = (granted() if is_new else used())["token"]
    elif label == "POST /v1/tokens/find" and isinstance(body, dict):
        body["token"] = (granted() if is_new else used())["token"]
    elif label == "GET /console/{file}":
        parameters["file"] = "console.js" if is_new else "console.css"
    elif label in ("GET /v1/optins/{id}", "POST /v1/optins/{id}/revoke"):
        parameters["id"] = (granted() if is_new else used())["optin"]
    elif label in ("PATCH /v1/notifications/{id}", "DELETE /v1/notifications/{id}"):
        parameters["id"] = scheduled() if is_new else used()["notification"]
    elif label in ("GET /v1/releases/{id}", "DELETE /v1/releases/{id}"):
        parameters["id"] = released()
    elif label == "GET /v1/notifications/{id}":
        parameters["id"] = used()["notification"]
    elif label in ("GET /c/{code}", "POST /c/{code}"):
        parameters["code"] = code(asked()["consent_url"]) if is_new else granted()["ask"]
    elif label in ("GET /v/{code}", "POST /v/{code}"):
        parameters["code"] = confirming()
    elif label == "GET /r/{code}":
        parameters["code"] = linked()
    elif "/u/{code}" in label:
        grant = granted() if is_new else used()
        parameters["code"] = grant["mine"]
        if label == "POST /u/{code}/revoke" and isinstance(body, dict):
            body.update(business="demo", optin=grant["optin"])
