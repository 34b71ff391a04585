"""Plays a written lifecycle through the real actions and the real sweep, and says where it went otherwise than written.

A scenario is JSON: a calendar, targets in seconds by severity, and events at given instants, each with what is expected
after it. Instants are compared, not texts. What the house refuses changes nothing, which is then what is compared.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.choices import MemberRole, Role, Tier
from accounts.models import Membership, Organisation, SupportPlan, Team, User
from escalation import sweep
from escalation.actions import hand_up
from escalation.models import Escalation
from sla.actions import replace_definition
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind, Hours, Severity, Unit
from sla.models import Calendar, SlaPolicy, SlaTarget
from tickets import actions, ledger
from tickets.choices import EventKind, Status
from tickets.errors import ActionRefused
from tickets.models import Category, Clock, Inquiry, Ticket, TicketEvent

TIERS = {"t1": "T1", "t2": "T2", "rnd": "RD", "manager": "MANAGER"}
_LONGEST_DAY = 86_400


class MalformedScenario(ValueError):
    """The file says something that is no scenario; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`where` names the event, `what` the field."""

    where: str
    what: str
    expected: Any
    seen: Any

    def __str__(self) -> str:
        return f"{self.where}: {self.what} is {_shown(self.seen)}, expected {_shown(self.expected)}"


@dataclass(slots=True)
class Stage:
    """The people and the ticket of one scenario."""

    organisation: Organisation
    calendar: Calendar
    customer: User
    engineer: User
    colleague: User
    ticket: Ticket | None = None
    refused: bool = False
    others: list[Ticket] = field(default_factory=list)

    @property
    def it(self) -> Ticket:
        if self.ticket is None:
            raise MalformedScenario("the first event must be “created”")
        return self.ticket


def play(scenario: Mapping[str, Any]) -> list[Difference]:
    """Play one scenario in the present transaction, which the caller rolls back. Raises MalformedScenario."""
    return list(_differences(scenario))


def _differences(scenario: Mapping[str, Any]) -> Iterator[Difference]:
    stage = _build(scenario)
    events = _get(scenario, "events", list, "the scenario")
    for number, event in enumerate(events, start=1):
        where = f"event {number} ({event.get('type')} at {event.get('at')})"
        now = _instant(_get(event, "at", str, where), where)
        act = ACTS.get(_get(event, "type", str, where))
        if act is None:
            raise MalformedScenario(f"{where}: there is no event of this type")
        stage.refused = False
        try:
            act(stage, event, now)
        except ActionRefused:
            stage.refused = True
        except KeyError as mistake:
            raise MalformedScenario(f"{where}: {mistake} is missing") from mistake
        if stage.ticket:
            stage.ticket = Ticket.objects.get(pk=stage.ticket.pk)
        for what, expected in event.get("expect_after", {}).items():
            yield from _compare(stage, where, what, expected, now)


def _compare(stage: Stage, where: str, what: str, expected: Any, now: datetime) -> Iterator[Difference]:
    if what in ClockKind.values:
        clock = Clock.objects.get(ticket=stage.it, kind=what)
        for name, value in expected.items():
            seen = _clock_field(clock, name, where)
            wanted = _instant(value, where) if isinstance(value, str) and name != "state" else value
            if seen != wanted:
                yield Difference(where, f"{what}.{name}", wanted, seen)
        return
    if what not in _SEEN:
        raise MalformedScenario(f"{where}: “{what}” is nothing that can be expected")
    seen = _SEEN[what](stage, now)
    if what == "status" and expected == "merged" and stage.it.is_merged:
        seen = expected  # merged is closed with a pointer; either word is right
    if seen != expected:
        yield Difference(where, what, expected, seen)


def _clock_field(clock: Clock, name: str, where: str) -> Any:
    names = {"state": "state", "due": "due_at", "breached_at": "breached_at", "stopped_at": "stopped_at"}
    names |= {"cause": "breach_cause", "breach_cause": "breach_cause", "target": "target_for"}
    if name not in names:
        raise MalformedScenario(f"{where}: a clock has no “{name}”")
    return getattr(clock, names[name])


def _steps_at(stage: Stage, now: datetime) -> list[dict[str, str]]:
    steps = Escalation.objects.filter(ticket=stage.it, created_at=now, trigger="clock").order_by("step_no")
    return [{"from": TIERS[each.from_tier], "to": TIERS[each.target]} for each in steps]


def _warnings_at(stage: Stage, now: datetime) -> list[str]:
    warned = TicketEvent.objects.filter(ticket=stage.it, at=now, kind=EventKind.AT_RISK).order_by("pk")
    return [each.data["clock"] for each in warned]


_SEEN: dict[str, Callable[[Stage, datetime], Any]] = {
    "status": lambda stage, now: stage.it.status,
    "tier": lambda stage, now: TIERS[stage.it.tier],
    "priority": lambda stage, now: stage.it.severity_code,
    "manager_paged": lambda stage, now: stage.it.manager_paged_at is not None,
    "refused": lambda stage, now: stage.refused,
    "escalations_this_sweep": _steps_at,
    "warnings_this_sweep": _warnings_at,
}


def _created(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    stage.ticket = _file(stage, event["priority"], now, by_engineer=event.get("by") in ("agent", "engineer"))


def _file(stage: Stage, priority: str, now: datetime, *, by_engineer: bool = False) -> Ticket:
    return actions.open_ticket(
        by=stage.engineer if by_engineer else stage.customer,
        requester=stage.customer if by_engineer else None,
        organisation=stage.organisation,
        app=None,
        category=Category.objects.get_or_create(code="replay", defaults={"name_en": "Replay", "name_zh": "重放"})[0],
        severity=_severity(priority),
        subject="Replayed",
        description="Replayed.",
        environment=actions.EnvironmentFacts(),
        submission_key=uuid.uuid4(),
        now=now,
    )


def _agent_reply(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    if event.get("public", True):
        is_automatic = bool(event.get("auto", False))
        actions.reply(ticket=stage.it, by=stage.engineer, body="Looking.", now=now, is_automatic=is_automatic)
    else:
        actions.note(ticket=stage.it, by=stage.engineer, body="Looking.", now=now)


def _status(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    ticket, by = stage.it, stage.engineer
    is_customers = event.get("by") == "customer"
    match event["to"]:
        case "resolved" if is_customers:
            actions.confirm_solved(ticket=ticket, by=stage.customer, now=now)
        case "resolved":
            actions.resolve(ticket=ticket, by=by, message="Done.", cause="c", fix="f", prevention="p", now=now)
        case "open" if ticket.status == Status.RESOLVED:
            person = stage.customer if is_customers else by
            actions.reopen(ticket=ticket, by=person, reason="It is back.", now=now)
        case "open":
            actions.resume(ticket=ticket, by=by, now=now)
        case "waiting_customer":
            _wait_on_customer(ticket, by, now)
        case "waiting_internal":
            actions.wait_internally(ticket=ticket, by=by, now=now)
        case "in_progress":
            actions.start(ticket=ticket, by=by, now=now)
        case "closed":
            actions.close(ticket=ticket, by=by, now=now)
        case other:
            raise MalformedScenario(f"there is no status “{other}”")


def _wait_on_customer(ticket: Ticket, by: User, now: datetime) -> None:
    """A ticket waits for an answer only: something is asked, but where waiting is refused anyway."""
    is_first_owed = ledger.is_first_response_owed(ledger.clocks_of(ticket))
    if is_first_owed or Inquiry.objects.open().filter(ticket=ticket).exists():
        actions.wait_on_customer(ticket=ticket, by=by, now=now)
    else:
        actions.reply_and_wait(ticket=ticket, by=by, body="Which version?", now=now)


def _priority(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    by = stage.customer if event.get("by") == "customer" else stage.engineer
    actions.change_severity(ticket=stage.it, by=by, severity=_severity(event["to"]), reason="Replayed.", now=now)


def _plan_change(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    code = f"replay-{uuid.uuid4().hex[:8]}"
    plan = SupportPlan.objects.create(code=code, name_en=code, name_zh=code)
    targets = event.get("targets_seconds") or {each.code: _HURRIED for each in Severity}
    _write_policy(plan, stage.calendar, targets)
    stage.organisation.plan = plan
    stage.organisation.save(update_fields=["plan"])


def _calendar_edit(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    """A whole calendar, some of its parts, or holidays that are added or taken away."""
    definition: dict[str, Any] = dict(stage.calendar.definition)
    edit = event.get("calendar") or event.get("definition") or {}
    definition |= edit | {key: event[key] for key in ("tz", "weekly", "holidays", "extra") if key in event}
    added = _list(event, "add_holidays") + _list(event, "add_holiday")
    removed = set(_list(event, "remove_holidays") + _list(event, "remove_holiday"))
    definition["holidays"] = sorted({*definition.get("holidays", []), *added} - removed)
    definition["extra"] = {**definition.get("extra", {}), **event.get("add_extra", {})}
    stage.calendar = replace_definition(calendar=stage.calendar, definition=definition, now=now)
    # As the next sweep does; here at once, so that what follows from the edit carries its instant.
    actions.recheck_after_calendar_edits(now=now)
    for clock in ledger.clocks_of(stage.it).values():
        if ledger.is_stale(clock) and stage.it.is_open and not ledger.note_breach(clock, now=now):
            clock.save()


def _escalate_manual(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    hand_up(ticket=stage.it, by=stage.engineer, reason="Replayed.", tried="Replayed.", ask="Replayed.", now=now)


def _merge(stage: Stage, event: Mapping[str, Any], now: datetime) -> None:
    survivor = _file(stage, event.get("into_priority", stage.it.severity_code), stage.it.created_at)
    stage.others.append(survivor)
    actions.merge(ticket=stage.it, into=survivor, by=stage.engineer, now=now)


ACTS: dict[str, Callable[[Stage, Mapping[str, Any], datetime], None]] = {
    "created": _created,
    "agent_reply": _agent_reply,
    "customer_reply": lambda stage, event, now: _do(
        actions.customer_reply, ticket=stage.it, by=stage.customer, body="Still.", now=now
    ),
    "status": _status,
    "priority": _priority,
    "reassign": lambda stage, event, now: _do(
        actions.assign, ticket=stage.it, to=stage.colleague, by=stage.engineer, now=now
    ),
    "plan_change": _plan_change,
    "calendar_edit": _calendar_edit,
    "escalate_manual": _escalate_manual,
    "merge": _merge,
    "sweep": lambda stage, event, now: _do(sweep.run, now=now),
}
_HURRIED = {"first_response": 60, "resolution": 120, "calendar": "24x7", "ladder_grace": 60}


def _do(action: Callable[..., Any], **values: Any) -> None:
    action(**values)


def _build(scenario: Mapping[str, Any]) -> Stage:
    code = f"replay-{uuid.uuid4().hex[:8]}"
    definition = _get(scenario, "calendar", dict, "the scenario")
    try:
        BusinessCalendar.from_definition(definition)
    except ValueError as mistake:
        raise MalformedScenario(f"calendar: {mistake}") from mistake
    calendar = Calendar.objects.create(
        code=code,
        name_en=code,
        name_zh=code,
        definition=definition,
        business_day_seconds=_LONGEST_DAY,
        known_until=datetime.max.date(),
    )
    plan = SupportPlan.objects.create(code=code, name_en=code, name_zh=code)
    _write_policy(plan, calendar, _get(scenario, "targets_seconds", dict, "the scenario"))
    organisation = Organisation.objects.create(name=code, plan=plan)
    customer = _person(f"customer@{code}.invalid", Role.CUSTOMER)
    Membership.objects.create(organisation=organisation, user=customer, role=MemberRole.ADMIN)
    team = Team.objects.create(name_en=code, name_zh=code, tier=Tier.T1)
    engineer, colleague = (_person(f"{name}@{code}.invalid", Role.ENGINEER, team) for name in ("engineer", "colleague"))
    _person(f"manager@{code}.invalid", Role.ESCALATION_MANAGER)
    return Stage(organisation, calendar, customer, engineer, colleague)


def _person(email: str, role: Role, team: Team | None = None) -> User:
    return User.objects.create_user(email, None, name=email.partition("@")[0], role=role, team=team)


def _write_policy(plan: SupportPlan, calendar: Calendar, targets: Mapping[str, Mapping[str, Any]]) -> None:
    policy = SlaPolicy.objects.create(plan=plan, calendar=calendar)
    for priority, row in targets.items():
        SlaTarget.objects.create(
            policy=policy,
            severity=_severity(priority),
            hours=Hours.ALWAYS if row.get("calendar") == "24x7" else Hours.BUSINESS,
            first_response_amount=_get(row, "first_response", int, priority),
            first_response_unit=Unit.SECONDS,
            resolution_amount=_get(row, "resolution", int, priority),
            resolution_unit=Unit.SECONDS,
            grace_amount=_get(row, "ladder_grace", int, priority),
            grace_unit=Unit.SECONDS,
        )


def _severity(priority: str) -> str:
    if str(priority).lower() not in Severity.values:
        raise MalformedScenario(f"there is no priority “{priority}”")
    return priority.lower()


def _instant(text: str, where: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as mistake:
        raise MalformedScenario(f"{where}: “{text}” is no instant") from mistake
    if instant.tzinfo is None:
        raise MalformedScenario(f"{where}: “{text}” has no time zone")
    return instant


def _get(row: Any, key: str, kind: type, where: str) -> Any:
    if not isinstance(row, Mapping) or not isinstance(row.get(key), kind):
        raise MalformedScenario(f"{where}: “{key}” is missing or no {kind.__name__}")
    return row[key]


def _list(event: Mapping[str, Any], key: str) -> list[str]:
    value = event.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)
