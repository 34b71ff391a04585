"""Replayed under the rules in force, any life of a ticket has exactly the breaches that were recorded in it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.dry_run import breach_of
from sla.policies import read_book
from tests.cast import Cast
from tests.tickets.test_random_lives import ACTS, TICK, WAITS, Life
from tickets.dry_run import read_lives
from tickets.models import Clock, Ticket

# No edit of a calendar: what the hours were before it, nobody keeps. No other plan: the replay asks for the present one.
OFTEN = ["sweep", "severity", "raise"] * 3
NAMES = st.sampled_from([*(act for act in ACTS if act not in ("calendar", "plan")), *OFTEN])
STEPS = st.lists(st.tuples(WAITS, NAMES, st.integers(0, 11)), max_size=14)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="one database is enough for rules")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(severity=st.sampled_from(("p0", "p1", "p2", "p3")), steps=STEPS)
def test_the_replay_of_unchanged_rules_is_the_record(
    cast: Cast, severity: str, steps: list[tuple[float | str, str, int]]
) -> None:
    with transaction.atomic():
        life = Life(cast, severity)
        for wait, name, arg in steps:
            life.later(wait)
            life.now += TICK  # two acts at one instant leave no trace of their order in the ledger
            life.act(name, arg)
        life.now += dt.timedelta(days=1)
        life.act("sweep", 0)
        book = read_book()
        (lived,) = read_lives(Ticket.objects.filter(pk=life.ticket.pk))
        terms = book.terms(organisation_id=lived.organisation_id, plan_id=lived.plan_id)
        for clock in Clock.objects.filter(ticket=life.ticket):
            rules = [(since, book.rule(terms[each], clock.kind)) for since, each in lived.severities]
            found = breach_of(lived.clocks[clock.kind].segments, rules, life.now)
            assert (found.at if found else None) == clock.breached_at, clock.kind
            if found:
                assert found.cause == clock.breach_cause
        transaction.set_rollback(True)
