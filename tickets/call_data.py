"""What both sides see of a call's data: until when it is kept, that it was saved, that it is gone. Reads only, asks for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.bilingual import words_of
from sla import wording
from tickets.models import Environment, Ticket
from tickets.telemetry import SOON

Look = Literal["running", "at_risk", "met", "cancelled"]  # of a clock: this is one, only not of a promise


@dataclass(frozen=True, slots=True)
class Record:
    """What one source holds of the call. `text` is what is left or how long it is gone; the page's script counts on from `at`."""

    name: str
    holds: str
    at: datetime
    is_gone: bool
    text: str


@dataclass(frozen=True, slots=True)
class CallData:
    """`next` is the record that is erased first of those that are still there."""

    look: Look
    word: str
    sentence: str
    records: Sequence[Record]
    next: Record | None
    saved_at: datetime | None
    can_be_saved: bool


def call_data(ticket: Ticket, *, now: datetime) -> CallData | None:
    """For a ticket whose environment is loaded; None where no source has a record of its call."""
    environment: Environment | None = getattr(ticket, "environment", None)
    if environment is None or not environment.call_data:
        return None
    records = [_record(line, now) for line in environment.call_data]
    left = [each for each in records if not each.is_gone]
    is_saved = environment.data_saved_at is not None
    next_one = left[0] if left and not is_saved else None
    look, word = _look(next_one, is_saved=is_saved, now=now)
    return CallData(
        look=look,
        word=word,
        sentence=_sentence(environment.channel, next_one, is_saved=is_saved, is_partly_gone=len(left) < len(records)),
        records=records,
        next=next_one,
        saved_at=environment.data_saved_at,
        can_be_saved=next_one is not None,
    )


def _record(line: dict[str, Any], now: datetime) -> Record:
    at = datetime.fromisoformat(line["at"])
    is_gone = at <= now
    return Record(words_of(line, "name"), words_of(line, "holds"), at, is_gone, time_words(at, now=now))


def time_words(at: datetime, *, now: datetime) -> str:
    """“erased in 31 h” or “erased 2 d ago”; the page's script says the same."""
    words = _("erased {} ago") if at <= now else _("erased in {}")
    return words.replace("{}", wording.duration(at - now))


def _look(record: Record | None, *, is_saved: bool, now: datetime) -> tuple[Look, str]:
    if is_saved:
        return "met", pgettext("call data", "Saved")
    if record is None:
        return "cancelled", pgettext("call data", "Erased")
    if record.at - now < SOON:
        return "at_risk", pgettext("call data", "Erased soon")
    return "running", pgettext("call data", "Kept for now")


def _sentence(channel: str, record: Record | None, *, is_saved: bool, is_partly_gone: bool) -> str:
    if is_saved:
        return _("What we recorded of this call is saved with the ticket. It is not erased any more.")
    if record is None:
        return _("What we recorded of this call was erased on schedule. Logs and files on the ticket still help.")
    if channel:
        first = _("%(what)s for channel %(channel)s is erased first.") % {"what": record.name, "channel": channel}
    else:
        first = _("%(what)s for this call is erased first.") % {"what": record.name}
    rest = _("Some of it is gone already.") if is_partly_gone else ""
    return wording.sentences([first, rest])
