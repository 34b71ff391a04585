"""Every plan's and contract's targets and every calendar at once, as plain values: what the next ticket of anybody is promised.

Pure. Decided here: a contract's cell beats its plan's, a contract's calendar beats its plan's. Read from rows by
`sla.policies`; a book with one page exchanged is how a change is tried before it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sla.calendar import BusinessCalendar
from sla.terms import SeverityTerms, TargetCells, Terms, terms_of

DEFAULT_PLAN = None  # the key of the policy that holds for every plan without one of its own


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a plan's policy or a contract says. A contract may leave open its calendar, severities and single cells."""

    calendar_id: int | None
    cells: Mapping[str, TargetCells] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """A calendar's hours, and the length of one working day in seconds."""

    hours: BusinessCalendar
    business_day: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a clock may run, in seconds, and in which hours it does."""

    target: int
    calendar: BusinessCalendar


@dataclass(frozen=True, slots=True)
class Book:
    plans: Mapping[int | None, Agreement]
    contracts: Mapping[int, Agreement]
    calendars: Mapping[int, CalendarFacts]

    def terms(self, *, organisation_id: int, plan_id: int) -> Terms:
        """The terms of the organisation's next ticket, by severity. KeyError where there is no default policy either."""
        plan = self.plans[plan_id if plan_id in self.plans else DEFAULT_PLAN]
        return merged(plan, self.contracts.get(organisation_id), self.days)

    def rule(self, terms: SeverityTerms, kind: str) -> Rule:
        """A severity's rule for the clock `kind`, "first_response" or "resolution"."""
        calendar = self.calendars[terms.calendar_id].hours if terms.calendar_id else BusinessCalendar.always()
        return Rule(getattr(terms, kind), calendar)

    @property
    def days(self) -> Mapping[int, int]:
        return {pk: facts.business_day for pk, facts in self.calendars.items()}

    def with_calendar(self, pk: int, facts: CalendarFacts) -> Book:
        return replace(self, calendars={**self.calendars, pk: facts})

    def with_plan(self, plan_id: int | None, agreement: Agreement) -> Book:
        return replace(self, plans={**self.plans, plan_id: agreement})

    def with_contract(self, organisation_id: int, agreement: Agreement) -> Book:
        return replace(self, contracts={**self.contracts, organisation_id: agreement})


def merged(plan: Agreement, contract: Agreement | None, days: Mapping[int, int]) -> Terms:
    """The plan's terms with the contract's cells laid over them. `days`: the working day of each calendar, in seconds."""
    own = contract or Agreement(None)
    calendar_id = own.calendar_id or plan.calendar_id
    business_day = days[calendar_id] if calendar_id else 0
    return {
        severity: terms_of(
            own.cells[severity].over(cells) if severity in own.cells else cells,
            calendar_id=calendar_id,
            business_day=business_day,
        )
        for severity, cells in plan.cells.items()
    }
