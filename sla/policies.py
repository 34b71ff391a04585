"""Which terms apply to an organisation's next ticket."""

from django.db.models import Q

from accounts.models import Organisation
from sla.calendar import BusinessCalendar
from sla.models import Calendar, SlaPolicy
from sla.terms import SeverityTerms, Terms


def terms_for(organisation: Organisation) -> Terms:
    """The targets by severity code: of the organisation's plan, or the default ones where the plan has none (2 queries)."""
    policies = SlaPolicy.objects.select_related("calendar").prefetch_related("targets")
    own_or_default = policies.filter(Q(plan=organisation.plan_id) | Q(is_default=True)).order_by("is_default")
    policy = own_or_default[0]
    return {target.severity: target.terms(policy.calendar) for target in policy.targets.all()}


def calendar_of(row: Calendar | None) -> BusinessCalendar:
    """The pure calendar of a row; around the clock where there is none."""
    return row.compiled() if row is not None else BusinessCalendar.always()


def calendar_for_terms(terms: SeverityTerms) -> BusinessCalendar:
    """The pure calendar that a severity's terms name (1 query unless around the clock)."""
    return calendar_of(Calendar.objects.get(pk=terms.calendar_id) if terms.calendar_id else None)
