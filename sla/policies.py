"""Which terms apply to an organisation's next ticket."""

from accounts.models import Organisation
from sla.calendar import BusinessCalendar
from sla.models import Calendar, SlaPolicy
from sla.terms import SeverityTerms, Terms


def terms_for(organisation: Organisation) -> Terms:
    """The targets of the organisation's plan, by severity code. Raises SlaPolicy.DoesNotExist for a plan without policy."""
    policy = SlaPolicy.objects.select_related("calendar").prefetch_related("targets").get(plan=organisation.plan_id)
    return {target.severity: target.terms(policy.calendar) for target in policy.targets.all()}


def calendar_of(row: Calendar | None) -> BusinessCalendar:
    """The pure calendar of a row; around the clock where there is none."""
    return row.compiled() if row is not None else BusinessCalendar.always()


def calendar_for_terms(terms: SeverityTerms) -> BusinessCalendar:
    """The pure calendar that a severity's terms name (1 query unless around the clock)."""
    return calendar_of(Calendar.objects.get(pk=terms.calendar_id) if terms.calendar_id else None)
