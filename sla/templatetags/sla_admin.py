"""What administrators are told of calendars on pages of others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from sla.calendar import WEEKDAYS
from sla.coverage import WARNED_BEFORE, coverage_ends_soon
from sla.models import Calendar
from sla.wording import WEEKDAY_NAMES, is_chinese

register = template.Library()


@register.inclusion_tag("admin/sla/parts/coverage_notice.html", takes_context=True)
def coverage_notice(context: template.Context) -> dict[str, Any]:
    """Calendars whose public holidays are known for 60 more days at most, for those who may enter more (1 query)."""
    request = context["request"]
    if not request.user.has_perm("sla.change_calendar"):
        return {"calendars": []}
    today = timezone.now().date()
    rows = Calendar.objects.filter(known_until__lte=today + WARNED_BEFORE)
    return {"calendars": [row for row in rows if coverage_ends_soon(row, today)], "today": today}


@register.filter
def is_over(known_until: date, today: date) -> bool:
    """Is the last known day past?"""
    return known_until + timedelta(days=1) <= today


@register.filter
def day_month(day: date) -> str:
    """A date of the current year or so, as short as can be: "23 Nov", "11月23日"."""
    return f"{day.month}月{day.day}日" if is_chinese() else f"{day.day} {date_format(day, 'M')}"


@register.filter
def weekday(day: date) -> str:
    return str(WEEKDAY_NAMES[WEEKDAYS[day.weekday()]])
