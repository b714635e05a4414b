"""A `ringonce dev` for each test file, and what tests do again and again."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("RINGONCE_PROGRAM", str(ROOT / "target/debug/ringonce"))
PATIENCE = 30.0
"""Longest wait for anything, in seconds."""

T = TypeVar("T")


class Dev:
    """A running `ringonce dev` on a folder of its own."""

    def __init__(self) -> None:
        self._rest: threading.Thread | None = None
        self.folder = tempfile.mkdtemp(prefix="ringonce-client-")
        command = [PROGRAM, "dev", "--port", "0", "--state-dir", self.folder]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed = ""
        assert self._process.stdout
        for line in self._process.stdout:
            printed += line
            if "# --- end ---" in line:
                break
        else:
            self.stop()
            raise RuntimeError(f"{PROGRAM}: {printed}")
        # What it prints later on has to go somewhere.
        self._rest = threading.Thread(target=self._process.stdout.read, daemon=True)
        self._rest.start()
        self.url = re.search(r"^API=(\S+)", printed, re.M)[1]  # type: ignore[index]
        self.key = re.search(r" KEY=(\S+)", printed)[1]  # type: ignore[index]

    def operate(self, *args: str) -> str:
        """One of the operator's commands on this very table: what it prints."""
        command = [PROGRAM, *args, "--local", "--state-dir", self.folder]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def business(self, id: str, webhook: str, *more: str) -> tuple[str, str]:
        """A further business whose events are brought to `webhook`: its key, and the secret that they are signed with."""
        printed = self.operate("business", "add", id, "--name", "The Shop", "--webhook", webhook, *more)
        key = re.search(r"ro_sk_\w+", self.operate("key", "add", id))
        secret = re.search(r"whsec_\S+", printed)
        assert key and secret
        return key[0], secret[0]

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._rest:
            self._rest.join()
        if self._process.stdout:
            self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def answer(consent_url: str, answer: str = "grant", channel: str = "inbox") -> Any:
    """The person's part: answers the question behind a link."""
    body = {"answer": answer, "channel": channel} if answer == "grant" else {"answer": answer}
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(consent_url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answered:
        return json.load(answered)


def eventually(what: str, look: Callable[[], T | None]) -> T:
    """Looks again and again until `look` finds something."""
    begun = time.monotonic()
    while not (found := look()):
        if time.monotonic() - begun > PATIENCE:
            raise AssertionError(f"never: {what}")
        time.sleep(0.05)
    return found


class Request:
    """A request that came, with its whole body."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.method = handler.command
        self.path = handler.path
        self.headers = dict(handler.headers.items())
        self.body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self._handler = handler

    def header(self, name: str) -> str | None:
        return self._handler.headers.get(name)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self._handler.send_response(status)
        headers.setdefault("content_length", str(len(body)))
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def hang_up(self) -> None:
        self._handler.close_connection = True


class Server:
    """A server on a free port, whose `handle` is given each request."""

    def __init__(self, handle: Callable[[Request], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                handle(Request(self))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Obstructed(Server):
    """A way to `target` on which the first of `obstacles` meets the first request, the next one the next; then all pass."""

    def __init__(self, target: str, obstacles: list[Callable[[Request], None]]) -> None:
        self.keys: list[str | None] = []

        def handle(request: Request) -> None:
            key = request.header("idempotency-key")
            self.keys.append(key)
            if obstacles:
                return obstacles.pop(0)(request)
            headers = {"authorization": request.headers["Authorization"], "content-type": "application/json"}
            headers |= {"idempotency-key": key} if key else {}
            passed = urllib.request.Request(target + request.path, request.body or None, headers, method=request.method)
            with urllib.request.urlopen(passed) as answered:
                request.reply(answered.status, answered.read(), content_type=answered.headers["content-type"])

        super().__init__(handle)


def free_port() -> int:
    """A port on which nothing listens: for a server whose address has to be known before it is started."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
