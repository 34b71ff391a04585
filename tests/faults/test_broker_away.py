"""The broker is down, hangs, restarts or is emptied: a ticket is filed as ever, and its notices go out all the same."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.models import OutboundMessage
from tests.cast import PASSWORD, Cast, make_cast
from tests.delivery.mail_servers import free_port, silent
from tests.faults.processes import CSRF, Web, beat, until, web, worker
from tickets.models import Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
REDIS = shutil.which("redis-server")
AT_ONCE = 3.0  # seconds
_CHEAP_PASSWORDS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}  # those of the cast


@contextlib.contextmanager
def down() -> Iterator[int]:
    """The port of nobody."""
    yield free_port()


@contextlib.contextmanager
def redis(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of our own that remembers its messages, on the loopback."""
    if REDIS is None:
        pytest.skip("NO redis-server FOUND: what a restart of it does was not tried")
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"]
    running = subprocess.Popen([*command, "--appendfsync", "always", "--save", ""], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _ask(port, "PING"), within=10)
        yield running
    finally:
        running.terminate()
        running.wait(10)


def _ask(port: int, command: str) -> bool:
    """Does Redis carry out the command?"""
    try:
        answer = subprocess.run(
            ["redis-cli", "-p", str(port), *command.split()], capture_output=True, timeout=5, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0 and answer.stdout.strip() in (b"OK", b"PONG")


def file_by_hand(site: Web, cast: Cast) -> float:
    """A ticket through the form; how many seconds the answer took."""
    page = {
        "csrfmiddlewaretoken": CSRF, "submission_key": str(uuid.uuid4()), "severity": "p0",
        "subject": "Nobody can join", "description": "Error 110 since 10:00.",
    }  # fmt: skip
    with site.visitor(cast.alice) as alice:
        began = time.monotonic()
        answer = alice.post("/tickets/new/", data=page)
        took = time.monotonic() - began
    assert answer.status_code == 302, answer.text
    assert Ticket.objects.filter(submission_key=page["submission_key"]).exists()
    return took


def is_told() -> bool:
    """Does nobody wait for a word any more?"""
    return (
        not TicketEvent.objects.owed().exists()
        and OutboundMessage.objects.exists()
        and not OutboundMessage.objects.exclude(state="sent").exists()
    )


@pytest.mark.parametrize("broken", [down, silent], ids=["down", "hanging"])
def test_a_ticket_is_filed_at_once_without_a_broker_and_told_when_it_is_back(tmp_path: Path, broken) -> None:
    cast = make_cast()
    with broken() as port, web(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0", **_CHEAP_PASSWORDS) as site:
        for _ in range(4):
            assert file_by_hand(site, cast) < AT_ONCE
        with site.visitor() as visitor:
            began = time.monotonic()
            signed_in = visitor.post(
                "/accounts/login/",
                data={"csrfmiddlewaretoken": CSRF, "login": cast.alice.email, "password": PASSWORD},
            )
            assert signed_in.status_code == 302, "nobody can sign in"
            assert time.monotonic() - began < AT_ONCE
    assert TicketEvent.objects.owed().count() == 4
    # The broker is back: beat finds what nobody was woken for.
    with beat(tmp_path, SWEEP_SECONDS="1"), worker(tmp_path, SWEEP_SECONDS="1") as working:
        until(is_told, within=60, why=working.words)
    assert set(OutboundMessage.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("fault", ["flushed", "restarted"])
def test_a_redis_that_is_emptied_or_restarted_loses_nothing(tmp_path: Path, fault: str) -> None:
    cast, port = make_cast(), free_port()
    data, url = tmp_path / "site", {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "SWEEP_SECONDS": "2"}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(contextlib.ExitStack())
        server.enter_context(redis(tmp_path, port))
        site = stack.enter_context(web(data, **url))
        working = stack.enter_context(worker(data, **url))
        stack.enter_context(beat(data, **url))
        assert file_by_hand(site, cast) < AT_ONCE
        until(is_told, within=60, why=working.words)
        if fault == "flushed":
            assert file_by_hand(site, cast) < AT_ONCE
            assert _ask(port, "FLUSHALL")
        else:
            server.close()
            assert file_by_hand(site, cast) < AT_ONCE
            time.sleep(3)
            server.enter_context(redis(tmp_path, port))
        assert file_by_hand(site, cast) < AT_ONCE
        until(lambda: is_told() and _tickets_told() == 3, within=90, why=working.words)
        assert working.running.poll() is None


def _tickets_told() -> int:
    return TicketEvent.objects.filter(kind="opened").exclude(fanned_out_at=None).count()
