"""What an administrator writes becomes a calendar's hours and days, or a sentence that says why not."""

import pytest
from django.utils import translation

from sla.calendar_text import (
    Unreadable,
    parse_days_off,
    parse_hours,
    parse_make_up_days,
    write_days_off,
    write_hours,
    write_make_up_days,
)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00-17:30", [["09:00", "17:30"]]),
        ("9:00 – 12:00, 13:30 to 18:00", [["09:00", "12:00"], ["13:30", "18:00"]]),
        ("13:30-18:00; 09:00-12:00", [["09:00", "12:00"], ["13:30", "18:00"]]),
        ("09：00至12：00，13：30到18：00", [["09:00", "12:00"], ["13:30", "18:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("22:00-24:00\n00:00-06:00", [["00:00", "06:00"], ["22:00", "24:00"]]),
        ("", []),
        ("  Closed ", []),
        ("休息", []),
    ],
)
def test_hours_are_read(text, hours):
    assert parse_hours(text) == hours
    assert parse_hours(write_hours(hours)) == hours


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nine to five", "is no interval"),
        ("09:00", "is no interval"),
        ("18:00-09:00", "does not end after it begins. A night shift is two intervals"),
        ("09:00-09:00", "does not end after it begins"),
        ("00:00-23:59", "write 24:00 for midnight"),
        ("09:00-25:00", "has no time of day"),
        ("09:61-10:00", "has no time of day"),
        ("24:00-24:00", "does not end after it begins"),
        (", ".join(f"{n:02}:00-{n:02}:30" for n in range(13)), "at most 12 intervals"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_reason(text, words):
    with pytest.raises(Unreadable, match=words):
        parse_hours(text)


def test_days_off_are_dates_and_ranges_with_names():
    days = parse_days_off(
        "2026-10-01 to 2026-10-03 # National Day\n\n2026/12/25\n2027-01-01 # New Year\n# nothing else"
    )
    assert list(days.hours) == ["2026-10-01", "2026-10-02", "2026-10-03", "2026-12-25", "2027-01-01"]
    assert days.names == dict.fromkeys(["2026-10-01", "2026-10-02", "2026-10-03"], "National Day") | {
        "2027-01-01": "New Year"
    }
    written = write_days_off(days.hours, days.names)
    assert written.splitlines() == [
        "2026-10-01 to 2026-10-03  # National Day",
        "2026-12-25",
        "2027-01-01  # New Year",
    ]


def test_what_is_written_in_chinese_is_read_again():
    with translation.override("zh-hans"):
        written = write_days_off(["2026-10-01", "2026-10-02"], {})
        assert list(parse_days_off(written).hours) == ["2026-10-01", "2026-10-02"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tomorrow", "Line 1: “tomorrow” is no date"),
        ("2026-10-01\n2026-02-30", "Line 2: .* a day that does not exist"),
        ("2026-10-01\n2026-10-01", "Line 2: 2026-10-01 stands here a second time"),
        ("2026-10-01 to 2026-10-05\n2026-10-03", "Line 2: 2026-10-03 stands here a second time"),
        ("2026-10-05 to 2026-10-01", "Line 1: the range ends before it begins"),
        ("2026-01-01 to 2027-01-01", "Line 1: the range has 366 days"),
        ("1826-10-01", "the year 1826"),
        ("\n".join(f"{year}-01-01 to {year}-03-31" for year in range(2000, 2015)), "More than 1000 days"),
    ],
)
def test_days_off_that_cannot_be_are_refused_by_their_line(text, words):
    with pytest.raises(Unreadable, match=words):
        parse_days_off(text)


def test_make_up_days_have_hours_or_are_off():
    days = parse_make_up_days("2026-10-10 09:00-12:00, 13:00-17:00  # for National Day\n2026-10-11\n2026-10-12 closed")
    assert days.hours == {
        "2026-10-10": [["09:00", "12:00"], ["13:00", "17:00"]],
        "2026-10-11": [],
        "2026-10-12": [],
    }
    written = write_make_up_days(days.hours, days.names)
    assert parse_make_up_days(written) == days


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-10-10 17:00-09:00", "Line 1: “17:00-09:00” does not end"),
        ("2026-10-10 09:00-17:00\n2026-10-10", "Line 2: 2026-10-10 stands here a second time"),
        ("Saturday 09:00-17:00", "Line 1: .* is no make-up day"),
    ],
)
def test_make_up_days_that_cannot_be_are_refused_by_their_line(text, words):
    with pytest.raises(Unreadable, match=words):
        parse_make_up_days(text)
