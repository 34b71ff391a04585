"""Bodies that no browser sends, as bytes to the real server: each is answered, none is kept, and the server goes on."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.bad_inputs import entry
from tests.cast import Cast, make_cast
from tests.faults.processes import CSRF, Web, web
from tickets.models import Attachment, Ticket

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
NEW = "/tickets/new/"
MiB = 1024 * 1024
ANSWERS_WITHIN = 30.0  # seconds
FORM = "multipart/form-data; boundary=edge"


def with_file(content: bytes, *more: str, is_ended: bool = True) -> bytes:
    """A filed page with one file, as a browser writes it."""
    told = {
        "csrfmiddlewaretoken": CSRF, "submission_key": str(uuid.uuid4()), "severity": "p0",
        "subject": "Nobody can join", "description": "Error 110 since 10:00.",
    }  # fmt: skip
    fields = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in told.items()
    ]
    heads = ['--edge\r\nContent-Disposition: form-data; name="files"; filename="sdk.log"', *more]
    end = b"\r\n--edge--\r\n" if is_ended else b""
    return "".join(fields).encode() + "\r\n".join([*heads, "", ""]).encode() + content + end


@pytest.fixture
def people() -> Cast:
    return make_cast()


@pytest.fixture
def site(people: Cast, tmp_path: Path) -> Iterator[Web]:
    bodies = tmp_path / "bodies"
    bodies.mkdir()
    with web(tmp_path, REQUEST_MAX_BYTES=str(32 * MiB), FILE_UPLOAD_TEMP_DIR=str(bodies), TMPDIR=str(bodies)) as site:
        yield site
        assert list(bodies.iterdir()) == []
        assert httpx.get(f"{site.origin}/livez", timeout=5, trust_env=False).status_code == 200


def connected(site: Web, people: Cast, *headers: str) -> socket.socket:
    """A connection on which Alice has sent the head of her form."""
    with site.visitor(people.alice) as alice:
        cookies = "; ".join(f"{name}={text}" for name, text in alice.cookies.items())
    lines = [
        f"POST {NEW} HTTP/1.1",
        f"Host: 127.0.0.1:{site.port}",
        "Connection: close",
        f"Cookie: {cookies}",
        *headers,
    ]
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=ANSWERS_WITHIN)
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection


def read(connection: socket.socket) -> str:
    return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")


def answer_of(connection: socket.socket) -> tuple[int, str]:
    """Status and text."""
    answer = read(connection)
    return int(answer.split(" ", 2)[1]), answer


def posted(site: Web, people: Cast, body: bytes, *headers: str) -> tuple[int, str]:
    with connected(site, people, *headers, f"Content-Length: {len(body)}") as connection:
        connection.sendall(body)
        return answer_of(connection)


def test_what_is_sent_here_as_it_should_be_is_filed(site: Web, people: Cast) -> None:
    assert posted(site, people, with_file(b"line\n"), f"Content-Type: {FORM}")[0] == 302
    assert Attachment.objects.get().size == 5


def test_a_body_of_any_length_is_cut_at_the_limit(site: Web, people: Cast) -> None:
    """AT12: in pieces and without a length, by somebody who need not even be signed in."""
    assert entry("AT12")["input"]["transfer"] == "chunked"
    status = Path(f"/proc/{site.process.running.pid}/status")
    with connected(site, people, f"Content-Type: {FORM}", "Transfer-Encoding: chunked") as connection:
        start = with_file(b"", is_ended=False)
        connection.sendall(f"{len(start):x}\r\n".encode() + start + b"\r\n")
        for _ in range(128):
            connection.sendall(f"{MiB:x}\r\n".encode() + b"x" * MiB + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        code, answer = answer_of(connection)
    assert code == 413
    assert "with fewer or smaller files" in answer
    assert "default-src 'none'" in answer
    if status.exists():
        words = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        assert int(words["VmHWM"].split()[0]) * 1024 < 300 * MiB
    assert not Ticket.objects.exists()


def test_a_connection_closed_within_a_file_leaves_nothing(site: Web, people: Cast) -> None:
    """AT21"""
    body = with_file(b"x" * MiB, is_ended=False)
    with connected(site, people, f"Content-Type: {FORM}", f"Content-Length: {10 * MiB}") as connection:
        connection.sendall(body)
    assert posted(site, people, with_file(b"next\n"), f"Content-Type: {FORM}")[0] == 302
    assert [each.size for each in Attachment.objects.all()] == [5]
    assert Ticket.objects.count() == 1


UNREADABLE = {
    "no boundary": "multipart/form-data",
    "wrong boundary": "multipart/form-data; boundary=another",
    "endless boundary": f"multipart/form-data; boundary={'e' * 300}",
}


def test_a_form_that_cannot_be_read_is_said_and_files_nothing(site: Web, people: Cast) -> None:
    """AT22"""
    for case, kind in UNREADABLE.items():
        status, answer = posted(site, people, with_file(b"x"), f"Content-Type: {kind}", f"X-CSRFToken: {CSRF}")
        assert status in (400, 403, 422), case
        assert "Traceback" not in answer
        assert 'class="brand"' in answer
    assert not Ticket.objects.exists()


def test_a_file_in_broken_base64_is_not_kept_and_holds_up_no_p0(site: Web, people: Cast) -> None:
    """AT22"""
    for content in (b"!!!!", b"abc", b"a===", b"\xff\xfe\x00\x00"):
        body = with_file(content, "Content-Transfer-Encoding: base64")
        status, answer = posted(site, people, body, f"Content-Type: {FORM}")
        assert status in (302, 400), content
        assert "Traceback" not in answer
    assert not Attachment.objects.exists()


def test_a_length_that_is_none_is_refused(site: Web, people: Cast) -> None:
    """AT22: the server itself refuses it, before anything of ours is asked."""
    for length in ("-1", "x", "1e3", "9" * 30):
        with connected(site, people, f"Content-Type: {FORM}", f"Content-Length: {length}") as connection:
            connection.shutdown(socket.SHUT_WR)
            answer = read(connection)
        assert not answer or answer.split(" ", 2)[1] == "400", length


def test_twenty_megabytes_of_nothing_in_base64_cost_little_time(site: Web, people: Cast) -> None:
    """AT23"""
    began = time.monotonic()
    body = with_file(b"aGVs" + b" " * (20 * MiB) + b"bG8=", "Content-Transfer-Encoding: base64")
    status, _answer = posted(site, people, body, f"Content-Type: {FORM}")
    assert status in (302, 400, 422)
    assert time.monotonic() - began < ANSWERS_WITHIN
    assert [each.size for each in Attachment.objects.all()] in ([], [5])


def test_slow_senders_hold_nobody_up(site: Web, people: Cast) -> None:
    """AT29: ten of them, at a hundred bytes a second."""
    rate, is_over = entry("AT29")["input"]["rate"], threading.Event()

    def trickle(connection: socket.socket) -> None:
        while not is_over.wait(1):
            connection.sendall(b"x" * rate)

    slow = [connected(site, people, f"Content-Type: {FORM}", f"Content-Length: {MiB}") for _ in range(10)]
    threads = [threading.Thread(target=trickle, args=(each,)) for each in slow]
    try:
        for thread in threads:
            thread.start()
        with site.visitor(people.bob, timeout=5) as bob:
            for _ in range(3):
                assert bob.get("/tickets/").status_code == 200
                time.sleep(0.5)
        assert posted(site, people, with_file(b"line\n"), f"Content-Type: {FORM}")[0] == 302
    finally:
        is_over.set()
        for thread in threads:
            thread.join(10)
        for each in slow:
            each.close()


def test_fifty_first_requests_at_once_are_all_answered(site: Web, people: Cast) -> None:
    """RA16: the server has made no page yet."""
    with site.visitor(people.alice) as alice:
        cookies = dict(alice.cookies)
    paths = ["/", "/tickets/", "/tickets/new/", "/help/", "/accounts/login/"] * 10

    def get(path: str) -> int:
        answer = httpx.get(f"{site.origin}{path}", cookies=cookies, timeout=60, trust_env=False)
        return answer.status_code

    assert settings.SESSION_COOKIE_NAME in cookies
    with ThreadPoolExecutor(50) as visitors:
        found = list(visitors.map(get, paths))
    assert len(found) == 50
    assert set(found) <= {200, 302}
