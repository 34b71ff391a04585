"""Would a clock have been missed under other targets or hours? A pure replay of its ledger, and the tally over many.

The replay follows what `tickets.ledger` records: time counts from creation, a change of severity recomputes the clock from
creation with the new severity's rule, a breach stays. Where rule and calendar are those of the record, so is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sla.book import Rule
from sla.clock import Segment, running_spans

Cause = Literal["elapsed", "severity_change"]
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Breach:
    """Missed, dated as the ledger dates it: at the due, or at the change that put the due into the past."""

    at: datetime
    cause: Cause


def breach_of(segments: Sequence[Segment], rules: Sequence[tuple[datetime, Rule]], now: datetime) -> Breach | None:
    """The first breach of a clock by `now`, None if there is none.

    `segments` in order of time, the first one `started`; `rules` say from when on which rule held, the first one from
    creation. A change that comes while the clock is stopped does not touch it.
    """
    held = [rules[0], *(each for each in rules[1:] if not _is_stopped(segments, each[0]))]
    for number, (since, rule) in enumerate(held):
        is_last = number + 1 == len(held)
        until = now if is_last else held[number + 1][0]
        seen = segments if is_last else [each for each in segments if each.at <= until]
        missed = _missed(rule, list(running_spans(seen, until)))
        if missed is None:
            continue
        if number and missed.at < since:
            return Breach(since, "severity_change")
        if missed.at < until:
            return missed
    return None


def _is_stopped(segments: Sequence[Segment], at: datetime) -> bool:
    step = "started"
    for segment in segments:
        if segment.at > at:
            break
        step = segment.step
    return step in ("stopped", "cancelled")


def _missed(rule: Rule, spans: Sequence[tuple[datetime, datetime]]) -> Breach | None:
    """When the working time of these running spans went past the target, if it did."""
    left = timedelta(seconds=rule.target)
    for begin, end in spans:
        due = rule.calendar.add(begin, left)
        if due is not None and due < end:
            return Breach(due, "elapsed")
        left -= rule.calendar.worked_between(begin, end)  # nothing is left where it was due exactly at the end: in time
    return None


@dataclass(slots=True)
class Tally:
    """Breaches of one kind of clock: `recorded` in the ledger, and by replay `before` and `after` the change."""

    clocks: int = 0
    recorded: int = 0
    before: int = 0
    after: int = 0
    more: int = 0
    fewer: int = 0
    now_missed: list[int] = field(default_factory=list)
    now_met: list[int] = field(default_factory=list)

    def count(self, ticket: int, *, recorded: bool, before: bool, after: bool) -> None:
        self.clocks += 1
        self.recorded += recorded
        self.before += before
        self.after += after
        if after and not before:
            self.more += 1
            _list(self.now_missed, ticket)
        elif before and not after:
            self.fewer += 1
            _list(self.now_met, ticket)


def _list(tickets: list[int], ticket: int) -> None:
    if len(tickets) < MOST_LISTED:
        tickets.append(ticket)
