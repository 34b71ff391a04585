"""What the mail about a screen-sharing call does to its readers' calendars."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from tickets.calendar_file import Method
from tickets.calls_shown import calendar_of
from tickets.choices import EventKind
from tickets.links import ticket_url
from tickets.models import Call, TicketEvent


def calendar_change(event: TicketEvent) -> tuple[int, Method] | None:
    """Which call comes into the calendars (REQUEST) or goes out of them (CANCEL) by this event; None where none does."""
    data = event.data
    if event.kind == EventKind.CALL_ACCEPTED:
        return data["call"], "REQUEST"
    if event.kind == EventKind.CALL_CANCELLED and data.get("at"):
        return data["call"], "CANCEL"
    if event.kind == EventKind.CALL_PROPOSED and data.get("was_at"):
        return data["replaces"], "CANCEL"
    return None


def calendar_for(event: TicketEvent, reader: User, *, now: datetime) -> str:
    """The file for one reader's calendar, in the language that is active; empty where nothing changes.

    A call that was called off before its mail was written goes into no calendar any more.
    """
    change = calendar_change(event)
    call = Call.objects.filter(pk=change[0]).first() if change else None
    if change is None or call is None or (change[1] == "REQUEST" and call.sequence):
        return ""
    url = ticket_url(event.ticket, reader)
    return calendar_of(call, change[1], reader=reader, ticket_url=url, now=now)
