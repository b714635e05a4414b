"""The bot as it is started, beside a running Ringonce."""

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "clients/python/tests"))

from harness import Dev, answer, eventually, free_port  # noqa: E402

APP_SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"


class BotTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dev = Dev()
        cls.addClassCleanup(cls.dev.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}/webhook"
        bot = {"GRAPH_ORIGIN": cls.dev.url, "APP_SECRET": APP_SECRET, "VERIFY_TOKEN": "known", "PORT": str(port)}
        cls.env = {**os.environ, **bot, "DATABASE": f"{folder.name}/bot.sqlite", "PAGE_ACCESS_TOKEN": "none yet"}
        cls.printed = ""
        cls.webhook = cls.started("serve")
        cls.addClassCleanup(cls.stop)
        threading.Thread(target=cls.read, daemon=True).start()
        eventually("the bot is up", lambda: "listening" in cls.printed)
        form = ("--webhook-format", "messenger", "--app-secret", APP_SECRET, "--verify-token", "known")
        cls.env["PAGE_ACCESS_TOKEN"], _ = cls.dev.business("page", cls.url, "--channel", "inbox", "--channel", "email", *form)

    @classmethod
    def started(cls, *command):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([sys.executable, HERE / "bot.py", *command], env=cls.env, **pipes)

    @classmethod
    def read(cls):
        for line in cls.webhook.stdout:
            cls.printed += line

    @classmethod
    def stop(cls):
        cls.webhook.kill()
        cls.webhook.wait()
        cls.webhook.stdout.close()

    def run_bot(self, *command):
        program = self.started(*command)
        printed, _ = program.communicate(timeout=30)
        return program.returncode, printed

    def call(self, method, path, body=None):
        headers = {"authorization": f"Bearer {self.env['PAGE_ACCESS_TOKEN']}", "content-type": "application/json"}
        request = urllib.request.Request(self.dev.url + path, body and json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request) as answered:
            return json.load(answered)

    def says_yes(self, user):
        """A person whose address is known, and who says yes to what the bot asks: the link comes by e-mail."""
        self.call("PUT", f"/v1/users/{user}/address", {"channel": "email", "address": f"{user}@home.example"})
        before = self.printed.count("shirt-m: one more waits")
        self.assertEqual(self.run_bot("ask", user, "shirt-m", "Rad shirt, M"), (0, ""))
        answer(eventually("the question comes", lambda: self.link_for(user)))
        eventually("the bot hears of the yes", lambda: self.printed.count("shirt-m: one more waits") > before)

    def link_for(self, user):
        for path in Path(self.dev.folder, "outbox").glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if user in mail["to"]:
                return re.search(r"http://\S+/c/[^\s<>]+", mail.get_body(("plain",)).get_content())[0]
        return None

    def state(self, user):
        return self.call("GET", f"/v1/users/{user}/optins")["optins"][0]["state"]

    def test_a_bot_asks_hears_of_the_yes_and_sends_its_one_message(self):
        for user in ("1001", "1002", "1003"):
            self.says_yes(user)
        revoked = self.call("GET", "/v1/users/1002/optins")["optins"][0]["id"]
        self.call("POST", f"/v1/optins/{revoked}/revoke")
        self.assertEqual(self.run_bot("restock", "shirt-m", "It is back."), (0, "shirt-m: 2 told\n"))
        eventually("the bot hears of the delivery", lambda: self.printed.count("a message was delivered") == 2)
        self.assertEqual([self.state(user) for user in ("1001", "1002", "1003")], ["sent", "revoked", "sent"])
        self.assertEqual(self.run_bot("restock", "shirt-m", "And socks!"), (0, "shirt-m: 0 told\n"))
        for secret in (self.env["PAGE_ACCESS_TOKEN"], "ro_tok_", "1001", "known"):
            self.assertNotIn(secret, self.printed)

    def test_whoever_does_not_know_the_secrets_is_refused(self):
        challenge = f"{self.url}?hub.mode=subscribe&hub.challenge=17&hub.verify_token="
        with urllib.request.urlopen(f"{challenge}known") as answered:
            self.assertEqual(answered.read(), b"17")
        optin = {"type": "one_time_notif_req", "payload": '{"topic": "forged"}', "one_time_notif_token": "ro_tok_1"}
        body = json.dumps({"object": "page", "entry": [{"messaging": [{"optin": optin}]}]}).encode()
        for forged in (f"{challenge}guessed", urllib.request.Request(self.url, body, {"x-hub-signature-256": "sha256=0"})):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(forged)
            caught.exception.close()
            self.assertEqual(caught.exception.code, 403)
        self.assertNotIn("forged", self.printed)


if __name__ == "__main__":
    unittest.main()
