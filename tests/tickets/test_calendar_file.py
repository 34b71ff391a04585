"""Calendar files: what RFC 5545 asks of lines, values and instants, whatever people type."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.calendar_file import FOLD_OCTETS, Appointment, Person, calendar_file, fold, parameter_value, text_value

STARTS = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
HOSTILE = "Freeze\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:gift"


def appointment(**fields: Any) -> Appointment:
    values: dict[str, Any] = {
        "uid": "k@supportdesk.example", "sequence": 0, "starts_at": STARTS, "ends_at": STARTS + timedelta(minutes=30),
        "stamped_at": STARTS - timedelta(days=1), "summary": "Call on #7: the freeze", "link": "https://meet.example/7-k",
    }  # fmt: skip
    return Appointment(**(values | fields))


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_plain_call() -> None:
    lines = unfolded(calendar_file(appointment(), "PUBLISH"))
    assert lines[:5] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Supportdesk//Calls//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
    ]  # fmt: skip
    assert {
        "UID:k@supportdesk.example", "SEQUENCE:0", "DTSTAMP:20261127T020000Z", "DTSTART:20261128T020000Z",
        "DTEND:20261128T023000Z", "SUMMARY:Call on #7: the freeze", "URL:https://meet.example/7-k", "STATUS:CONFIRMED",
        "BEGIN:VALARM",
    } <= set(lines)  # fmt: skip
    assert lines[-2:] == ["END:VEVENT", "END:VCALENDAR"]


def test_instants_are_in_utc_wherever_they_were_said() -> None:
    local = datetime(2026, 7, 1, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert "DTSTART:20260701T080000Z" in unfolded(calendar_file(appointment(starts_at=local), "PUBLISH"))


def test_one_that_was_called_off_reminds_of_nothing() -> None:
    people = {"organizer": Person("Supportdesk", "desk@a.example"), "attendee": Person("陈, 爱丽", "alice@b.example")}
    lines = unfolded(calendar_file(appointment(sequence=1, **people), "CANCEL"))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"} <= set(lines)
    assert "BEGIN:VALARM" not in lines
    assert 'ORGANIZER;CN="Supportdesk":mailto:desk@a.example' in lines
    assert 'ATTENDEE;CN="陈, 爱丽";PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:alice@b.example' in lines


@pytest.mark.parametrize(("typed", "written"), [
    ("a, b; c\\d", "a\\, b\\; c\\\\d"),
    ("one\r\ntwo\rthree\nfour\u2028five", "one\\ntwo\\nthree\\nfour\\nfive"),
    ("bell\x07 and\x00 half\ud800", "bell and half?"),
    ("进房三十秒后，画面卡住", "进房三十秒后，画面卡住"),
])  # fmt: skip
def test_texts_are_escaped(typed: str, written: str) -> None:
    assert text_value(typed) == written


def test_a_name_cannot_leave_its_quotes() -> None:
    assert parameter_value('Al"ice\r\nX-EVIL:1') == '"Al\'iceX-EVIL:1"'


@pytest.mark.parametrize("where", ["summary", "description", "link", "uid"])
def test_nobody_adds_a_line(where: str) -> None:
    plain = unfolded(calendar_file(appointment(**{where: "x"}), "REQUEST"))
    hostile = unfolded(calendar_file(appointment(**{where: HOSTILE}), "REQUEST"))
    assert [re.split("[:;]", line)[0] for line in hostile] == [re.split("[:;]", line)[0] for line in plain]


@given(st.text())
def test_every_line_fits_and_comes_back_whole(text: str) -> None:
    written = calendar_file(
        appointment(summary=text, description=text * 20, attendee=Person(text, "a@b.example")), "REQUEST"
    )
    pieces = written.removesuffix("\r\n").split("\r\n")
    assert all(len(piece.encode()) <= FOLD_OCTETS for piece in pieces)
    assert "\n" not in written.replace("\r\n", "")
    assert f"SUMMARY:{text_value(text)}" in unfolded(written)


def test_a_line_of_seventy_five_octets_stays_one() -> None:
    assert fold("x" * 75) == "x" * 75
    assert fold("x" * 76) == f"{'x' * 75}\r\n x"
    assert fold("字" * 26) == f"{'字' * 25}\r\n 字"
