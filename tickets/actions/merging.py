"""Two tickets that are one problem become one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets import ledger
from tickets.actions.base import follow, locked, record, require, settle
from tickets.actions.inquiring import lapse_questions
from tickets.actions.waits import end_wait
from tickets.choices import EventKind, Status
from tickets.errors import ActionRefused
from tickets.models import Ticket


def merge(*, ticket: Ticket, into: Ticket, by: User, now: datetime) -> Ticket:
    """Close `ticket` with a pointer to `into`, which goes on as it was: its clocks and its tier do not change.

    The merged-away ticket's unfinished clocks are cancelled, and a breach stays recorded. Its people follow the survivor; its
    messages and files stay where they are. A second time changes nothing. Returns the survivor.
    """
    with transaction.atomic():
        # Both rows in one order, whoever merges which into which: two merges at once must not wait for each other.
        list(Ticket.objects.select_for_update().filter(pk__in=(ticket.pk, into.pk)).order_by("pk").values_list("pk"))
        ticket, into = locked(ticket), locked(into)
        if ticket.merged_into_id == into.pk:
            return into
        _refuse_misfits(ticket, into)
        require("merge", ticket)
        _cancel_clocks(ticket, by=by, now=now)
        lapse_questions(ticket, by=by, now=now)
        end_wait(ticket, now=now)
        ticket.status, ticket.closed_at, ticket.check_at, ticket.merged_into = Status.CLOSED, now, None, into
        record(ticket, EventKind.MERGED, by=by, now=now, data={"into": into.pk})
        settle(ticket, now=now, fields=("closed_at", "merged_into"))
        for user in {ticket.requester, *(each.user for each in ticket.followers.select_related("user"))}:
            if user.pk != into.requester_id:
                follow(into, user, now=now)
        record(into, EventKind.MERGED, by=by, now=now, data={"from": ticket.pk})
        settle(into, now=now)
        return into


def close(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """Close a resolved ticket before its time. A closed one stays closed."""
    with transaction.atomic():
        ticket = locked(ticket)
        if ticket.status == Status.CLOSED:
            return ticket
        require("close", ticket)
        ticket.status, ticket.closed_at, ticket.check_at = Status.CLOSED, now, None
        record(ticket, EventKind.CLOSED, by=by, now=now)
        settle(ticket, now=now, fields=("closed_at",))
        return ticket


def _refuse_misfits(ticket: Ticket, into: Ticket) -> None:
    if ticket.pk == into.pk:
        raise ActionRefused(_("A ticket cannot be merged into itself."))
    if ticket.organisation_id != into.organisation_id:
        raise ActionRefused(_("These tickets are of two organisations: one must not read the other's."))
    if into.is_merged:
        raise ActionRefused(
            _("%(number)s was merged itself. Merge into #%(survivor)s.")
            % {"number": into.number, "survivor": into.merged_into_id}
        )
    if into.status == Status.CLOSED:
        raise ActionRefused(_("%(number)s is closed. Merge into a ticket that is open.") % {"number": into.number})


def _cancel_clocks(ticket: Ticket, *, by: User, now: datetime) -> None:
    for clock in ledger.clocks_of(ticket).values():
        if clock.stopped_at is None:
            ledger.append(clock, "cancelled", reason="merged", by=by, now=now)
