"""Who of the customer's people reads a ticket and is told of it: the requester and the organisation's admins decide."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import MemberRole, Role
from accounts.models import Membership, User
from tickets.actions.base import follow, locked, record, refuse_merged, settle
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Follower, Ticket


def share(*, ticket: Ticket, by: User, is_shared: bool, now: datetime) -> bool:
    """Let every member of the organisation read it, or only requester, followers and admins; did that change anything?

    What a colleague has read is not taken back. Raises ActionRefused for others than requester and admins.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        _require_manager(ticket, by)
        if ticket.is_shared == is_shared:
            return False
        ticket.is_shared = is_shared
        record(ticket, EventKind.SHARED if is_shared else EventKind.UNSHARED, by=by, now=now)
        settle(ticket, now=now, fields=("is_shared",))
        return True


def add_follower(*, ticket: Ticket, by: User, user: User, now: datetime) -> bool:
    """Have a member of the organisation follow it, who is told; nothing happens where they follow already.

    Anybody who reads the ticket may add themselves. Raises ActionRefused for somebody who is no member, and for a merged
    ticket with where to go on.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if by.pk != user.pk:
            _require_manager(ticket, by)
        refuse_merged(ticket)
        if not _is_colleague(ticket, user):
            raise ActionRefused(_("Only members of the organisation can follow its tickets."))
        if user.pk == ticket.requester_id or Follower.objects.filter(ticket=ticket, user=user).exists():
            return False
        follow(ticket, user, now=now)
        record(ticket, EventKind.FOLLOWER_ADDED, by=by, now=now, data={"to": user.pk, "name": user.name})
        settle(ticket, now=now)
        return True


def remove_follower(*, ticket: Ticket, by: User, user: User, now: datetime) -> bool:
    """End a customer's following; anybody may end their own. Of a ticket that is not shared they then see nothing more."""
    with transaction.atomic():
        ticket = locked(ticket)
        if by.pk != user.pk:
            _require_manager(ticket, by)
        gone, _by_model = Follower.objects.filter(ticket=ticket, user=user, user__role=Role.CUSTOMER).delete()
        if not gone:
            return False
        record(ticket, EventKind.FOLLOWER_REMOVED, by=by, now=now, data={"to": user.pk, "name": user.name})
        settle(ticket, now=now)
        return True


def manages_people(ticket: Ticket, user: User) -> bool:
    """May the person decide who reads the ticket? Its requester and the organisation's admins may, while they are members."""
    place = Membership.objects.filter(organisation=ticket.organisation_id, user=user).first()
    return place is not None and decides_who_reads(ticket, user, is_admin=place.role == MemberRole.ADMIN)


def decides_who_reads(ticket: Ticket, member: User, *, is_admin: bool) -> bool:
    """The same of a member whose role is known."""
    return is_admin or member.pk == ticket.requester_id


def _require_manager(ticket: Ticket, by: User) -> None:
    if not manages_people(ticket, by):
        raise ActionRefused(_("Only the requester and the organisation’s admins decide who reads a ticket."))


def _is_colleague(ticket: Ticket, user: User) -> bool:
    members = Membership.objects.filter(organisation=ticket.organisation_id, user=user)
    return members.filter(user__is_active=True, user__role=Role.CUSTOMER).exists()
