"""The grey lines of the timeline about escalations and promises, from the event's own data; people's words are quoted.

Which of them a reader sees is decided by the events' visibility, not here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla import wording
from tickets.choices import EventKind
from tickets.models import TicketEvent


def _time(event: TicketEvent, name: str) -> str:
    at = event.data.get(name)
    return wording.short_instant(datetime.fromisoformat(at), now=event.at) if at else ""


def _said(event: TicketEvent, words: str, **more: Any) -> str:
    return words % {"who": event.actor_name, **event.data, **more}


def _requested(event: TicketEvent) -> str:
    body = event.data.get("body")
    if event.data.get("further"):
        words = (
            _("%(who)s added to the escalation: “%(body)s”") if body else _("%(who)s added a reason to the escalation")
        )
    else:
        words = _("%(who)s asked for an escalation: “%(body)s”") if body else _("%(who)s asked for an escalation")
    return _said(event, words)


def _accepted(event: TicketEvent) -> str:
    words = _("%(who)s accepted the escalation, with a result expected by %(time)s: “%(plan)s”")
    return _said(event, words, time=_time(event, "expected_at"))


def _closed(event: TicketEvent) -> str:
    ended_with = event.data.get("ended_with")
    if ended_with == "merged":
        return _("The escalation ended unanswered when the ticket was merged")
    if ended_with:
        return _("The escalation ended unanswered when the ticket was solved or closed")
    return _said(event, _("%(who)s closed the escalation: “%(outcome)s”"))


def _committed(event: TicketEvent) -> str:
    words = _("%(who)s gave a plan, with a result expected by %(time)s: “%(plan)s”")
    if event.data.get("slipped"):
        words = _("%(before_time)s was not kept. %(who)s gave a new time, %(time)s: “%(plan)s”")
    elif event.data.get("before"):
        words = _("%(who)s gave a new time, %(time)s instead of %(before_time)s: “%(plan)s”")
    return _said(event, words, time=_time(event, "expected_at"), before_time=_time(event, "before"))


def _slipped(event: TicketEvent) -> str:
    if event.data.get("expects") == "takeover":
        return _("Nobody took the ticket over by %(time)s, as was expected") % {"time": _time(event, "expected_at")}
    return _("The expected time, %(time)s, was not kept") % {"time": _time(event, "expected_at")}


def _missed(event: TicketEvent) -> str:
    if event.data.get("promise") == "acknowledge":
        return _("An answer to the escalation was due by %(time)s and is late") % {"time": _time(event, "due_at")}
    return _("The next update was due by %(time)s and is late") % {"time": _time(event, "due_at")}


def _promised(event: TicketEvent) -> str:
    time = _time(event, "due_at")
    return _("The next update is promised by %(time)s") % {"time": time} if time else _("The next update is promised")


def _owned(event: TicketEvent) -> str:
    return _("%(name)s answers for the escalation now") % {"name": event.data.get("name", "")}


def _tracked(event: TicketEvent) -> str:
    if event.data.get("removed"):
        return _said(event, _("%(who)s took a tracker link away: %(url)s"))
    return _said(event, _("%(who)s attached a tracker link: %(url)s"))


LINES: dict[str, Callable[[TicketEvent], str]] = {
    EventKind.ESCALATION_REQUESTED: _requested,
    EventKind.ESCALATION_ACKNOWLEDGED: lambda event: _said(event, _("%(who)s has seen the escalation and answers it")),
    EventKind.ESCALATION_ACCEPTED: _accepted,
    EventKind.ESCALATION_ANSWERED: lambda event: _said(event, _("%(who)s answered the escalation: “%(answer)s”")),
    EventKind.ESCALATION_CLOSED: _closed,
    EventKind.ESCALATION_OWNED: _owned,
    EventKind.COMMITTED: _committed,
    EventKind.SLIPPED: _slipped,
    EventKind.UPDATE_PROMISED: _promised,
    EventKind.PROMISE_MISSED: _missed,
    EventKind.TRACKED: _tracked,
}
