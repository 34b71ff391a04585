"""The terms a ticket was opened under: targets and which calendar, frozen at creation. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_UNIT_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@dataclass(frozen=True, slots=True)
class SeverityTerms:
    """Targets of one severity, in working seconds of the calendar `calendar_id` (None: around the clock)."""

    first_response: int
    resolution: int
    grace: int
    calendar_id: int | None


Terms = Mapping[str, SeverityTerms]


def to_json(terms: Terms) -> dict[str, dict[str, Any]]:
    return {severity: asdict(each) for severity, each in terms.items()}


def from_json(stored: Mapping[str, Mapping[str, Any]]) -> Terms:
    return {severity: SeverityTerms(**each) for severity, each in stored.items()}


def in_seconds(amount: int, unit: str, *, business_day: int | None) -> int:
    """Seconds of a target. A day is `business_day` seconds on a business calendar and 24 h around the clock (None)."""
    if unit == "days" and business_day is not None:
        return amount * business_day
    return amount * _UNIT_SECONDS[unit]
