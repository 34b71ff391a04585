"""Reading what the table of recipients decides on, from the database. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.choices import Role
from accounts.models import Team, User
from escalation.models import Escalation
from notifications.calendars import calendar_change
from notifications.recipients import Facts, candidates
from sla.choices import ClockState
from tickets.choices import EventKind
from tickets.models import Clock, Follower, Message, Ticket, TicketEvent

# An act that writes two events tells of them once: by the one that says more.
_SAYS_MORE = {
    EventKind.REPLIED: (EventKind.WAITED_ON_CUSTOMER, EventKind.RESOLVED),
    EventKind.REOPENED: (EventKind.CUSTOMER_REPLIED,),
}
_FOR_MANAGERS = frozenset(
    {
        EventKind.MANAGER_PAGED,
        EventKind.ESCALATION_REQUESTED,
        EventKind.ESCALATION_CLOSED,
        EventKind.SLIPPED,
        EventKind.PROMISE_MISSED,
        EventKind.RATED,
    }
)
_TO_A_TIER = frozenset({EventKind.ESCALATED, EventKind.HANDED_BACK})


@dataclass(frozen=True, slots=True)
class Story:
    """An event with all that telling it needs. `people` are the active candidates, `message` what was written with it."""

    event: TicketEvent
    facts: Facts
    people: dict[int, User]
    message: Message | None
    clocks: list[Clock]
    escalation: Escalation | None

    @property
    def ticket(self) -> Ticket:
        return self.event.ticket

    @property
    def allowed(self) -> frozenset[int]:
        """Of the people, those who may see the ticket."""
        return frozenset(
            pk
            for pk, person in self.people.items()
            if Ticket.objects.visible_to(person).filter(pk=self.event.ticket_id).exists()
        )

    @property
    def customers(self) -> frozenset[int]:
        return frozenset(pk for pk, person in self.people.items() if not person.is_staff)


def story_of(event: TicketEvent) -> Story:
    """Load the story. `event` comes with its ticket, actor and message."""
    siblings = _siblings(event)
    facts = _facts(event, siblings)
    people = User.objects.active().select_related("team").in_bulk(candidates(facts))
    return Story(
        event=event,
        facts=facts,
        people=people,
        message=event.message or next((each.message for each in siblings if each.message), None),
        clocks=list(Clock.objects.filter(ticket=event.ticket_id, stopped_at=None).exclude(state=ClockState.CANCELLED)),
        escalation=_escalation(event),
    )


def _facts(event: TicketEvent, siblings: list[TicketEvent]) -> Facts:
    ticket = event.ticket
    followers = list(Follower.objects.filter(ticket=ticket).values_list("user_id", "user__role"))
    tier = _tier(event)
    return Facts(
        kind=event.kind,
        severity=event.data.get("to", ticket.severity) if event.kind == EventKind.SEVERITY_CHANGED else ticket.severity,
        actor=event.actor_id,
        is_by_customer=event.actor is not None and not event.actor.is_staff,
        is_public=event.is_public,
        is_told_by_next=any(each.kind in _SAYS_MORE.get(EventKind(event.kind), ()) for each in siblings),
        is_raised=bool(event.data.get("raised")),
        is_low=bool(event.data.get("is_low")),
        changes_calendars=calendar_change(event) is not None,
        requester=ticket.requester_id,
        handler=event.data.get("to") if event.kind == EventKind.ASSIGNED else ticket.assignee_id,
        added=event.data.get("to") if event.kind == EventKind.FOLLOWER_ADDED else None,
        caller=event.data.get("caller"),
        customer_followers=frozenset(pk for pk, role in followers if role == Role.CUSTOMER),
        staff_followers=frozenset(pk for pk, role in followers if role != Role.CUSTOMER),
        on_call=frozenset(Team.objects.filter(tier=tier, on_call__isnull=False).values_list("on_call", flat=True)),
        tier_engineers=frozenset(
            User.objects.active().filter(team__tier=tier).values_list("pk", flat=True)
            if event.kind in _TO_A_TIER
            else ()
        ),
        escalation_managers=frozenset(
            User.objects.active().with_role(Role.ESCALATION_MANAGER).values_list("pk", flat=True)
            if event.kind in _FOR_MANAGERS
            else ()
        ),
    )


def _tier(event: TicketEvent) -> str:
    """The tier whose people the event concerns: as it was then, for a ticket that has climbed since."""
    if event.kind in _TO_A_TIER:
        return str(event.data.get("to", event.ticket.tier))
    climbs = TicketEvent.objects.filter(ticket=event.ticket_id, kind=EventKind.ESCALATED, pk__gt=event.pk)
    following = climbs.order_by("pk").first()
    return str(following.data.get("from", event.ticket.tier)) if following else event.ticket.tier


def _siblings(event: TicketEvent) -> list[TicketEvent]:
    """The other public events of the same act: same ticket, person and instant."""
    if event.actor_id is None:
        return []
    same_act = TicketEvent.objects.filter(ticket=event.ticket_id, actor=event.actor_id, at=event.at, is_public=True)
    return list(same_act.exclude(pk=event.pk).select_related("message"))


def _escalation(event: TicketEvent) -> Escalation | None:
    pk = event.data.get("escalation")
    return Escalation.objects.select_related("by").filter(pk=pk, ticket=event.ticket_id).first() if pk else None
