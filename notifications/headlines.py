"""One line that says what happened: the subject of a mail and the line under the bell.

In the language that is active, for one reader. Texts of people are only ever put in as values, never as formats.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from accounts.choices import Tier
from accounts.models import User
from sla import wording
from sla.choices import ClockKind, Severity
from tickets.choices import EventKind
from tickets.models import TicketEvent

Headline = Callable[[TicketEvent, User], str]


def headline(event: TicketEvent, reader: User) -> str:
    """For instance "Erin Wu answered #1042". `event` comes with its ticket and actor."""
    return _HEADLINES.get(event.kind, _changed)(event, reader)


def who(event: TicketEvent, reader: User) -> str:
    """The name of the person who acted; staff also read for which organisation a customer speaks."""
    if event.actor is None:
        return _("Supportdesk")
    if reader.is_staff and not event.actor.is_staff:
        return _("%(person)s (%(organisation)s)") % {
            "person": event.actor.name,
            "organisation": event.ticket.organisation.name,
        }
    return event.actor.name


def severity_name(code: str) -> str:
    """For instance "P0 Urgent"."""
    return f"{code.upper()} {Severity(code).label}" if code in Severity.values else code.upper()


def tier_name(code: str) -> str:
    return str(Tier(code).label) if code in Tier.values else _("the escalation manager")


def clock_name(code: str) -> str:
    return str(ClockKind(code).label) if code in ClockKind.values else code


def _values(event: TicketEvent, reader: User) -> dict[str, str]:
    return {"who": who(event, reader), "number": event.ticket.number}


def _opened(event: TicketEvent, reader: User) -> str:
    if reader.pk == event.ticket.requester_id:
        return _("We have your ticket %(number)s") % _values(event, reader)
    severity = severity_name(event.data.get("severity", event.ticket.severity))
    return _("%(who)s filed %(number)s, %(severity)s") % {**_values(event, reader), "severity": severity}


def _replied(event: TicketEvent, reader: User) -> str:
    return _("%(who)s answered %(number)s") % _values(event, reader)


def _customer_replied(event: TicketEvent, reader: User) -> str:
    return _("%(who)s wrote on %(number)s") % _values(event, reader)


def _details_added(event: TicketEvent, reader: User) -> str:
    return _("%(who)s added details to %(number)s") % _values(event, reader)


def _reminded(event: TicketEvent, reader: User) -> str:
    if reader.is_staff:
        return _("The customer was reminded of %(number)s") % _values(event, reader)
    return _("%(number)s waits for your answer") % _values(event, reader)


def _contacts_changed(event: TicketEvent, reader: User) -> str:
    return _("%(who)s changed whom to call about %(number)s") % _values(event, reader)


def _question_closed(event: TicketEvent, reader: User) -> str:
    return _("%(who)s needs one answer less on %(number)s") % _values(event, reader)


def _investigated(event: TicketEvent, reader: User) -> str:
    return _("%(who)s noted what is known so far on %(number)s") % _values(event, reader)


def _rated(event: TicketEvent, reader: User) -> str:
    values = {**_values(event, reader), "score": event.data.get("score")}
    if event.data.get("is_change"):
        return _("%(who)s changed the score of %(number)s to %(score)s of 5") % values
    return _("%(who)s scored %(number)s %(score)s of 5") % values


def _call(pattern: str) -> Headline:
    """A line about a screen-sharing call; `pattern` is marked for translation where the table is."""
    return lambda event, reader: _(pattern) % _values(event, reader)


def _noted(event: TicketEvent, reader: User) -> str:
    return _("%(who)s left an internal note on %(number)s") % _values(event, reader)


def _assigned(event: TicketEvent, reader: User) -> str:
    return _("%(who)s gave you %(number)s") % _values(event, reader)


def _severity_changed(event: TicketEvent, reader: User) -> str:
    values = _values(event, reader) | {"severity": severity_name(event.data.get("to", event.ticket.severity))}
    if event.data.get("raised"):
        return _("%(who)s raised %(number)s to %(severity)s") % values
    return _("%(who)s lowered %(number)s to %(severity)s") % values


def _waited(event: TicketEvent, reader: User) -> str:
    if reader.is_staff:
        return _("%(number)s waits for the customer") % _values(event, reader)
    return _("%(who)s needs something from you on %(number)s") % _values(event, reader)


def _resolved(event: TicketEvent, reader: User) -> str:
    if event.data.get("by_customer"):
        return _("%(who)s says that %(number)s is solved") % _values(event, reader)
    return _("%(who)s solved %(number)s") % _values(event, reader)


def _reopened(event: TicketEvent, reader: User) -> str:
    return _("%(who)s reopened %(number)s") % _values(event, reader)


def _closed(event: TicketEvent, reader: User) -> str:
    return _("%(number)s is closed") % _values(event, reader)


def _escalated(event: TicketEvent, reader: User) -> str:
    values = _values(event, reader) | {"tier": tier_name(event.data.get("to", ""))}
    if reader.is_staff:
        return _("%(number)s was escalated to %(tier)s") % values
    return _("%(number)s is now with %(tier)s") % values


def _handed_back(event: TicketEvent, reader: User) -> str:
    values = _values(event, reader) | {"tier": tier_name(event.data.get("to", ""))}
    if reader.is_staff:
        return _("%(number)s was handed back to %(tier)s") % values
    return _("%(number)s is now with %(tier)s") % values


def _manager_paged(event: TicketEvent, reader: User) -> str:
    if reader.is_staff:
        return _("%(number)s needs an escalation manager") % _values(event, reader)
    return _("%(number)s is now with our escalation manager") % _values(event, reader)


def _at_risk(event: TicketEvent, reader: User) -> str:
    return _deadline(event, reader, pgettext("deadline", "%(number)s: %(clock)s is at risk"))


def _breached(event: TicketEvent, reader: User) -> str:
    return _deadline(event, reader, pgettext("deadline", "%(number)s: %(clock)s is overdue"))


def _deadline(event: TicketEvent, reader: User, pattern: str) -> str:
    clock = clock_name(event.data.get("clock", ""))
    return pattern % {**_values(event, reader), "clock": clock if wording.is_chinese() else clock.lower()}


def _followed(event: TicketEvent, reader: User) -> str:
    return _("%(who)s has the same problem as in %(number)s") % _values(event, reader)


def _follower_added(event: TicketEvent, reader: User) -> str:
    if reader.pk == event.data.get("to"):
        return _("%(who)s added you to %(number)s") % _values(event, reader)
    return _("%(who)s added %(name)s to %(number)s") % {**_values(event, reader), "name": event.data.get("name", "")}


def _followed_up(event: TicketEvent, reader: User) -> str:
    values = _values(event, reader) | {"new": event.data.get("followed_by", "")}
    if values["new"]:
        return _("%(who)s wrote again after %(number)s was closed: #%(new)s") % values
    return _("%(number)s goes on from #%(old)s") % {**values, "old": event.data.get("follows", "")}


def _changed(event: TicketEvent, reader: User) -> str:
    return f"{event.ticket.number}: {EventKind(event.kind).label}"


_HEADLINES: dict[str, Headline] = {
    EventKind.OPENED: _opened,
    EventKind.REPLIED: _replied,
    EventKind.CUSTOMER_REPLIED: _customer_replied,
    EventKind.NOTED: _noted,
    EventKind.REMINDED: _reminded,
    EventKind.CONTACTS_CHANGED: _contacts_changed,
    EventKind.QUESTION_CLOSED: _question_closed,
    EventKind.INVESTIGATED: _investigated,
    EventKind.ASSIGNED: _assigned,
    EventKind.SEVERITY_CHANGED: _severity_changed,
    EventKind.WAITED_ON_CUSTOMER: _waited,
    EventKind.RESOLVED: _resolved,
    EventKind.REOPENED: _reopened,
    EventKind.CLOSED: _closed,
    EventKind.ESCALATED: _escalated,
    EventKind.HANDED_BACK: _handed_back,
    EventKind.MANAGER_PAGED: _manager_paged,
    EventKind.FOLLOWED_UP: _followed_up,
    EventKind.AT_RISK: _at_risk,
    EventKind.BREACHED: _breached,
    EventKind.FOLLOWED: _followed,
    EventKind.FOLLOWER_ADDED: _follower_added,
    EventKind.DETAILS_ADDED: _details_added,
    EventKind.RATED: _rated,
    EventKind.CALL_PROPOSED: _call(gettext_noop("%(who)s proposes a screen-sharing call on %(number)s")),
    EventKind.CALL_ACCEPTED: _call(gettext_noop("The screen-sharing call on %(number)s is agreed")),
    EventKind.CALL_DECLINED: _call(gettext_noop("%(who)s declined the screen-sharing call on %(number)s")),
    EventKind.CALL_CANCELLED: _call(gettext_noop("%(who)s called off the screen-sharing call on %(number)s")),
    EventKind.CALL_HELD: _call(gettext_noop("%(who)s wrote down what came of the call on %(number)s")),
    EventKind.CALL_OUTCOME_ASKED: _call(gettext_noop("What came of the screen-sharing call on %(number)s?")),
}
