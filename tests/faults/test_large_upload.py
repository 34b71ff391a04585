"""500 MB of a log through real processes: none grows past 150 MB, a killed server loses nothing, and the bytes arrive."""

from __future__ import annotations

import contextlib
import hashlib
import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast, make_cast
from tests.faults.processes import CSRF, Web, web
from tickets.actions.uploads import PART_BYTES
from tickets.models import Attachment, Upload

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
MiB = 1024 * 1024
MOST = 150 * MiB
SIZE = 500 * MiB
LINE = b"2026-06-08 10:00:00.123 INFO  [rtc] joined room-7 uid 88 in 231 ms, rtt 23 ms, loss 0.2 %\n"
HEAD = {"X-CSRFToken": CSRF}


class Memory:
    """The largest resident set that a process had while it was watched, in bytes."""

    def __init__(self, pid: int) -> None:
        self.status = Path(f"/proc/{pid}/status")
        if not self.status.exists():
            pytest.skip("no /proc here: what a process holds in memory cannot be seen")
        self.most = self.now()

    def now(self) -> int:
        words = dict(line.split(":", 1) for line in self.status.read_text().splitlines() if ":" in line)
        return int(words["VmRSS"].split()[0]) * 1024

    @contextlib.contextmanager
    def watched(self) -> Iterator[Memory]:
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.02):
                with contextlib.suppress(OSError, KeyError):  # it was just ended
                    self.most = max(self.most, self.now())

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield self
        finally:
            is_over.set()
            thread.join()


def part(number: int) -> bytes:
    """The bytes of one part of the log; no two parts are the same."""
    size = min(PART_BYTES, SIZE - number * PART_BYTES)
    lines = f"part {number}\n".encode() + LINE * (PART_BYTES // len(LINE) + 1)
    return lines[:size]


def checksum() -> str:
    digest = hashlib.sha256()
    for number in range(-(-SIZE // PART_BYTES)):
        digest.update(part(number))
    return digest.hexdigest()


def begin(visitor: httpx.Client) -> str:
    told = {"key": str(uuid.uuid4()), "draft": str(uuid.uuid4()), "name": "sdk.log", "size": str(SIZE)}
    answer = visitor.post("/files/uploads/", data=told, headers=HEAD)
    assert answer.status_code == 201, answer.text
    return f"/files/uploads/{told['key']}/"


def send(visitor: httpx.Client, address: str, numbers: range) -> None:
    for number in numbers:
        place = {"Upload-Offset": str(number * PART_BYTES), "Content-Type": "application/octet-stream"}
        answer = visitor.patch(address, content=part(number), headers=HEAD | place)
        assert answer.status_code == 200, answer.text


def received(visitor: httpx.Client, address: str) -> int:
    return visitor.get(address).json()["received"]


def visitor_of(site: Web, cast: Cast) -> httpx.Client:
    return site.visitor(cast.alice, timeout=300)


def test_a_log_of_500_megabytes_is_taken_kept_and_given_back_in_little_memory(tmp_path: Path) -> None:
    cast, count = make_cast(), -(-SIZE // PART_BYTES)
    with web(tmp_path) as site, visitor_of(site, cast) as alice, Memory(site.process.running.pid).watched() as memory:
        for page in ("/", "/tickets/new/?category=join_failure", "/help/search/?q=黑屏"):  # it was in use before
            assert alice.get(page).status_code == 200, page
        address = begin(alice)
        send(alice, address, range(count))
        answer = alice.post(address, data={"draft": str(uuid.uuid4())}, headers=HEAD)
        assert answer.status_code == 200, answer.text
        file = answer.json()["file"]
        digest, size = hashlib.sha256(), 0
        with alice.stream("GET", file["address"]) as download:
            for block in download.iter_bytes():
                digest.update(block)
                size += len(block)
    print(f"largest resident set: {memory.most / MiB:.0f} MB")
    assert memory.most < MOST
    assert size == SIZE
    assert digest.hexdigest() == file["sha256"] == checksum()
    assert Attachment.objects.get().size == SIZE
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in stored] == [SIZE]  # no part is left


def test_a_server_that_is_killed_loses_at_most_the_part_under_way(tmp_path: Path) -> None:
    cast = make_cast()
    with web(tmp_path) as site, visitor_of(site, cast) as alice:
        address = begin(alice)
        send(alice, address, range(3))
        cut = threading.Timer(0.02, site.process.end, [signal.SIGKILL])
        cut.start()
        with contextlib.suppress(httpx.HTTPError):
            while True:
                send(alice, address, range(received(alice, address) // PART_BYTES, 60))
        cut.join()
    with web(tmp_path / "again", DATA_DIR=str(tmp_path)) as site, visitor_of(site, cast) as alice:
        here = received(alice, address)
        assert here >= 3 * PART_BYTES
        assert here % PART_BYTES == 0
        send(alice, address, range(here // PART_BYTES, here // PART_BYTES + 2))
        assert alice.delete(address, headers=HEAD).status_code == 200
    assert not Upload.objects.exists()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
