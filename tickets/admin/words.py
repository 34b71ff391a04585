"""What happened and whose turn it is, in words for our own staff. Reads, never writes."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sla.choices import ClockKind
from tickets.choices import EventKind, Status
from tickets.investigation_shown import Checklist
from tickets.models import Ticket, TicketEvent
from tickets.presenting import ClockView
from tickets.wording import Turn, event_line, merged_turn, tag_time


def staff_line(event: TicketEvent) -> str:
    """One grey line of the desk's timeline; reads `event.actor`."""
    who = event.actor.name if event.actor else _("The system")
    if event.kind == EventKind.WAITED_ON_CUSTOMER:
        return _("%(who)s waits on the customer: the resolution clock stands still") % {"who": who}
    if event.kind == EventKind.REMINDED:
        return _("The customer was reminded; it was reminder number %(n)s") % {"n": event.data.get("number", 1)}
    if event.kind == EventKind.WAITED_INTERNALLY:
        return _("%(who)s waits for somebody of ours: the clocks run on") % {"who": who}
    if event.kind == EventKind.ASSIGNED and event.actor_id != event.data.get("to"):
        name = event.data.get("name")
        words = _("%(who)s gave the ticket to %(name)s") if name else _("%(who)s took the owner off the ticket")
        return words % {"who": who, "name": name}
    if event.kind == EventKind.AT_RISK:
        clock = ClockKind(event.data.get("clock", ClockKind.RESOLUTION)).label
        return _("%(clock)s: three quarters of the time are used up") % {"clock": clock}
    return event_line(event)


def news_line(event: TicketEvent) -> str:
    """What a colleague is told who has the page open."""
    who = event.actor.name if event.actor else _("The system")
    words = {
        EventKind.REPLIED: _("%(who)s answered the customer"),
        EventKind.CUSTOMER_REPLIED: _("%(who)s wrote"),
        EventKind.NOTED: _("%(who)s added an internal note"),
    }.get(EventKind(event.kind))
    return words % {"who": who} if words else staff_line(event)


def _awaited(number: int) -> str:
    if not number:
        return _("The resolution clock stands still until the customer answers.")
    words = ngettext(
        "The resolution clock stands still until %(n)s question is answered.",
        "The resolution clock stands still until %(n)s questions are answered.",
        number,
    )
    return words % {"n": number}


def staff_turn(ticket: Ticket, clocks: Mapping[str, ClockView], asked: Checklist) -> Turn:
    """Whose turn it is, seen from our side, and until when. The looks are those of the customer's page, swapped."""
    if ticket.is_merged:
        address = reverse("admin:tickets_ticket_change", args=[ticket.merged_into_id])
        return merged_turn(ticket, address)
    if ticket.status == Status.CLOSED:
        return Turn(
            "done", _("Closed."), _("It cannot be reopened; when the customer writes again, that is a new ticket.")
        )
    if ticket.status == Status.RESOLVED:
        if not ticket.check_at:
            return Turn("done", _("Resolved."), "")
        words = _("The customer can reopen it until {time}; then it closes by itself.")
        return Turn("done", _("Resolved."), format_html(words, time=tag_time(ticket.check_at)))
    if ticket.status == Status.WAITING_CUSTOMER:
        return Turn("engineer", pgettext("whose turn", "The customer’s turn."), _awaited(len(asked.open)))
    first, resolution = clocks.get(ClockKind.FIRST_RESPONSE), clocks.get(ClockKind.RESOLUTION)
    clock = first if first and first.is_ticking else resolution
    if clock is None or clock.due_at is None:
        return Turn("engineer", pgettext("whose turn", "Our turn."), "")
    if clock.state == "breached":
        late = _("The first response was due by {time}.") if clock is first else _("The solution was due by {time}.")
        return Turn("late", _("We are late."), format_html(late, time=tag_time(clock.due_at)))
    owed = _("The first response is due by {time}.") if clock is first else _("The solution is due by {time}.")
    return Turn("engineer", pgettext("whose turn", "Our turn."), format_html(owed, time=tag_time(clock.due_at)))
