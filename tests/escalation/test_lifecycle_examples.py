"""The worked lifecycles, through the real actions and the real sweep, at the given instants."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from escalation import sweep
from escalation.choices import Target
from escalation.models import Escalation
from sla.models import Calendar
from tests.cast import Cast, file_ticket
from tickets import actions
from tickets.models import Ticket, TicketEvent

DATA = json.loads((Path(__file__).parent.parent / "data" / "lifecycle_examples.json").read_text())
TIERS = {"t1": "T1", "t2": "T2", "rnd": "RD", "manager": "MANAGER"}


def instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def clock_now(ticket: Ticket, kind: str) -> dict[str, Any]:
    clock = ticket.clocks.get(kind=kind)
    return {"state": clock.state, "due": clock.due_at, "breached_at": clock.breached_at, "stopped_at": clock.stopped_at}


def apply(cast: Cast, ticket: Ticket | None, event: dict[str, Any]) -> Ticket:
    now = instant(event["at"])
    assert now is not None
    match event["type"]:
        case "created":
            return file_ticket(cast, severity=event["priority"].lower(), now=now)
        case "agent_reply":
            actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=now)
        case "customer_reply":
            actions.customer_reply(ticket=ticket, by=cast.alice, body="Still.", now=now)
        case "priority":
            actions.change_severity(ticket=ticket, by=cast.erin, severity=event["to"].lower(), reason="r", now=now)
        case "status" if event["to"] == "resolved":
            actions.resolve(ticket=ticket, by=cast.erin, message="Done.", cause="c", fix="f", prevention="p", now=now)
        case "status" if event["to"] == "waiting_customer":
            actions.wait_on_customer(ticket=ticket, by=cast.erin, now=now)
        case "sweep":
            sweep.run(now)
        case other:
            pytest.fail(f"unknown event {other}")
    ticket.refresh_from_db()
    return ticket


@pytest.mark.django_db
@pytest.mark.parametrize("scenario", DATA["scenarios"], ids=lambda scenario: scenario["id"])
def test_scenario_goes_as_written(cast: Cast, scenario: dict[str, Any]) -> None:
    Calendar.objects.update(definition=scenario["calendar"])
    ticket: Ticket | None = None
    for event in scenario["events"]:
        ticket = apply(cast, ticket, event)
        expected = event["expect_after"]
        seen = {
            "status": ticket.status,
            "tier": TIERS[ticket.tier],
            "manager_paged": ticket.manager_paged_at is not None,
            "first_response": clock_now(ticket, "first_response"),
            "resolution": clock_now(ticket, "resolution"),
        }
        wanted = {key: expected[key] for key in ("status", "tier", "manager_paged")}
        for kind in ("first_response", "resolution"):
            wanted[kind] = {key: value if key == "state" else instant(value) for key, value in expected[kind].items()}
        if event["type"] == "sweep":
            now = instant(event["at"])
            steps = Escalation.objects.filter(created_at=now)
            seen["steps"] = [{"from": TIERS[each.from_tier], "to": TIERS[each.target]} for each in steps]
            wanted["steps"] = expected["escalations_this_sweep"]
            warned = TicketEvent.objects.filter(at=now, kind="at_risk")
            seen["warnings"] = [each.data["clock"] for each in warned]
            wanted["warnings"] = expected["warnings_this_sweep"]
        assert seen == wanted, event
    assert Escalation.objects.filter(target=Target.MANAGER).count() <= 1
