"""Live updates: real streams from a real server, changes made beside it, and the hub's memory."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from tests.cast import NOW, Cast, file_ticket, make_cast
from tickets import actions, live
from tickets.models import Ticket
from tickets.views import live as live_view

PROMISED_WITHIN = 2.0  # seconds from a change made elsewhere to the open page


class Stream:
    """One open page's stream, read line by line."""

    def __init__(self, port: int, user: User, ticket: Ticket, query: str = "", last_event: str = "") -> None:
        client = Client()
        client.force_login(user)
        self.session = client.session
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"Cookie": cookie} | ({"Last-Event-ID": last_event} if last_event else {})
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._connection.request("GET", reverse("tickets:live", args=[ticket.pk]) + query, headers=headers)
        self.response = self._connection.getresponse()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := self.response.readline():
                self._lines.put(line.decode().strip())
        self._lines.put(None)

    def lines(self, *, within: float) -> list[str]:
        """What arrives in so many seconds, or until the stream ends."""
        got: list[str] = []
        until = time.monotonic() + within
        with contextlib.suppress(queue.Empty):
            while (line := self._lines.get(timeout=max(0.0, until - time.monotonic()))) is not None:
                got.append(line)
        return got

    def has_ended(self, *, within: float) -> bool:
        self._reader.join(within)
        return not self._reader.is_alive()

    def next_event(self, *, within: float) -> tuple[str, float]:
        """The next event's data, and how many seconds it took."""
        began = time.monotonic()
        with contextlib.suppress(queue.Empty):
            while (line := self._lines.get(timeout=max(0.0, began + within - time.monotonic()))) is not None:
                if line.startswith("data:"):
                    return line.removeprefix("data:").strip(), time.monotonic() - began
        pytest.fail(f"no event within {within} s")

    def close(self) -> None:
        if self._connection.sock:
            with contextlib.suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        self._reader.join(5)


