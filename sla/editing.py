"""Two people at one row: who saves second is told, nothing is silently overwritten. And what a change is, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from sla.book import Agreement
from sla.calendar_text import write_days_off, write_hours
from sla.choices import Hours, Severity, Unit
from sla.models import Calendar
from sla.terms import Cell, TargetCells
from sla.wording import WEEKDAY_NAMES

NEW = "new"  # the stamp of a row that is not there yet


class ChangedMeanwhile(Exception):
    """Somebody else saved the row after this editor had opened it. Nothing is stored."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, in the reader's language; `before` or `after` is empty where there was or is nothing."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before or '–'} → {self.after or '–'}"


@dataclass(frozen=True, slots=True)
class CalendarValues:
    """All of a calendar that an administrator edits. `definition` is one that `BusinessCalendar.from_definition` reads."""

    name_en: str
    name_zh: str
    definition: Mapping[str, Any]
    business_day_seconds: int
    known_until: str  # ISO date

    @classmethod
    def of(cls, row: Calendar) -> CalendarValues:
        return cls(
            row.name_en, row.name_zh, row.definition, row.business_day_seconds, row.known_until.isoformat()
        )  # fmt: skip


def stamp_of(values: CalendarValues | Agreement | None) -> str:
    """Equal for equal values: what an editor's page carries to say which state of the row it was made from."""
    if values is None:
        return NEW
    written = json.dumps(asdict(values), sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:20]


def calendar_changes(before: CalendarValues, after: CalendarValues) -> list[Change]:
    old, new = before.definition, after.definition
    pairs = [
        (_("Name in English"), before.name_en, after.name_en),
        (_("Name in Chinese"), before.name_zh, after.name_zh),
        (_("Time zone"), str(old.get("tz", "")), str(new.get("tz", ""))),
        *(
            (
                str(name),
                write_hours(old.get("weekly", {}).get(day, ())),
                write_hours(new.get("weekly", {}).get(day, ())),
            )
            for day, name in WEEKDAY_NAMES.items()
        ),
        *_days_off(old, new),
        *_make_up_days(old, new),
        (
            _("Working day"),
            hours_and_minutes(before.business_day_seconds),
            hours_and_minutes(after.business_day_seconds),
        ),
        (_("Known until"), before.known_until, after.known_until),
    ]
    return [Change(*each) for each in pairs if each[1] != each[2]]


def _days_off(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    was, now = set(old.get("holidays", ())), set(new.get("holidays", ()))
    yield _("Days off taken away"), _runs(was - now), ""
    yield _("Days off added"), "", _runs(now - was)


def _runs(days: set[str]) -> str:
    return ", ".join(write_days_off(days, {}).splitlines())


def _make_up_days(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    was, now = old.get("extra", {}), new.get("extra", {})
    for day in sorted({*was, *now}):
        label = _("Make-up day %(day)s") % {"day": day}
        yield label, _extra(was, day), _extra(now, day)


def _extra(days: Mapping[str, Any], day: str) -> str:
    return (write_hours(days[day]) or _("off")) if day in days else ""


def hours_and_minutes(seconds: int) -> str:
    """A working day's length as it is typed: 8:30."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"


def agreement_changes(
    before: Agreement, after: Agreement, *, calendars: Mapping[int, str], open_cell: str
) -> list[Change]:
    """`open_cell` is how a cell reads that leaves the matter to somebody else."""

    def calendar(pk: int | None) -> str:
        return calendars.get(pk, "") if pk else open_cell

    changes = [Change(_("Business calendar"), calendar(before.calendar_id), calendar(after.calendar_id))]
    for severity in Severity:
        old, new = (each.cells.get(severity.value, TargetCells()) for each in (before, after))
        pairs = zip(_row(old, open_cell), _row(new, open_cell), strict=True)
        changes += [Change(f"{severity.code} {label}", was, now) for (label, was), (_label, now) in pairs]
    return [each for each in changes if each.before != each.after]


def _row(cells: TargetCells, open_cell: str) -> list[tuple[str, str]]:
    return [
        (_("counted in"), str(Hours(cells.hours).label) if cells.hours else open_cell),
        (_("first response"), cell_in_words(cells.first_response) or open_cell),
        (_("resolution"), cell_in_words(cells.resolution) or open_cell),
        (_("grace between steps"), cell_in_words(cells.grace) or open_cell),
    ]


def cell_in_words(cell: Cell | None) -> str:
    return f"{cell.amount} {Unit(cell.unit).label}" if cell else ""
