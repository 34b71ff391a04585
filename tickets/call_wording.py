"""What happened to screen-sharing calls, in words: lines of the conversation. Reads `event.actor`, never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from sla import wording
from tickets.choices import EventKind
from tickets.models import TicketEvent


def times_listed(times: Iterable[datetime]) -> str:
    """“22 Nov 2026, 14:05; 23 Nov 2026, 10:00 (Asia/Shanghai)”: in the reader's zone, which is said once."""
    written = (wording.short_instant(at, with_date=True) for at in times)
    if wording.is_chinese():
        return f"{'、'.join(written)}（{wording.zone()}）"
    return f"{'; '.join(written)} ({wording.zone()})"


def values_of(event: TicketEvent) -> dict[str, str]:
    """What the sentences about a call are filled with."""
    data = event.data
    return {
        "who": event.actor_name,
        "topic": str(data.get("topic", "")),
        "times": times_listed(datetime.fromisoformat(each) for each in data.get("times", ())),
        "at": _at(data.get("at") or data.get("was_at", "")),
        "minutes": str(data.get("minutes", "")),
        "reason": str(data.get("reason", "")),
        "outcome": str(data.get("outcome", "")),
    }


def _at(iso: str) -> str:
    return wording.instant(datetime.fromisoformat(iso)) if iso else ""


def _proposed(event: TicketEvent) -> str:
    if event.data.get("was_at"):
        return _("%(who)s proposed other times for the call of %(at)s: %(times)s") % values_of(event)
    return _("%(who)s proposed a screen-sharing call, “%(topic)s”: %(times)s") % values_of(event)


def _accepted(event: TicketEvent) -> str:
    return _("%(who)s agreed to the screen-sharing call on %(at)s, %(minutes)s min: “%(topic)s”") % values_of(event)


def _declined(event: TicketEvent) -> str:
    return _("%(who)s declined the screen-sharing call: “%(reason)s”") % values_of(event)


def _cancelled(event: TicketEvent) -> str:
    if event.data.get("at"):
        return _("%(who)s called off the screen-sharing call of %(at)s: “%(reason)s”") % values_of(event)
    return _("%(who)s took the proposed screen-sharing call back: “%(reason)s”") % values_of(event)


def _held(event: TicketEvent) -> str:
    if event.data.get("took_place"):
        return _("The screen-sharing call of %(at)s took place. %(who)s: “%(outcome)s”") % values_of(event)
    return _("The screen-sharing call of %(at)s did not take place. %(who)s: “%(outcome)s”") % values_of(event)


def _outcome_asked(event: TicketEvent) -> str:
    return _("The screen-sharing call of %(at)s is over: what came of it is not written down yet") % values_of(event)


LINES: Mapping[str, Callable[[TicketEvent], str]] = {
    EventKind.CALL_PROPOSED: _proposed,
    EventKind.CALL_ACCEPTED: _accepted,
    EventKind.CALL_DECLINED: _declined,
    EventKind.CALL_CANCELLED: _cancelled,
    EventKind.CALL_HELD: _held,
    EventKind.CALL_OUTCOME_ASKED: _outcome_asked,
}
