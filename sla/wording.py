"""Instants and durations in the reader's form. Pure but for the reader's language and zone, which the caller activates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sla.calendar import WEEKDAYS

WEEKDAY_NAMES = dict(
    zip(
        WEEKDAYS,
        (
            gettext_lazy("Mon"),
            gettext_lazy("Tue"),
            gettext_lazy("Wed"),
            gettext_lazy("Thu"),
            gettext_lazy("Fri"),
            gettext_lazy("Sat"),
            gettext_lazy("Sun"),
        ),
        strict=True,
    )
)
_BEIJING = "Asia/Shanghai"


def duration(seconds: float | timedelta, *, days: bool = True) -> str:
    """At most two units, rounded down: "38 min", "1 h 5 min", "2 d 3 h", "45 s". Negative durations lose their sign.

    Working time is shown without days (`days=False`): a working day is no 24 h. `static/js/clock.js` does the same.
    """
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    whole = abs(int(seconds))
    days_whole = whole // 86400 if days else 0
    hours, minutes = (whole - days_whole * 86400) // 3600, whole % 3600 // 60
    if days_whole:
        return _two(_("%(n)s d") % {"n": days_whole}, hours and _("%(n)s h") % {"n": hours})
    if hours:
        return _two(_("%(n)s h") % {"n": hours}, minutes and _("%(n)s min") % {"n": minutes})
    return _("%(n)s min") % {"n": minutes} if minutes else _("%(n)s s") % {"n": whole}


def _two(first: str, second: str | int) -> str:
    return f"{first} {second}" if second else first


def instant(at: datetime) -> str:
    """Date, time and zone: "22 Nov 2026, 14:05 (Asia/Shanghai)", in Chinese "2026-11-22 14:05（北京时间）"."""
    written = short_instant(at, with_date=True)
    return f"{written}（{zone()}）" if is_chinese() else f"{written} ({zone()})"


def zone() -> str:
    """The reader's time zone as they call it: its IANA name, in Chinese 北京时间 for China's."""
    name = str(timezone.get_current_timezone())
    return "北京时间" if is_chinese() and name == _BEIJING else name


def short_instant(at: datetime, *, now: datetime | None = None, with_date: bool = False) -> str:
    """Time alone for an instant of the reader's today (`now` given), else date and time, without the zone."""
    local = timezone.localtime(at)
    if not with_date and now is not None and local.date() == timezone.localtime(now).date():
        return local.strftime("%H:%M")
    if is_chinese():
        return local.strftime("%Y-%m-%d %H:%M")
    return f"{local.day} {date_format(local, 'M Y')}, {local:%H:%M}"


def day(at: datetime) -> str:
    """The reader's date of an instant: "22 Nov 2026", in Chinese "2026-11-22"."""
    local = timezone.localtime(at)
    return local.strftime("%Y-%m-%d") if is_chinese() else f"{local.day} {date_format(local, 'M Y')}"


def between_sentences() -> str:
    """What stands after a full stop: a blank, in Chinese nothing (the full-width stop brings its own)."""
    return "" if is_chinese() else " "


def sentences(parts: Iterable[str]) -> str:
    """Whole sentences as one text; empty ones are left out."""
    return between_sentences().join(filter(None, parts))


def listed(names: Iterable[object]) -> str:
    """Names in a row: "a, b, c", in Chinese "a、b、c"."""
    return ("、" if is_chinese() else ", ").join(map(str, names))


def is_chinese() -> bool:
    return (get_language() or "en").startswith("zh")


def exact_duration(seconds: int, *, days: bool = True) -> str:
    """Every unit that is not zero, for figures that must add up: "42 h 30 min", "1 h 12 min 5 s", "0 s"."""
    hours_whole, rest = divmod(seconds, 3600)
    days_whole, hours = divmod(hours_whole, 24) if days else (0, hours_whole)
    units = (
        days_whole and _("%(n)s d") % {"n": days_whole},
        hours and _("%(n)s h") % {"n": hours},
        rest // 60 and _("%(n)s min") % {"n": rest // 60},
        rest % 60 and _("%(n)s s") % {"n": rest % 60},
    )
    return " ".join(unit for unit in units if unit) or _("%(n)s s") % {"n": 0}


def ledger_instant(at: datetime, *, now: datetime) -> str:
    """For a column of instants: weekday, date and time, the year where it is not this one, seconds where there are any."""
    local = timezone.localtime(at)
    time = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    is_this_year = local.year == timezone.localtime(now).year
    weekday = WEEKDAY_NAMES[WEEKDAYS[local.weekday()]]
    if is_chinese():
        return f"{local.strftime('%m-%d' if is_this_year else '%Y-%m-%d')} {weekday} {time}"
    return f"{weekday} {local.day} {date_format(local, 'M' if is_this_year else 'M Y')} {time}"


def weekly_hours(weekly: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """A calendar's week in one line, days of the same hours together: "Mon–Fri 09:00–17:30"."""
    runs: list[tuple[str, str, str]] = []
    for day in WEEKDAYS:
        hours = listed("–".join(span) for span in weekly.get(day, ()))
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    named = (
        f"{WEEKDAY_NAMES[first]}{'–' + str(WEEKDAY_NAMES[last]) if first != last else ''} {hours}"
        for first, last, hours in runs
        if hours
    )
    return ("；" if is_chinese() else "; ").join(named)
