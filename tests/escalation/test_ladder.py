"""The pure ladder: facts in, decision out."""

import datetime as dt

import pytest

from accounts.choices import Tier
from escalation.choices import Target
from escalation.ladder import TICK, Decision, LadderFacts, after_step, decide
from sla.calendar import BusinessCalendar

ALWAYS = BusinessCalendar.always()
OFFICE = BusinessCalendar.from_definition(
    {"tz": "Asia/Shanghai", "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
B = dt.datetime(2026, 6, 12, 2, 0, tzinfo=dt.UTC)  # the breach: Friday 10:00 in Shanghai
HALF_HOUR = 1800


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def facts(**changes) -> LadderFacts:
    values = {
        "is_active": True, "tier": Tier.T1, "overdue_since": [B], "last_step_at": None, "woken_at": None,
        "is_manager_paged": False, "grace": HALF_HOUR, "calendar": ALWAYS,
    }  # fmt: skip
    return LadderFacts(**(values | changes))


CASES = [
    ("at the due itself nobody is late", facts(), B, Decision(None, B + TICK)),
    ("the first step comes right after the breach", facts(), B + TICK, Decision(Target.T2, None)),
    ("nothing overdue, nothing to climb", facts(overdue_since=[]), B + minutes(60), Decision(None, None)),
    ("waiting on the customer takes no step", facts(is_active=False), B + minutes(60), Decision(None, None)),
    (
        "a step waits out its grace",
        facts(tier=Tier.T2, last_step_at=B),
        B + minutes(29),
        Decision(None, B + minutes(30)),
    ),
    (
        "the grace is over when it has fully elapsed",
        facts(tier=Tier.T2, last_step_at=B),
        B + minutes(30),
        Decision(Target.RND, None),
    ),
    (
        "after research comes the manager",
        facts(tier=Tier.RND, last_step_at=B),
        B + minutes(30),
        Decision(Target.MANAGER, None),
    ),
    (
        "the manager is paged once",
        facts(tier=Tier.RND, last_step_at=B, is_manager_paged=True),
        B + minutes(90),
        Decision(None, None),
    ),
    (
        "a manual step counts for the grace too",
        facts(last_step_at=B + minutes(10)),
        B + minutes(39),
        Decision(None, B + minutes(40)),
    ),
    (
        "a new breach in tier 2 with its grace over moves at once",
        facts(tier=Tier.T2, last_step_at=B - minutes(300)),
        B + TICK,
        Decision(Target.RND, None),
    ),
    (
        "no step in the second in which the customer writes",
        facts(woken_at=B + minutes(60)),
        B + minutes(60),
        Decision(None, B + minutes(90)),
    ),
    ("a wake-up before the breach delays nothing", facts(woken_at=B - minutes(1)), B + TICK, Decision(Target.T2, None)),
    ("the earliest breach counts", facts(overdue_since=[B + minutes(50), B]), B + TICK, Decision(Target.T2, None)),
    (
        "a ladder may end at tier 2",
        facts(tier=Tier.T2, top=Tier.T2, last_step_at=B),
        B + minutes(30),
        Decision(Target.MANAGER, None),
    ),
    (
        "time with the customer is no grace",
        facts(tier=Tier.T2, last_step_at=B, idle_spans=[(B + minutes(10), B + minutes(70))]),
        B + minutes(89),
        Decision(None, B + minutes(90)),
    ),
    (
        "grace runs in working time: Friday afternoon ends on Monday",
        facts(tier=Tier.T2, last_step_at=B + minutes(60 * 7 + 15), calendar=OFFICE),
        B + minutes(60 * 30),
        Decision(None, dt.datetime(2026, 6, 15, 1, 15, tzinfo=dt.UTC)),
    ),
]


@pytest.mark.parametrize(("given", "now", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_decision(given: LadderFacts, now: dt.datetime, expected: Decision) -> None:
    assert decide(given, now) == expected


def test_after_a_step_the_sweep_looks_when_the_grace_is_over() -> None:
    assert after_step(facts(), Target.T2, B) == B + minutes(30)
    assert after_step(facts(), Target.MANAGER, B) is None


def test_pauses_within_a_grace_lose_no_fraction_of_a_second() -> None:
    idle, start = [], B
    for _ in range(10):
        idle.append((start + minutes(1.9 / 60), start + minutes(1)))
        start += minutes(1)
    look_at = decide(facts(last_step_at=B, grace=100, idle_spans=idle), B).look_at
    assert look_at == start + minutes(81 / 60)
