"""A bot that was written for Messenger's One-Time Notification API. It was moved to Ringonce by GRAPH_ORIGIN alone.

bot.py serve                    the webhook, on PORT
bot.py ask USER TOPIC TITLE     may we tell you once?
bot.py restock TOPIC TEXT       tells everyone who said yes
"""

import hashlib
import hmac
import json
import os
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GRAPH_ORIGIN = os.environ.get("GRAPH_ORIGIN", "https://graph.facebook.com")
PAGE_ACCESS_TOKEN = os.environ["PAGE_ACCESS_TOKEN"]
APP_SECRET = os.environ["APP_SECRET"]
VERIFY_TOKEN = os.environ["VERIFY_TOKEN"]
PORT = int(os.environ.get("PORT", "8090"))
DATABASE = os.environ.get("DATABASE", "bot.sqlite")
INVALID_TOKEN = 2018001


class Refused(Exception):
    """What the Send API refused."""

    def __init__(self, error):
        super().__init__(f"({error.get('code')}) {error.get('message')}")
        self.subcode = error.get("error_subcode")


def send(recipient, message):
    """A call of the Send API."""
    url = f"{GRAPH_ORIGIN}/v12.0/me/messages?" + urllib.parse.urlencode({"access_token": PAGE_ACCESS_TOKEN})
    body = json.dumps({"recipient": recipient, "message": message}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, {"content-type": "application/json"})) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)["error"]) from None


def ask(user, topic, title):
    payload = {"template_type": "one_time_notif_req", "title": title, "payload": json.dumps({"topic": topic})}
    send({"id": user}, {"attachment": {"type": "template", "payload": payload}})


def restock(topic, text):
    """Tells everyone who waits. A token that was told of twice, used or taken back is passed over."""
    told = 0
    with database() as rows:
        for (token,) in rows.execute("SELECT token FROM tokens WHERE topic = ? AND NOT used", (topic,)).fetchall():
            try:
                send({"one_time_notif_token": token}, {"text": text})
                told += 1
            except Refused as error:
                if error.subcode != INVALID_TOKEN:
                    raise
            rows.execute("UPDATE tokens SET used = TRUE WHERE token = ?", (token,))
            rows.commit()
    print(f"{topic}: {told} told")


def database():
    rows = sqlite3.connect(DATABASE)
    rows.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, topic TEXT, used BOOLEAN DEFAULT FALSE)")
    return rows


def hear(event):
    """An event of the webhook; those that are not known are passed over."""
    optin = event.get("optin", {})
    if optin.get("type") == "one_time_notif_req":
        topic = json.loads(optin["payload"])["topic"]
        with database() as rows:
            rows.execute("INSERT OR IGNORE INTO tokens (token, topic) VALUES (?, ?)", (optin["one_time_notif_token"], topic))
        print(f"{topic}: one more waits", flush=True)
    elif "delivery" in event:
        print("a message was delivered", flush=True)


class Webhook(BaseHTTPRequestHandler):
    def do_GET(self):
        """Messenger's challenge."""
        query = parse_qs(urlsplit(self.path).query)
        knows = query.get("hub.verify_token") == [VERIFY_TOKEN]
        self.reply(200 if knows else 403, query.get("hub.challenge", [""])[0] if knows else "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        signature = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature.encode(), self.headers.get("x-hub-signature-256", "").encode()):
            return self.reply(403)
        for entry in json.loads(body)["entry"]:
            for event in entry["messaging"]:
                hear(event)
        return self.reply(200, "EVENT_RECEIVED")

    def reply(self, status, text=""):
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Paths hold the verify token, and are not logged."""


def serve():
    print(f"listening on http://127.0.0.1:{PORT}", flush=True)
    ThreadingHTTPServer(("127.0.0.1", PORT), Webhook).serve_forever()


COMMANDS = {"serve": (serve, 0), "ask": (ask, 3), "restock": (restock, 2)}

if __name__ == "__main__":
    command, count = COMMANDS.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if command is None or len(sys.argv) != 2 + count:
        sys.exit(__doc__)
    command(*sys.argv[2:])
