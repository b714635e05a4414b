"""The code of README.md, as it stands there."""

import os
import re
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from ringonce import AskBody, Ringonce

from harness import Dev, answer, eventually, free_port

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
START, CALLS, WEBHOOKS = re.findall(r"```python\n(.*?)```", README, re.S)


class Program:
    """Code that runs as a program of its own."""

    def __init__(self, code, env):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **env}, **pipes)
        self.printed = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.printed += line

    def ended(self):
        status = self.process.wait(30)
        self.reader.join()
        return status


class ReadmeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dev = Dev()
        cls.addClassCleanup(cls.dev.stop)

    @contextmanager
    def running(self, code, **env):
        program = Program(code, {"RINGONCE_URL": self.dev.url, "RINGONCE_KEY": self.dev.key, **env})
        try:
            yield program
        finally:
            program.process.kill()
            program.ended()
            program.process.stdout.close()

    def test_the_quick_start_asks_waits_for_the_yes_and_sends(self):
        with self.running(START) as program:
            found = eventually("it asks", lambda: re.search(r"say yes: (\S+)\n", program.printed))
            answer(found[1])
            self.assertEqual(program.ended(), 0, program.printed)
        id = re.search(r"On its way: (\S+)", program.printed)[1]
        with Ringonce(self.dev.url, self.dev.key) as ringonce:
            eventually("it is sent", lambda: ringonce.notification(id).state == "sent")

    def test_the_calls_that_are_shown_work(self):
        connected = START[: START.index("asked =")]
        with self.running(f"{connected}\n{CALLS}\nprint(view.eligible)") as program:
            self.assertEqual(program.ended(), 0, program.printed)
        self.assertRegex(program.printed, r"(?ms)^finished 0$.*^(True|False)$")

    def test_the_endpoint_that_is_shown_takes_what_ringonce_signed_and_nothing_else(self):
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        key, secret = self.dev.business("shop", url)
        with self.running(WEBHOOKS, PORT=str(port), RINGONCE_WEBHOOK_SECRET=secret) as program:
            self.assertEqual(eventually("it is up", lambda: status_of(url)), 401)
            with Ringonce(self.dev.url, key) as ringonce:
                answer(ringonce.ask(AskBody(user="bob", topic="shirt-l", title="Rad shirt, L")).consent_url)
            eventually("it hears", lambda: "shirt-l: one more waits" in program.printed)


def status_of(url):
    """What a forged event is answered with; nothing while nobody listens."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{}")) as answered:
            return answered.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except urllib.error.URLError:
        return None


if __name__ == "__main__":
    unittest.main()
