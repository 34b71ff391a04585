"""Real requests at once: a form sent twenty times, a server told to end, a database that restarts."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from tests.cast import make_cast
from tests.faults.processes import CSRF, Web, until, web
from tests.faults.servers import postgres
from tickets.models import Clock, Message, Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
NEW = "/tickets/new/"


def form() -> dict[str, str]:
    return {
        "csrfmiddlewaretoken": CSRF, "submission_key": str(uuid.uuid4()), "severity": "p0",
        "subject": "Nobody can join", "description": "Error 110 since 10:00.",
    }  # fmt: skip


def test_one_form_sent_twenty_times_at_once_files_one_ticket(tmp_path: Path) -> None:
    cast, page, gate = make_cast(), form(), threading.Barrier(20)

    def send(visitor: httpx.Client) -> tuple[int, str]:
        gate.wait(30)
        answer = visitor.post(NEW, data=page, files={"files": ("sdk.log", b"line\n" * 1000)})
        return answer.status_code, answer.headers.get("Location", "")

    with web(tmp_path) as site, ThreadPoolExecutor(20) as clicks:
        visitors = [site.visitor(cast.alice, timeout=60) for _ in range(20)]
        for visitor in visitors:
            visitor.get(f"{site.origin}/livez")  # connected before the start
        answers = list(clicks.map(send, visitors))
    ticket = Ticket.objects.get()
    assert answers == [(302, reverse("tickets:details", args=[ticket.pk]))] * 20, (
        "each click of a P0 leads to the same page"
    )
    assert (Message.objects.count(), Clock.objects.count()) == (1, 2)
    assert TicketEvent.objects.filter(kind="opened").count() == 1


class Load:
    """Forms sent without a pause from several hands until the server does not answer any more, or `stop`."""

    def __init__(self, site: Web, user: User, hands: int = 4) -> None:
        self.answers: list[tuple[float, int, str, str]] = []  # when (monotonic), status, key, text
        self.cut_off: list[tuple[float, str]] = []
        self.is_over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(site.visitor(user),)) for _ in range(hands)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over.set()
        for thread in self._threads:
            thread.join(60)

    def acknowledged(self, *, after: float = 0.0) -> list[str]:
        return [key for at, status, key, _text in self.answers if status == 302 and at > after]

    def _send(self, visitor: httpx.Client) -> None:
        while not self.is_over.is_set():
            page = form()
            try:
                answer = visitor.post(NEW, data=page)
            except httpx.ConnectError:
                return  # nobody listens any more
            except httpx.HTTPError as error:
                self.cut_off.append((time.monotonic(), repr(error)))
                continue
            self.answers.append((time.monotonic(), answer.status_code, page["submission_key"], answer.text))


def _is_stored(keys: list[str]) -> bool:
    return Ticket.objects.filter(submission_key__in=keys).count() == len(keys)


def test_a_server_told_to_end_under_load_finishes_what_it_began(tmp_path: Path) -> None:
    cast = make_cast()
    with web(tmp_path) as site, Load(site, cast.alice) as load:
        until(lambda: len(load.answers) >= 20, within=60, why=site.process.words)
        told_at = time.monotonic()
        site.process.end(within=15)
        assert time.monotonic() - told_at < 10
    assert Counter(status for _at, status, _key, _text in load.answers) == {302: len(load.answers)}
    # A request that was in the server's hands is answered. One that met the closing socket was never taken in.
    assert _is_stored(load.acknowledged())
    assert Ticket.objects.count() == len(load.acknowledged())
    assert load.acknowledged(after=told_at)


def test_a_database_that_restarts_under_load_costs_a_readable_page_and_no_ticket(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server to restart")
    with postgres(tmp_path) as server, server.as_the_tests_own():
        cast = make_cast()
        with web(tmp_path / "site", DATABASE_URL=server.url) as site, Load(site, cast.alice) as load:
            until(lambda: len(load.answers) >= 20, within=60, why=site.process.words)
            down_at = time.monotonic()
            server.stop()
            time.sleep(2)
            server.start()
            up_at = time.monotonic()
            until(lambda: len(load.acknowledged(after=up_at)) >= 20, within=60, why=site.process.words)
        _check_the_answers(load, down_at=down_at, up_at=up_at)
        server.reconnect()
        assert _is_stored(load.acknowledged())


def _check_the_answers(load: Load, *, down_at: float, up_at: float) -> None:
    assert not load.cut_off
    statuses = Counter(status for _at, status, _key, _text in load.answers)
    assert set(statuses) == {302, 503}, statuses
    for at, status, _key, text in load.answers:
        if status == 503:
            assert "We are back in a moment" in text
            assert at > down_at
    # Whoever asks after the start is served: a pooled connection that died is not handed out.
    late = [at - up_at for at, status, _key, _text in load.answers if status == 503 and at > up_at]
    assert max(late, default=0.0) < 3, late
