"""Which terms apply to an organisation's next ticket."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from sla.book import DEFAULT_PLAN, Agreement, Book, CalendarFacts, merged
from sla.calendar import BusinessCalendar
from sla.models import Calendar, Contract, SlaPolicy
from sla.terms import SeverityTerms, Terms


def terms_for(organisation: Organisation) -> Terms:
    """The targets by severity code: the contract's cells, else those of the organisation's plan, or the default ones where
    the plan has none (3 queries, 4 with a contract). Raises SlaPolicy.DoesNotExist where there are neither."""
    policy = _own_or_default(organisation).select_related("calendar").prefetch_related("targets").first()
    if policy is None:
        raise SlaPolicy.DoesNotExist
    contracts = Contract.objects.filter(organisation=organisation).select_related("calendar")
    contract = next(iter(contracts.prefetch_related("targets")), None)
    calendars = [policy.calendar, *([contract.calendar] if contract and contract.calendar else [])]
    days = {calendar.pk: calendar.business_day_seconds for calendar in calendars}
    return merged(agreement_of(policy), agreement_of(contract) if contract else None, days)


def has_terms(organisation: Organisation) -> bool:
    """Is there anything that `terms_for` could read?"""
    return _own_or_default(organisation).exists()


def _own_or_default(organisation: Organisation) -> QuerySet[SlaPolicy]:
    return SlaPolicy.objects.filter(Q(plan=organisation.plan_id) | Q(is_default=True)).order_by("is_default")


def read_book() -> Book:
    """All policies, contracts and calendars (5 queries)."""
    policies = SlaPolicy.objects.prefetch_related("targets")
    contracts = Contract.objects.order_by().prefetch_related("targets")
    return Book(
        plans={DEFAULT_PLAN if each.is_default else each.plan_id: agreement_of(each) for each in policies},
        contracts={each.organisation_id: agreement_of(each) for each in contracts},
        calendars={each.pk: facts_of_calendar(each) for each in Calendar.objects.all()},
    )


def agreement_of(row: SlaPolicy | Contract) -> Agreement:
    """A row's values; reads its targets."""
    return Agreement(row.calendar_id, {target.severity: target.cells for target in row.targets.all()})


def facts_of_calendar(row: Calendar) -> CalendarFacts:
    return CalendarFacts(row.compiled(), row.business_day_seconds)


def calendar_of(row: Calendar | None) -> BusinessCalendar:
    """The pure calendar of a row; around the clock where there is none."""
    return row.compiled() if row is not None else BusinessCalendar.always()


def calendar_for_terms(terms: SeverityTerms) -> BusinessCalendar:
    """The pure calendar that a severity's terms name (1 query unless around the clock)."""
    return calendar_of(Calendar.objects.get(pk=terms.calendar_id) if terms.calendar_id else None)
