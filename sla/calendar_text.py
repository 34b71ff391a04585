"""A calendar's hours and days as an administrator writes them, and back. Sentences of refusal are in the reader's language.

Hours are "09:00-12:00, 13:30-18:00", days off one date or range a line, make-up days a date with its hours a line; behind
a "#" a day may have a name. What the hours mean is decided in calendar.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

Spans = list[list[str]]
"""Intervals of one day as the definition holds them: `[["09:00", "17:30"]]`."""

MOST_INTERVALS = 12  # a day
MOST_DAYS = 1000  # of each list: about ten years of holidays
LONGEST_RANGE = 92  # days; a longer holiday is a slip of the pen
LONGEST_NAME = 80
FIRST_YEAR, LAST_YEAR = 2000, 2100

_INTERVAL = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(?:-|–|—|~|to|至|到)\s*([0-9]{1,2}):([0-9]{2})")
_DATE = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
_DATE_OR_RANGE = re.compile(rf"{_DATE}(?:\s*(?:\.\.|-|–|—|~|to|至|到)\s*{_DATE})?")
_DATE_THEN_HOURS = re.compile(rf"{_DATE}(?:[\s:,]+(.*))?")
_CLOSED = {"", "-", "–", "—", "closed", "off", "休", "休息"}


class Unreadable(ValueError):
    """What was written cannot be read; the message says why, in the reader's language."""


@dataclass(slots=True)
class Days:
    """Days by ISO date: their hours, none for a day off, and the names that were written behind them."""

    hours: dict[str, Spans] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def parse_hours(text: str) -> Spans:
    """The intervals of a day, ascending; none where nothing or "closed" is written. Raises Unreadable."""
    text = text.replace("：", ":").strip().lower()
    if text in _CLOSED:
        return []
    parts = [part.strip() for part in re.split(r"[,，、;；\n]", text) if part.strip()]
    if len(parts) > MOST_INTERVALS:
        raise Unreadable(_("A day has at most %(most)s intervals.") % {"most": MOST_INTERVALS})
    return sorted(_parse_interval(part) for part in parts)


def _parse_interval(part: str) -> list[str]:
    found = _INTERVAL.fullmatch(part)
    if not found:
        raise Unreadable(_("“%(text)s” is no interval; write it as 09:00-17:30.") % {"text": part[:40]})
    opens, closes = (_minutes(part, *found.group(first, first + 1)) for first in (1, 3))
    if closes == 24 * 60 - 1:
        raise Unreadable(
            _("“%(text)s” leaves out the last minute of the day; write 24:00 for midnight.") % {"text": part}
        )
    if opens >= closes:
        raise Unreadable(
            _("“%(text)s” does not end after it begins. A night shift is two intervals: 22:00-24:00, and 00:00-06:00 "
              "on the next day.") % {"text": part}
        )  # fmt: skip
    return [_wall(opens), _wall(closes)]


def _minutes(part: str, hours: str, minutes: str) -> int:
    at = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or at > 24 * 60:
        raise Unreadable(_("“%(text)s” has no time of day; the day goes from 00:00 to 24:00.") % {"text": part})
    return at


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def write_hours(spans: Iterable[Iterable[str]]) -> str:
    return ", ".join("-".join(span) for span in spans)


def parse_days_off(text: str) -> Days:
    """One date or range of dates a line. Raises Unreadable, naming the line, also for a date that stands twice."""
    days = Days()
    for number, line, name in _lines(text):
        found = _DATE_OR_RANGE.fullmatch(line)
        if not found:
            raise Unreadable(
                _("Line %(number)s: “%(text)s” is no date; write 2026-10-01, or a range as 2026-10-01 to 2026-10-07.")
                % {"number": number, "text": line[:60]}
            )
        first = _date(number, line, found.group(1, 2, 3))
        last = _date(number, line, found.group(4, 5, 6)) if found[4] else first
        for day in _range(number, first, last):
            _put(days, number, day, [], name)
    return days


def parse_make_up_days(text: str) -> Days:
    """One date a line with its intervals; without any the day is off. Raises Unreadable, naming the line."""
    days = Days()
    for number, line, name in _lines(text):
        found = _DATE_THEN_HOURS.fullmatch(line)
        if not found:
            raise Unreadable(
                _("Line %(number)s: “%(text)s” is no make-up day; write it as 2026-10-10 09:00-17:30.")
                % {"number": number, "text": line[:60]}
            )
        try:
            spans = parse_hours(found[4] or "")
        except Unreadable as why:
            raise Unreadable(_("Line %(number)s: %(why)s") % {"number": number, "why": why}) from why
        _put(days, number, _date(number, line, found.group(1, 2, 3)), spans, name)
    return days


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number, what is written, the name behind "#") of each line that says something."""
    for number, line in enumerate(text.splitlines(), 1):
        written, _mark, name = line.replace("：", ":").replace("＃", "#").partition("#")
        if written.strip():
            yield number, written.strip().lower(), name.strip()[:LONGEST_NAME]


def _date(number: int, line: str, parts: tuple[str | Any, ...]) -> date:
    year, month, day = map(int, parts)
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable(
            _("Line %(number)s: “%(text)s” has a day that does not exist.") % {"number": number, "text": line[:60]}
        ) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(
            _("Line %(number)s: the year %(year)s lies outside of %(first)s to %(last)s.")
            % {"number": number, "year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return found


def _range(number: int, first: date, last: date) -> Iterator[date]:
    if last < first:
        raise Unreadable(_("Line %(number)s: the range ends before it begins.") % {"number": number})
    length = (last - first).days + 1
    if length > LONGEST_RANGE:
        raise Unreadable(
            _("Line %(number)s: the range has %(length)s days; a single one has at most %(most)s.")
            % {"number": number, "length": length, "most": LONGEST_RANGE}
        )
    return (first + timedelta(days=n) for n in range(length))


def _put(days: Days, number: int, day: date, spans: Spans, name: str) -> None:
    key = day.isoformat()
    if key in days.hours:
        raise Unreadable(_("Line %(number)s: %(day)s stands here a second time.") % {"number": number, "day": key})
    if len(days.hours) >= MOST_DAYS:
        raise Unreadable(_("More than %(most)s days: take away those long past.") % {"most": MOST_DAYS})
    days.hours[key] = spans
    if name:
        days.names[key] = name


def write_days_off(days: Iterable[str], names: Mapping[str, str]) -> str:
    """Days that follow each other under one name are one line."""
    runs: list[tuple[date, date, str]] = []
    for key in sorted(days):
        day, name = date.fromisoformat(key), names.get(key, "")
        if runs and runs[-1][1] + timedelta(days=1) == day and runs[-1][2] == name:
            runs[-1] = (runs[-1][0], day, name)
        else:
            runs.append((day, day, name))
    return "\n".join(
        _named(str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}, name)
        for first, last, name in runs
    )


def write_make_up_days(hours: Mapping[str, Iterable[Iterable[str]]], names: Mapping[str, str]) -> str:
    return "\n".join(_named(f"{day} {write_hours(hours[day])}".strip(), names.get(day, "")) for day in sorted(hours))


def _named(written: str, name: str) -> str:
    return f"{written}  # {name}" if name else written
