"""`bin/bench calendar`: how many additions of working time a second on one calendar, by how far they reach."""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from sla.calendar import BusinessCalendar

HOUR = 3600
DAY = int(8.5 * HOUR)
SPANS = {"2 hours": 2 * HOUR, "a month": 21 * DAY, "2 years": 500 * DAY}  # working seconds
CALLS = 5000
FASTEST_TARGET = 100_000  # a second, for spans up to a month
SLOWEST_TARGET = 3.0  # times as long for two years as for two hours, at most
_OFFICE = [["09:00", "17:30"]]
_WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _OFFICE)


def china() -> BusinessCalendar:
    """Office hours in Shanghai, with golden weeks off and their make-up days, from 2024 to 2028."""
    holidays = [f"{year}-{month:02}-{day:02}" for year in range(2024, 2029) for month in (5, 10) for day in range(1, 6)]
    extra = {f"{year}-10-10": _OFFICE for year in range(2024, 2029)}
    definition = {"tz": "Asia/Shanghai", "weekly": _WEEK, "holidays": holidays, "extra": extra}
    return BusinessCalendar.from_definition(definition)


def measure(rounds: int, calls: int = CALLS) -> dict[str, Any]:
    """Additions a second by span, the spans alternating in each round."""
    calendar, pick = china(), random.Random(7)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(seconds=pick.randrange(365 * 24 * HOUR)) for _ in range(calls)]
    rates: dict[str, list[float]] = {name: [] for name in SPANS}
    for _ in range(rounds + 1):  # the first round builds the calendar's tables, and counts for nothing
        for name, seconds in SPANS.items():
            began = time.perf_counter()
            for start in starts:
                calendar.add(start, seconds)
            rates[name].append(calls / (time.perf_counter() - began))
    medians = {name: statistics.median(samples[1:]) for name, samples in rates.items()}
    shortest = medians["2 hours"]
    ratios = {name: round(shortest / median, 3) for name, median in medians.items()}
    return {
        "what": "calendar", "machine": machine(), "rounds": rounds,
        "adds_a_second": {name: round(median) for name, median in medians.items()}, "times_as_long": ratios,
        "targets": {
            f"2 hours and a month >= {FASTEST_TARGET}/s": min(shortest, medians["a month"]) >= FASTEST_TARGET,
            f"2 years <= {SLOWEST_TARGET} x as long": ratios["2 years"] <= SLOWEST_TARGET,
        },
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench calendar", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="medians of so many (9)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    options = parser.parse_args(arguments)
    figures = measure(max(options.rounds, 1))
    for name, rate in figures["adds_a_second"].items():
        print(f"{name:<10}{rate:>12,} additions a second{figures['times_as_long'][name]:>10.2f} x as long as 2 hours")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
