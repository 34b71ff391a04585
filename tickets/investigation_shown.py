"""An investigation as it is read: rows in, plain values for templates out. Reads, never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.choices import Reproduced
from tickets.models import Attempt, Inquiry, Investigation, Ticket


@dataclass(frozen=True, slots=True)
class Investigated:
    """`reproduced` is a word, empty while nobody tried. What a resolution says already is left out here."""

    hypothesis: str
    tried: Sequence[Attempt]
    reproduced: str
    reproduced_how: str
    conclusion: str
    fix: str
    prevention: str
    name: str
    at: datetime


def investigation_of(ticket: Ticket) -> Investigation | None:
    row: Investigation | None = getattr(ticket, "investigation", None)
    return row


def investigated(ticket: Ticket) -> Investigated | None:
    """What is known so far, None while nothing was noted; asks nothing of a ticket that was `rest_loaded`."""
    row = investigation_of(ticket)
    if row is None:
        return None
    said = {text for each in ticket.resolutions.all() for text in (each.cause, each.fix, each.prevention)}
    was_tried = row.reproduced != Reproduced.NOT_TRIED
    return Investigated(
        hypothesis=row.hypothesis,
        tried=list(row.attempts.all()),
        reproduced=row.get_reproduced_display() if was_tried or row.reproduced_how else "",
        reproduced_how=row.reproduced_how,
        conclusion="" if row.conclusion in said else row.conclusion,
        fix="" if row.fix in said else row.fix,
        prevention="" if row.prevention in said else row.prevention,
        name=row.by.name,
        at=row.at,
    )


@dataclass(frozen=True, slots=True)
class Checklist:
    """What we ask the customer: the questions that are open, among those that were asked with them, in their order.

    `letters` are letters of ours that ask as a whole and wait for any word.
    """

    questions: Sequence[Inquiry]
    letters: Sequence[Inquiry]

    @property
    def open(self) -> list[Inquiry]:
        return [each for each in self.questions if each.is_open]

    @property
    def answered(self) -> list[Inquiry]:
        return [each for each in self.questions if each.is_answered]


def checklist(ticket: Ticket) -> Checklist:
    """Asks nothing of a ticket that was `rest_loaded`."""
    rows = list(ticket.inquiries.all())
    listed = [row for row in rows if row.text]
    asked_with = {row.message_id for row in listed if row.is_open}
    return Checklist(
        questions=[row for row in listed if row.message_id in asked_with],
        letters=[row for row in rows if row.is_open and not row.text],
    )


def found_so_far(ticket: Ticket) -> dict[str, str]:
    """What the resolution begins with: conclusion, fix and prevention as they were noted."""
    row = investigation_of(ticket)
    return {"cause": row.conclusion, "fix": row.fix, "prevention": row.prevention} if row else {}
