"""The embedded broker: every message is taken once and whole, and none outlives its expiry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Queue
from kombu.transport import TRANSPORT_ALIASES

Connect = Callable[[], Connection]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    assert "folder" in TRANSPORT_ALIASES, "supportdesk.celery makes it known"
    return lambda: Connection("folder://", transport_options={"folder": str(tmp_path), "polling_interval": 0.01})


def _put(connect: Connect, *bodies: str, expiration: float | None = None) -> None:
    with connect() as connection:
        for body in bodies:
            connection.Producer().publish(
                {"say": body}, routing_key="work", declare=[Queue("work")], expiration=expiration
            )


def _take_all(connect: Connect) -> list[str]:
    taken = []
    with connect() as connection:
        queue = connection.SimpleQueue("work")
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                return taken
            message.ack()
            taken.append(message.payload["say"])


def test_messages_cross_from_one_connection_to_another_in_order(connect: Connect, tmp_path: Path) -> None:
    _put(connect, "one", "two", "三")

    assert _take_all(connect) == ["one", "two", "三"]
    assert list(tmp_path.iterdir()) == []


def test_of_many_takers_one_has_each_message(connect: Connect) -> None:
    sent = [f"m{number}" for number in range(60)]
    _put(connect, *sent)
    taken: list[str] = []
    takers = [threading.Thread(target=lambda: taken.extend(_take_all(connect))) for _ in range(4)]

    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()

    assert sorted(taken) == sorted(sent)


def test_a_dead_worker_piles_up_nothing(connect: Connect, tmp_path: Path) -> None:
    for number in range(5):
        _put(connect, f"old {number}", expiration=0.05)
        time.sleep(0.06)
    _put(connect, "new", expiration=60)

    assert len(list(tmp_path.iterdir())) == 1
    assert _take_all(connect) == ["new"]


def test_a_message_half_written_is_not_taken(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "half.part").write_text('{"body": ')

    assert _take_all(connect) == []


def test_what_was_taken_and_not_acknowledged_goes_back_at_the_end(connect: Connect) -> None:
    _put(connect, "unfinished")
    with connect() as connection:
        connection.SimpleQueue("work").get(block=False)

    assert _take_all(connect) == ["unfinished"]