@dataclass
class Server:
    port: int
    streams: list[Stream]
    loop: Callable[[], asyncio.AbstractEventLoop]

    def open(self, user: User, ticket: Ticket, query: str = "", last_event: str = "") -> Stream:
        stream = Stream(self.port, user, ticket, query, last_event)
        self.streams.append(stream)
        return stream

    def ask(self, question: Callable[[live.Hub], object]) -> object:
        """Ask the server's hub, on its own loop."""

        async def asked() -> object:
            return question(live.hub())

        return asyncio.run_coroutine_threadsafe(asked(), self.loop()).result(5)


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    loops: list[asyncio.AbstractEventLoop] = []
    config = uvicorn.Config(
        get_asgi_application(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    uvicorn_server = uvicorn.Server(config)

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await uvicorn_server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    until = time.monotonic() + 15
    while not uvicorn_server.started and time.monotonic() < until:
        time.sleep(0.02)
    running = Server(port, [], lambda: loops[0])
    yield running
    for stream in running.streams:
        stream.close()
    uvicorn_server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def live_cast(server: Server) -> Cast:
    return make_cast()


def soon(question: Callable[[], bool], within: float = 5) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.05)
    return False


def test_a_change_made_elsewhere_arrives_within_two_seconds(server: Server, live_cast: Cast) -> None:
    ticket = file_ticket(live_cast)
    stream = server.open(live_cast.alice, ticket, "?after=999999")
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    assert "retry: 2000" in stream.lines(within=1.5)

    def answer() -> None:
        actions.reply(ticket=ticket, by=live_cast.erin, body="Answer", now=NOW)
        connections.close_all()

    elsewhere = threading.Thread(target=answer)
    elsewhere.start()
    data, took = stream.next_event(within=5)
    elsewhere.join()
    assert int(data) == ticket.events.latest("pk").pk
    assert took < PROMISED_WITHIN


def test_an_internal_note_wakes_staff_and_no_customer(server: Server, live_cast: Cast) -> None:
    ticket = file_ticket(live_cast)
    customer = server.open(live_cast.alice, ticket, "?after=999999")
    engineer = server.open(live_cast.erin, ticket, "?after=999999")
    customer.lines(within=1.5)
    actions.note(ticket=ticket, by=live_cast.erin, body="secret", now=NOW)
    engineer.next_event(within=5)
    assert not any("changed" in line for line in customer.lines(within=2))


def test_another_tickets_change_wakes_nobody(server: Server, live_cast: Cast) -> None:
    ticket, other = file_ticket(live_cast), file_ticket(live_cast)
    stream = server.open(live_cast.alice, ticket, "?after=999999")
    stream.lines(within=1.5)
    actions.reply(ticket=other, by=live_cast.erin, body="Answer", now=NOW)
    assert not any("changed" in line for line in stream.lines(within=2))


def test_what_happened_before_the_stream_opened_is_told_at_once(server: Server, live_cast: Cast) -> None:
    ticket = file_ticket(live_cast)
    seen = ticket.events.latest("pk").pk
    actions.reply(ticket=ticket, by=live_cast.erin, body="Missed", now=NOW)
    missed = ticket.events.latest("pk").pk
    assert server.open(live_cast.alice, ticket, f"?after={seen}").next_event(within=5)[0] == str(missed)
    # A browser that reconnects by itself says what it had last, whatever the address still says.
    back = server.open(live_cast.alice, ticket, f"?after={seen}", last_event=str(missed))
    assert not any("changed" in line for line in back.lines(within=1.5))


@pytest.mark.parametrize("reader", ["mallory", "nobody"])
def test_a_stranger_gets_no_stream(server: Server, live_cast: Cast, reader: str) -> None:
    ticket = file_ticket(live_cast)
    client = Client()
    if reader == "mallory":
        client.force_login(live_cast.mallory)
    response = client.get(reverse("tickets:live", args=[ticket.pk]))
    assert response.status_code == (404 if reader == "mallory" else 302)


def test_a_server_that_cannot_stream_says_so(live_cast: Cast) -> None:
    client = Client()
    client.force_login(live_cast.alice)
    assert client.get(reverse("tickets:live", args=[file_ticket(live_cast).pk])).status_code == 204


def test_one_person_opens_only_so_many_streams(
    server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS_A_PERSON", 2)
    ticket = file_ticket(live_cast)
    for _number in range(2):
        server.open(live_cast.alice, ticket).next_event(within=5)
    assert server.open(live_cast.alice, ticket).response.status == 429
    assert server.open(live_cast.bob, ticket).response.status == 200


def test_the_poller_stops_when_nobody_listens_and_starts_again(server: Server, live_cast: Cast) -> None:
    ticket = file_ticket(live_cast)
    for _round in range(2):
        stream = server.open(live_cast.alice, ticket)
        stream.next_event(within=5)
        assert server.ask(lambda hub: (hub.watcher_count, hub.is_polling)) == (1, True)
        stream.close()
        assert soon(lambda: server.ask(lambda hub: (hub.watcher_count, hub.is_polling)) == (0, False))


def test_an_open_stream_holds_neither_a_database_connection_nor_a_thread(
    server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = file_ticket(live_cast)
    wrapper = type(connections["default"])
    open_now: set[int] = set()
    connect, close = wrapper.connect, wrapper._close

    def connected(self) -> None:
        connect(self)
        open_now.add(id(self))

    def closed(self) -> None:
        close(self)
        open_now.discard(id(self))

    monkeypatch.setattr(wrapper, "connect", connected)
    monkeypatch.setattr(wrapper, "_close", closed)
    streams = [server.open(person, ticket) for person in (live_cast.alice, live_cast.bob, live_cast.olga) * 4]
    for stream in streams:
        stream.next_event(within=5)
    connections.close_all()
    readers = len(streams)  # of this test
    assert soon(lambda: not open_now)
    assert server.ask(lambda hub: hub.watcher_count) == len(streams)
    assert soon(lambda: threading.active_count() - readers < len(streams))


def test_a_member_who_loses_sight_of_the_ticket_loses_the_stream(
    server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "RECHECK_SECONDS", 0.2)
    monkeypatch.setattr(live_view, "BEAT_SECONDS", 0.3)
    stream = server.open(live_cast.bob, file_ticket(live_cast), "?after=999999")
    assert ": still here" in stream.lines(within=1)
    Membership.objects.filter(user=live_cast.bob).delete()
    assert soon(lambda: server.ask(lambda hub: hub.watcher_count) == 0)


def test_signing_out_ends_the_stream(server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "RECHECK_SECONDS", 0.2)
    monkeypatch.setattr(live_view, "BEAT_SECONDS", 0.3)
    stream = server.open(live_cast.alice, file_ticket(live_cast))
    stream.next_event(within=5)
    stream.session.flush()
    assert soon(lambda: server.ask(lambda hub: hub.watcher_count) == 0)


def test_streams_end_when_the_server_stops(server: Server, live_cast: Cast) -> None:
    stream = server.open(live_cast.alice, file_ticket(live_cast))
    stream.next_event(within=5)
    server.ask(lambda hub: hub.close())
    assert stream.has_ended(within=2)
    assert server.open(live_cast.alice, Ticket.objects.get()).response.status == 204


def test_a_stream_ends_after_its_time(server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "STREAM_SECONDS", 0.5)
    monkeypatch.setattr(live_view, "BEAT_SECONDS", 0.2)
    stream = server.open(live_cast.alice, file_ticket(live_cast))
    assert stream.has_ended(within=5)


def test_ids_that_commit_late_are_still_new_and_none_is_new_twice() -> None:
    window = live.Window([1, 2, 3], at=0)
    assert window.new_of([(5, 1, True)], at=1) == [(5, 1, True)]
    assert window.new_of([(4, 1, True), (5, 1, True)], at=2) == [(4, 1, True)]
    assert window.new_of([(4, 1, True), (5, 1, True)], at=3) == []


def test_the_window_forgets_what_is_settled() -> None:
    window = live.Window([], at=0)
    for second in range(1, 1001):
        window.new_of([(second, 1, True)], at=second)
    assert window.floor == 1000 - live.LATE_COMMIT_SECONDS - 1
    assert len(window._seen) <= live.LATE_COMMIT_SECONDS + 1


def test_a_database_that_is_away_for_a_moment_costs_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([OperationalError("away"), [1], OperationalError("away"), [(2, 7, True)], []])

    async def answer(*_args: object) -> object:
        each = next(answers, [])
        if isinstance(each, Exception):
            raise each
        return each

    async def watch() -> int | None:
        hub = live.Hub()
        with hub.watching(ticket_id=7, person_id=1, sees_internal=False) as watcher:
            return await watcher.news(within=3)

    monkeypatch.setattr(live, "in_thread", answer)
    monkeypatch.setattr(live, "POLL_SECONDS", 0.01)
    with ThreadPoolExecutor(1) as thread:  # a browser's test may have left an event loop in this one
        assert thread.submit(lambda: asyncio.run(watch())).result(20) == 2
