"""Two years of working time are added as fast as two hours: nobody walks day by day."""

import datetime as dt
import time

from sla import china
from sla.calendar import BusinessCalendar
from sla.defaults import OFFICE_DAY, OFFICE_HOURS

ROUNDS, CALLS = 7, 4000
START = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
CALENDAR = BusinessCalendar.from_definition(china.definition(OFFICE_HOURS, years=[2025, 2026])[0])


def calls_a_second(seconds: int) -> float:
    """The best of some rounds: a busy machine makes a round slow, never fast."""
    CALENDAR.add(START, seconds)  # its tables are built once
    best = min(_round(seconds) for _ in range(ROUNDS))
    return CALLS / best


def _round(seconds: int) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        CALENDAR.add(START, seconds)
    return time.perf_counter() - began


def test_a_hundred_thousand_times_a_second_and_two_years_no_slower_than_a_third() -> None:
    short, long = calls_a_second(4 * 3600), calls_a_second(500 * OFFICE_DAY)
    assert short >= 100_000
    assert long >= short / 3
