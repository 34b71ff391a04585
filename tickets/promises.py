"""What an organisation's plan promises for a ticket filed now, severity by severity. Reads, never writes.

The targets come from `sla.policies`, the instants from the calendar's arithmetic; the words for them are chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from sla import wording
from sla.choices import Severity
from sla.models import Calendar, SlaPolicy
from sla.policies import calendar_of, terms_for

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Promise:
    """One severity's promise. Instants in UTC; None where the calendar never gets there.

    `opens_at` is when the clock will start, None while it runs at once.
    """

    severity: str
    response_within: str
    resolution_within: str
    respond_by: datetime | None
    resolve_by: datetime | None
    is_business: bool
    opens_at: datetime | None
    opens_words: str


def promises_for(organisation: Organisation, *, now: datetime) -> Mapping[str, Promise]:
    """By severity code, the most urgent first. Empty when the plan has no targets (4 queries)."""
    try:
        terms = terms_for(organisation)
    except SlaPolicy.DoesNotExist:
        return {}
    calendars = Calendar.objects.in_bulk({each.calendar_id for each in terms.values() if each.calendar_id})
    promises = {}
    for severity in Severity.values:
        if severity not in terms:
            continue
        each = terms[severity]
        row = calendars[each.calendar_id] if each.calendar_id else None
        calendar = calendar_of(row)
        opens_at = calendar.next_open(now)
        opens_at = None if opens_at == now else opens_at
        promises[severity] = Promise(
            severity=severity,
            response_within=working_time(each.first_response, row),
            resolution_within=working_time(each.resolution, row),
            respond_by=calendar.add(now, each.first_response),
            resolve_by=calendar.add(now, each.resolution),
            is_business=row is not None,
            opens_at=opens_at,
            opens_words=_weekday_and_time(opens_at, now) if opens_at else "",
        )
    return promises


def working_time(seconds: int, calendar: Calendar | None) -> str:
    """A target in the words of a contract: "15 min", "4 working hours", "2 working days"."""
    if calendar is None:
        return wording.duration(seconds)
    days, rest = divmod(seconds, calendar.business_day_seconds)
    if days and not rest:
        return ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}
    hours, rest = divmod(seconds, _HOUR)
    if hours and not rest:
        return ngettext("%(n)s working hour", "%(n)s working hours", hours) % {"n": hours}
    return _("%(duration)s of working time") % {"duration": wording.duration(seconds, days=False)}


def _weekday_and_time(at: datetime, now: datetime) -> str:
    """“Monday 09:00” within the week to come, else the date, in the reader's zone."""
    if at - now < timedelta(days=6):
        return date_format(timezone.localtime(at), "l H:i")
    return wording.short_instant(at, with_date=True)


@dataclass(frozen=True, slots=True)
class SeverityCard:
    """A severity as a customer chooses it: what it means in plain words, and what is promised for it."""

    code: str
    meaning: str
    example: str
    promise: Promise | None


def severity_cards(promises: Mapping[str, Promise]) -> list[SeverityCard]:
    words = {
        Severity.P0: (_("The service is down for most of our users"), _("Nobody can join, every call drops")),
        Severity.P1: (_("A core function is broken for many"), _("Heavy freezing, one platform cannot join")),
        Severity.P2: (
            _("Something smaller fails, or only sometimes"),
            _("A few users see it, there is a way around it"),
        ),
        Severity.P3: (_("We have a question"), _("How to do something, advice")),
    }
    return [SeverityCard(each.value, *words[each], promises.get(each.value)) for each in Severity]
