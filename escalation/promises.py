"""Is a promise kept? PURE: facts in, decision out; the arithmetic is that of `sla.clock`.

Next update: after an engineer's public answer the next one is promised; time in which the ticket waits on the customer
does not count, and the next public answer keeps it. Expected time of an escalation: kept by whoever takes the ticket
over, or by the resolution, as the commitment says. Source: the SLA policy's section on promises beside the ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from escalation.choices import Expects
from sla.clock import Segment

_STANDS = frozenset({"paused", "stopped"})


def with_pauses(ledger: Sequence[Segment], resolution: Iterable[Segment]) -> list[Segment]:
    """The promise's ledger with the pauses that the ticket's resolution clock made since: what is to be appended.

    A promise that was made while the ticket already waited stands from its first instant on.
    """
    began, last = ledger[0].at, ledger[-1]
    is_standing = last.step in _STANDS
    missing: list[Segment] = []
    waited_before = False
    for line in resolution:
        stands = line.step in _STANDS
        if line.at < began:
            waited_before = stands
        elif line.at >= last.at and stands != is_standing and line.step in ("paused", "stopped", "resumed"):
            missing.append(Segment("paused" if stands else "resumed", line.at))
            is_standing = stands
    if waited_before and last.step == "started" and not (missing and missing[0].step == "paused"):
        missing.insert(0, Segment("paused", began))
    return missing


def owed_at(*, expected_at: datetime | None, expects: str, is_taken: bool) -> datetime | None:
    """The expected time that is still to be kept; “taken over by” is kept once somebody has the ticket."""
    return None if expects == Expects.TAKEOVER and is_taken else expected_at


def is_slipped(*, expected_at: datetime | None, expects: str, is_taken: bool, is_active: bool, now: datetime) -> bool:
    """Has an expected time passed unkept? While the customer has the ball (`is_active` False) nobody is late."""
    at = owed_at(expected_at=expected_at, expects=expects, is_taken=is_taken)
    return at is not None and is_active and now > at
