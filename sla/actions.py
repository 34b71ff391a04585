"""Writes of the SLA floor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from accounts.models import SupportPlan
from sla import china
from sla.defaults import DEFAULT_TARGETS, OFFICE_DAY, OFFICE_HOURS, Row, target_columns
from sla.models import Calendar, SlaPolicy, SlaTarget


def ensure_china_calendar(*, today: date) -> Calendar:
    """The default business calendar: Monday to Friday 9:00-17:30 in Shanghai, with holidays and make-up days.

    `today` decides the years whose holidays are entered: last year, this one and the next, as far as they are known.
    """
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
            SlaTarget.objects.bulk_create(
                SlaTarget(policy=policy, severity=severity, **target_columns(row)) for severity, row in targets.items()
            )
        return policy


def add_calendar(*, calendar: Calendar) -> Calendar:
    """Store a new calendar. Raises ValueError for a malformed definition; nothing is stored then."""
    calendar.compiled()
    calendar.save(force_insert=True)
    return calendar


def describe_calendar(*, calendar: Calendar) -> Calendar:
    """Store the calendar's names, the length of its day and up to when its holidays are known; its hours stay."""
    calendar.save(update_fields=["name_en", "name_zh", "business_day_seconds", "known_until"])
    return calendar


def replace_definition(*, calendar: Calendar, definition: dict[str, object]) -> Calendar:
    """Give the calendar other hours or holidays and raise its version, so that clocks are computed anew.

    Raises ValueError, with a sentence that says what is wrong, for a malformed definition; nothing is stored then.
    """
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        calendar.definition = definition
        calendar.compiled()
        calendar.version += 1
        calendar.save(update_fields=["definition", "version"])
        return calendar
