"""A call as the two sides see it: whose turn it is, and what each may do; and the appointment for their calendars. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from sla import wording
from tickets.calendar_file import Appointment, Method, Person, calendar_file
from tickets.calling import may_answer, may_cancel, may_note, times_left
from tickets.choices import CallState
from tickets.models import Call, CallTime, Ticket

SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CallShown:
    """A call for one reader: `times` are those that can still be taken, `sentence` says whose turn it is. `is_soon` from a
    quarter of an hour before it begins to its end."""

    call: Call
    times: Sequence[datetime]
    sentence: str
    may_answer: bool
    may_cancel: bool
    may_note: bool
    is_soon: bool

    @property
    def is_agreed(self) -> bool:
        return self.call.state == CallState.ACCEPTED

    @property
    def version(self) -> str:
        """Changes with what is shown, so that an open page knows when to show it anew."""
        return f"{self.call.pk}-{self.call.state}-{self.may_note:d}-{self.is_soon:d}-{len(self.times)}"


def calls_of(ticket: Ticket, reader: User, *, now: datetime) -> list[CallShown]:
    """The ticket's calls that still ask something of somebody, the newest first (1 query)."""
    rows = CallTime.objects.filter(call__in=Call.objects.unfinished().filter(ticket=ticket))
    by_call: dict[int, tuple[Call, list[datetime]]] = {}
    for row in rows.select_related("call__proposed_by", "call__decided_by").order_by("-call", "at"):
        by_call.setdefault(row.call_id, (row.call, []))[1].append(row.at)
    return [shown(call, times, reader=reader, now=now) for call, times in by_call.values()]


def shown(call: Call, times: Sequence[datetime], *, reader: User, now: datetime) -> CallShown:
    left = times_left(times, now=now)
    side = {"is_from_staff": call.is_from_staff, "by_staff": reader.is_staff}
    return CallShown(
        call=call,
        times=left,
        sentence=_sentence(call, left, reader=reader, now=now),
        may_answer=may_answer(call.state, **side),
        may_cancel=may_cancel(call.state, starts_at=call.starts_at, now=now, **side),
        may_note=may_note(call.state, starts_at=call.starts_at, now=now),
        is_soon=call.state == CallState.ACCEPTED and not call.is_over_at(now) and _begins_soon(call, now),
    )


def _begins_soon(call: Call, now: datetime) -> bool:
    return call.starts_at is not None and now >= call.starts_at - SOON


def calendar_of(call: Call, method: Method, *, reader: User, ticket_url: str, now: datetime) -> str:
    """The agreed call as a calendar file for one reader, in the language that is active."""
    number = f"#{call.ticket_id}"
    lines = [call.topic, _("Join: %(link)s") % {"link": call.link} if call.link else "", f"{number}: {ticket_url}"]
    starts_at = call.starts_at
    if starts_at is None:
        raise ValueError(f"call {call.pk} was never agreed")
    return calendar_file(
        Appointment(
            uid=f"{call.key}@{_host()}",
            sequence=call.sequence,
            starts_at=starts_at,
            ends_at=starts_at + call.duration,
            stamped_at=now,
            summary=_("Screen-sharing call on %(number)s: %(topic)s") % {"number": number, "topic": call.topic},
            description="\n".join(filter(None, lines)),
            link=call.link,
            organizer=None if method == "PUBLISH" else Person(_("Supportdesk"), _sender()),
            attendee=None if method == "PUBLISH" else Person(reader.name, reader.email),
        ),
        method,
    )


def _sentence(call: Call, left: Sequence[datetime], *, reader: User, now: datetime) -> str:
    name = call.proposed_by.name
    if call.state == CallState.PROPOSED and call.is_from_staff == reader.is_staff:
        if not left:
            return _("Nobody answered before the proposed times were past. Propose new ones.")
        return _("%(name)s proposed it; the other side chooses a time.") % {
            "name": _me_or(name, call.proposed_by, reader)
        }
    if call.state == CallState.PROPOSED:
        if not left:
            return _("The times that %(name)s proposed are past. Propose new ones.") % {"name": name}
        return _("%(name)s proposes to look at it together. Choose a time.") % {"name": name}
    values = {"at": wording.instant(call.starts_at) if call.starts_at else "", "minutes": call.minutes}
    if call.state == CallState.ACCEPTED and not call.is_over_at(now):
        return _("Agreed: %(at)s, %(minutes)s min.") % values
    return _("It was on %(at)s. What came of it is not written down yet.") % values


def _me_or(name: str, person: User, reader: User) -> str:
    return _("You") if person.pk == reader.pk else name


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL


def _host() -> str:
    return _sender().rpartition("@")[2] or "localhost"
