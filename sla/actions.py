"""Writes of the SLA floor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from accounts.models import SupportPlan
from sla import china
from sla.choices import Hours, Severity, Unit
from sla.models import Calendar, SlaPolicy, SlaTarget

OFFICE_HOURS = (("09:00", "17:30"),)
OFFICE_DAY = 8 * 3600 + 30 * 60  # seconds

# severity: hours, first response, resolution, grace. The mission's table of targets and the policy's grace per step.
Row = tuple[Hours, tuple[int, Unit], tuple[int, Unit], tuple[int, Unit]]
DEFAULT_TARGETS: Mapping[str, Row] = {
    Severity.P0: (Hours.ALWAYS, (15, Unit.MINUTES), (4, Unit.HOURS), (30, Unit.MINUTES)),
    Severity.P1: (Hours.ALWAYS, (1, Unit.HOURS), (8, Unit.HOURS), (1, Unit.HOURS)),
    Severity.P2: (Hours.BUSINESS, (4, Unit.HOURS), (2, Unit.DAYS), (4, Unit.HOURS)),
    Severity.P3: (Hours.BUSINESS, (1, Unit.DAYS), (3, Unit.DAYS), (1, Unit.DAYS)),
}
# The demonstration's plan: a visitor sees a ticket climb the whole ladder in about two minutes.
FAST_TARGETS: Mapping[str, Row] = {
    Severity.P0: (Hours.ALWAYS, (30, Unit.SECONDS), (8, Unit.MINUTES), (25, Unit.SECONDS)),
    Severity.P1: (Hours.ALWAYS, (60, Unit.SECONDS), (10, Unit.MINUTES), (40, Unit.SECONDS)),
    Severity.P2: (Hours.ALWAYS, (120, Unit.SECONDS), (15, Unit.MINUTES), (60, Unit.SECONDS)),
    Severity.P3: (Hours.ALWAYS, (180, Unit.SECONDS), (20, Unit.MINUTES), (90, Unit.SECONDS)),
}


def ensure_china_calendar(*, today: date) -> Calendar:
    """The default business calendar: Monday to Friday 9:00-17:30 in Shanghai, with holidays and make-up days."""
    definition, known_until = china.definition(OFFICE_HOURS, years=[today.year - 1, today.year, today.year + 1])
    calendar, _ = Calendar.objects.get_or_create(
        code="china-office",
        defaults={
            "name_en": "China office hours",
            "name_zh": "中国工作日历",
            "definition": definition,
            "business_day_seconds": OFFICE_DAY,
            "known_until": known_until,
        },
    )
    return calendar


def ensure_policy(*, plan: SupportPlan, calendar: Calendar, targets: Mapping[str, Row] = DEFAULT_TARGETS) -> SlaPolicy:
    """The plan's policy; one that is there already is left as its administrator made it."""
    with transaction.atomic():
        policy, is_new = SlaPolicy.objects.get_or_create(plan=plan, defaults={"calendar": calendar})
        if is_new:
            SlaTarget.objects.bulk_create(_target(policy, severity, row) for severity, row in targets.items())
        return policy


def replace_definition(*, calendar: Calendar, definition: dict[str, object]) -> Calendar:
    """Give the calendar other hours or holidays and raise its version, so that clocks are computed anew."""
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        calendar.definition = definition
        calendar.compiled()  # refuses a malformed definition before it is stored
        calendar.version += 1
        calendar.save(update_fields=["definition", "version"])
        return calendar


def _target(policy: SlaPolicy, severity: str, row: Row) -> SlaTarget:
    hours, first_response, resolution, grace = row
    return SlaTarget(
        policy=policy,
        severity=severity,
        hours=hours,
        first_response_amount=first_response[0],
        first_response_unit=first_response[1],
        resolution_amount=resolution[0],
        resolution_unit=resolution[1],
        grace_amount=grace[0],
        grace_unit=grace[1],
    )
