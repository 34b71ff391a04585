"""A paging service on this machine: it takes the site's signed posts and remembers whom they wake."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of the journey"


class Pager(ThreadingHTTPServer):
    """`pages` holds the payloads whose signature was right, in the order in which they came, each key once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.keys: set[str] = set()

    @property
    def environment(self) -> dict[str, str]:
        return {"PAGE_WEBHOOK_URL": f"http://127.0.0.1:{self.server_port}/", "PAGE_WEBHOOK_SECRET": SECRET}

    def woken(self, ticket: int) -> list[tuple[str, str]]:
        """Event and address of each page about the ticket."""
        return [(page["type"], page["person"]["email"]) for page in self.pages if page["ticket"]["number"] == ticket]


class _Handler(BaseHTTPRequestHandler):
    server: Pager

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, at = self.headers["Webhook-Id"], self.headers["Webhook-Timestamp"]
        digest = hmac.new(SECRET.encode(), f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
        if self.headers["Webhook-Signature"] != f"v1,{base64.b64encode(digest).decode()}":
            self.server.refused.append(key)
        elif key not in self.server.keys:
            self.server.keys.add(key)
            self.server.pages.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what it saw."""


@contextmanager
def running_pager() -> Iterator[Pager]:
    pager = Pager()
    threading.Thread(target=pager.serve_forever, daemon=True).start()
    try:
        yield pager
    finally:
        pager.shutdown()
        pager.server_close()
