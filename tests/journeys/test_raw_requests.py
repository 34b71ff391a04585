"""Requests that no test client can make, sent to the real server as bytes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.bad_inputs import entry, value
from tests.journeys.site import EMAILS, PASSWORD, Site, running_site

LOGIN = "/accounts/login/"
ANSWERS_WITHIN = 5.0  # seconds


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("raw")) as running:
        yield running


pytestmark = pytest.mark.xdist_group("journeys")


def send(site: Site, first_line: str, *headers: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer. The connection is closed after it."""
    lines = [first_line, f"Host: 127.0.0.1:{site.port}", "Connection: close", *headers]
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert time.monotonic() - began < ANSWERS_WITHIN
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    named = {name.lower(): text for name, text in (field.split(": ", 1) for field in fields)}
    return int(status.split()[1]), named, content


def assert_still_serves(site: Site) -> None:
    assert send(site, f"GET {LOGIN} HTTP/1.1")[0] == 200


def test_a_header_of_64_kilobytes_is_refused(site: Site) -> None:
    status, _, content = send(site, f"GET {LOGIN} HTTP/1.1", value(entry("LV09")))
    assert status in (400, 431)
    assert b"aaaa" not in content
    assert_still_serves(site)


def test_a_cookie_of_16_kilobytes_keeps_nobody_out(site: Site) -> None:
    status, _, content = send(site, f"GET {LOGIN} HTTP/1.1", f"Cookie: {value(entry('LV10'))}")
    assert status in (200, 400, 431)
    assert b"bbbb" not in content
    status, headers, _ = send(site, f"GET {LOGIN} HTTP/1.1")
    assert status == 200
    token = headers["set-cookie"].split("csrftoken=")[1].split(";")[0]
    form = f"login={EMAILS['alice']}&password={PASSWORD}&csrfmiddlewaretoken={token}".encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    status, headers, _ = send(
        site, f"POST {LOGIN} HTTP/1.1", kind, f"Content-Length: {len(form)}", f"Cookie: csrftoken={token}", body=form
    )
    assert (status, headers["location"]) == (302, "/")


def test_an_address_of_20_kilobytes_leads_nowhere(site: Site) -> None:
    status, headers, _ = send(site, f"GET {value(entry('LV11'))} HTTP/1.1")
    assert status in (404, 414)
    assert "default-src 'none'" in headers["content-security-policy"]
    assert_still_serves(site)


def test_a_charset_that_nobody_knows_is_no_crash(site: Site) -> None:
    status, headers, _ = send(site, f"GET {LOGIN} HTTP/1.1")
    token = headers["set-cookie"].split("csrftoken=")[1].split(";")[0]
    body = f"login=a&password=b&csrfmiddlewaretoken={token}".encode()
    status, _, content = send(
        site,
        f"POST {LOGIN} HTTP/1.1",
        f"Content-Type: {value(entry('UN16'))}",
        f"Content-Length: {len(body)}",
        f"Cookie: csrftoken={token}",
        body=body,
    )
    assert status in (200, 400, 403)
    assert b"Traceback" not in content
    assert_still_serves(site)
