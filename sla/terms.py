"""The terms a ticket was opened under: targets and which calendar, frozen at creation. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BUSINESS = "business"  # the code of sla.choices.Hours.BUSINESS; this module knows no Django
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


def one_from_json(stored: Mapping[str, Mapping[str, Any]], severity: str) -> SeverityTerms:
    """The terms of one severity alone. Raises KeyError for one that is not there."""
    return SeverityTerms(**stored[severity])


def in_seconds(amount: int, unit: str, *, business_day: int | None) -> int:
    """Seconds of a target. A day is `business_day` seconds on a business calendar and 24 h around the clock (None)."""
    if unit == "days" and business_day is not None:
        return amount * business_day
    return amount * _UNIT_SECONDS[unit]


@dataclass(frozen=True, slots=True)
class Cell:
    """A length as an administrator writes it: "2 days"."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class TargetCells:
    """One severity's row of a plan or a contract. None: not said here, the plan decides. `hours` as sla.choices.Hours."""

    hours: str | None = None
    first_response: Cell | None = None
    resolution: Cell | None = None
    grace: Cell | None = None

    def over(self, base: TargetCells) -> TargetCells:
        """These cells where they say something, else those of `base`."""
        return TargetCells(
            hours=self.hours or base.hours,
            first_response=self.first_response or base.first_response,
            resolution=self.resolution or base.resolution,
            grace=self.grace or base.grace,
        )

    @property
    def is_empty(self) -> bool:
        return self == TargetCells()


def terms_of(cells: TargetCells, *, calendar_id: int | None, business_day: int) -> SeverityTerms:
    """Working seconds of cells that are all given. `calendar_id` is the customer's business calendar, one working day
    of it `business_day` seconds long; both count for business hours only. Raises ValueError for a row with gaps."""
    if cells.first_response is None or cells.resolution is None or cells.grace is None:
        raise ValueError("A severity needs a first response, a resolution and a grace.")
    is_business = cells.hours == BUSINESS
    day = business_day if is_business else None
    return SeverityTerms(
        first_response=in_seconds(cells.first_response.amount, cells.first_response.unit, business_day=day),
        resolution=in_seconds(cells.resolution.amount, cells.resolution.unit, business_day=day),
        grace=in_seconds(cells.grace.amount, cells.grace.unit, business_day=day),
        calendar_id=calendar_id if is_business else None,
    )
