"""Signed posts to an endpoint on the loopback."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from delivery import webhook
from delivery.actions import owe_webhook
from delivery.models import OutboundMessage
from delivery.sending import send_due

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
SECRET = "a secret of ours"
pytestmark = pytest.mark.django_db


class Endpoint(ThreadingHTTPServer):
    """Answers every POST with `status`, and with `size` bytes."""

    daemon_threads = True

    def __init__(self, status: int, *, size: int = 2) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.size, self.sent = status, size, 0
        self.requests: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers.items()), body))
        self.send_response(self.server.status)
        self.send_header("Location", self.server.url)
        self.end_headers()
        with contextlib.suppress(OSError):
            while self.server.sent < self.server.size:
                self.server.sent += self.wfile.write(b"x" * min(65536, self.server.size - self.server.sent))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the tests' output."""


@contextlib.contextmanager
def answering(settings: Settings, status: int, **options: int) -> Iterator[Endpoint]:
    endpoint = Endpoint(status, **options)
    threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True).start()
    settings.PAGE_WEBHOOK_URL, settings.PAGE_WEBHOOK_SECRET = endpoint.url, SECRET
    try:
        yield endpoint
    finally:
        endpoint.shutdown()
        endpoint.server_close()


def owe() -> None:
    owe_webhook(key="notice:1:2:page", endpoint="page", payload={"subject": "视频卡住"}, now=NOW)


def outcome() -> tuple[str, str]:
    row = OutboundMessage.objects.get()
    return row.state, row.last_error


def test_the_receiver_can_check_who_sent_it_and_whether_it_came_before(settings: Settings) -> None:
    owe()
    with answering(settings, 200) as endpoint:
        assert send_due(NOW).sent == 1
    ((headers, body),) = endpoint.requests
    assert json.loads(body) == {"subject": "视频卡住"}
    assert headers["Idempotency-Key"] == headers["Webhook-Id"] == "notice:1:2:page"
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["Webhook-Signature"] == f"v1,{expected}"


def test_the_signature_follows_the_published_example_of_the_specification() -> None:
    headers = webhook.signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        timestamp=1614265330,
    )
    assert headers["Webhook-Signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "state"), [(204, "sent"), (500, "owed"), (503, "owed"), (429, "owed"), (400, "failed"), (410, "failed")]
)
def test_what_an_endpoint_answers_is_for_good_or_for_now(settings: Settings, status: int, state: str) -> None:
    owe()
    with answering(settings, status, size=0):
        send_due(NOW)
    assert outcome()[0] == state


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(settings: Settings, status: int) -> None:
    owe()
    with answering(settings, status) as endpoint:
        send_due(NOW)
    assert len(endpoint.requests) == 1
    assert outcome() == ("failed", f"the endpoint answered {status}")


def test_an_endless_answer_is_not_read_to_its_end(settings: Settings) -> None:
    owe()
    with answering(settings, 200, size=200 * 1024 * 1024) as endpoint:
        assert send_due(NOW).sent == 1
    assert endpoint.sent < 50 * 1024 * 1024


def test_an_endpoint_that_is_down_is_tried_again(settings: Settings) -> None:
    owe()
    settings.PAGE_WEBHOOK_URL = "http://127.0.0.1:1/hook"
    assert send_due(NOW).postponed == 1
    with answering(settings, 200):
        assert send_due(NOW + dt.timedelta(minutes=1)).sent == 1


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/x", "not a url"])
def test_without_an_endpoint_it_fails_visibly(settings: Settings, url: str) -> None:
    owe()
    settings.PAGE_WEBHOOK_URL = url
    assert send_due(NOW).failed == 1
    assert outcome()[1]


def test_no_row_holds_the_url_or_the_secret(settings: Settings) -> None:
    owe()
    with answering(settings, 500) as endpoint:
        send_due(NOW)
    row = OutboundMessage.objects.values().get()
    assert SECRET not in str(row)
    assert endpoint.url not in str(row)
