"""The page of a calendar: edit, take holidays from the package, preview, review what a change does, save."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.zones import zone_names
from sla import actions
from sla.admin.calendar_form import CalendarForm, PackageForm, QuestionForm
from sla.admin.filling import Filled, around_the_clock, take_holidays
from sla.book import CalendarFacts, merged
from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.calendar_text import Unreadable
from sla.coverage import coverage_ends_soon
from sla.editing import CalendarValues, ChangedMeanwhile, calendar_changes, hours_and_minutes
from sla.models import Calendar
from sla.policies import agreement_of, read_book
from sla.preview import DayShown, days_ahead, dues, usual_day
from sla.wording import WEEKDAY_NAMES, is_chinese, short_instant

INVALID, CONFLICT = 422, 409


@dataclass(slots=True)
class Editor:
    """One request at the page: the row, none for a new one, and the forms."""

    request: HttpRequest
    site: AdminSite
    row: Calendar | None
    may_change: bool
    now: datetime
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()


def edit(request: HttpRequest, site: AdminSite, *, row: Calendar | None, may_change: bool) -> HttpResponse:
    editor = Editor(request, site, row, may_change, timezone.now())
    if request.method != "POST":
        return _show(editor, CalendarForm(row=row, today=editor.today))
    if not may_change:
        raise PermissionDenied
    act = request.POST.get("act", "preview")
    if act in ("holidays", "always"):
        return _fill(editor, act)
    form = CalendarForm(request.POST, row=row, today=editor.today)
    if not form.is_valid():
        return _show(editor, form, status=INVALID)
    if act == "review":
        return _review(editor, form)
    return _save(editor, form) if act == "save" else _show(editor, form)


def _fill(editor: Editor, act: str) -> HttpResponse:
    """Put hours or holidays into the fields, to be looked at: nothing is saved."""
    typed = editor.request.POST.copy()
    form = CalendarForm(typed, row=editor.row, today=editor.today)
    if act == "always":
        return _refilled(editor, typed, around_the_clock(), Filled())
    known_until = form.cleaned_data.get("known_until")
    package = _package(editor, form, typed)
    if not package.is_valid():
        return _show(editor, form, status=INVALID, package=package)
    try:
        fields, report = take_holidays(
            typed,
            country=package.cleaned_data["country"],
            years=package.cleaned_data["years"],
            known_until=known_until,
            in_chinese=is_chinese(),
        )
    except Unreadable as why:
        form.add_error(None, str(why))
        return _show(editor, form, status=INVALID)
    return _refilled(editor, typed, fields, report)


def _refilled(editor: Editor, typed: QueryDict, fields: dict[str, str], report: Filled) -> HttpResponse:
    for name, value in fields.items():
        typed[name] = value
    editor.extra["filled"] = report
    return _show(editor, CalendarForm(typed, row=editor.row, today=editor.today))


def _review(editor: Editor, form: CalendarForm) -> HttpResponse:
    """Other hours or days move dues: their effect is shown before they are stored. The rest is stored at once."""
    row, values = editor.row, form.values()
    if row is None or not _moves_dues(row, values):
        return _save(editor, form)
    before = read_book()
    facts = CalendarFacts(BusinessCalendar.from_definition(values.definition), values.business_day_seconds)
    context = {
        **editor.site.each_context(editor.request),
        "title": _("Review the change"),
        "what": str(row),
        "list_url": reverse("admin:sla_calendar_changelist"),
        "list_title": _("Business calendars"),
        "changes": calendar_changes(CalendarValues.of(row), values),
        "before": before,
        "after": before.with_calendar(row.pk, facts),
        "typed": [(name, value) for name, value in _typed(editor.request)],
        "note": _(
            "The new hours count for open tickets too: what is due is computed anew. What is finished or missed stays."
        ),
    }
    return TemplateResponse(editor.request, "admin/sla/review.html", context)


def _moves_dues(row: Calendar, values: CalendarValues) -> bool:
    hours = BusinessCalendar.from_definition(values.definition)
    return row.compiled() != hours or row.business_day_seconds != values.business_day_seconds


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    skipped = {"csrfmiddlewaretoken", "act"}
    return [(name, value) for name, all_of in request.POST.lists() if name not in skipped for value in all_of]


def _save(editor: Editor, form: CalendarForm) -> HttpResponse:
    row, values = editor.row, form.values()
    try:
        if row is None:
            row = actions.add_calendar(code=form.cleaned_data["code"], values=values, by=editor.request.user)
        else:
            seen = form.cleaned_data["seen"]
            row = actions.edit_calendar(calendar=row, values=values, seen=seen, by=editor.request.user, now=editor.now)
    except ChangedMeanwhile:
        editor.extra["newest"] = calendar_changes(CalendarValues.of(Calendar.objects.get(pk=row.pk)), values)
        return _show(editor, form, status=CONFLICT)
    messages.success(editor.request, _("%(name)s is saved.") % {"name": row})
    return redirect("admin:sla_calendar_change", row.pk)


def _package(editor: Editor, form: CalendarForm, data: QueryDict | None = None) -> PackageForm:
    zone = form["zone"].value() or ""
    known_until = editor.row.known_until if editor.row else date(editor.today.year - 1, 12, 31)
    return PackageForm(data, zone=zone, known_until=known_until, today=editor.today)


def _show(editor: Editor, form: CalendarForm, *, status: int = 200, package: PackageForm | None = None) -> HttpResponse:
    row, request = editor.row, editor.request
    question = QuestionForm(request.POST if request.method == "POST" else None, row=row)
    package = package or _package(editor, form, request.POST if "years" in request.POST else None)
    context = {
        **editor.site.each_context(request),
        "title": str(row) if row else _("New calendar"),
        "row": row,
        "form": form,
        "package": package,
        "question": question,
        "zones": sorted(zone_names()),
        "may_change": editor.may_change,
        "is_ending": row is not None and coverage_ends_soon(row, editor.today),
        "preview": _preview(editor, form, question),
        "history_url": reverse("admin:sla_calendar_history", args=[row.pk]) if row else "",
        **editor.extra,
    }
    return TemplateResponse(request, "admin/sla/calendar.html", context, status=status)


# --- The preview ------------------------------------------------------------------------------------------------------
def _preview(editor: Editor, form: CalendarForm, question: QuestionForm) -> dict[str, Any] | None:
    """The stored calendar's on first sight, the typed one's afterwards; None while that cannot be read."""
    if form.is_bound:
        if not form.is_valid():
            return None
        definition, business_day = form.definition(), form.cleaned_data["day"]
    elif editor.row is not None:
        definition, business_day = editor.row.definition, editor.row.business_day_seconds
    else:
        return None
    calendar = BusinessCalendar.from_definition(definition)
    zone = ZoneInfo(calendar.tz)
    policy, filed_at = question.asked(zone, editor.now)
    usual = usual_day(definition["weekly"])
    with timezone.override(zone):
        return {
            "zone": calendar.tz,
            "filed_at": _said(filed_at),
            "filed_value": timezone.localtime(filed_at).strftime("%Y-%m-%dT%H:%M"),
            "policy": policy,
            "dues": _dues(calendar, business_day, policy, filed_at),
            "weeks": _weeks(list(days_ahead(definition, calendar, first=timezone.localdate(editor.now)))),
            "weekdays": list(WEEKDAY_NAMES.values()),
            "day": hours_and_minutes(business_day),
            "usual": hours_and_minutes(usual) if usual != business_day else "",
        }


def _dues(calendar: BusinessCalendar, business_day: int, policy: Any, filed_at: datetime) -> list[dict[str, Any]]:
    if policy is None:
        return []
    agreement = agreement_of(policy)
    terms = merged(agreement, None, {agreement.calendar_id or 0: business_day})
    return [
        {
            "severity": due.severity,
            "is_business": due.is_business,
            "opens_at": _said(due.opens_at),
            "first_response": _said(due.first_response),
            "resolution": _said(due.resolution),
        }
        for due in dues(calendar, dict(sorted(terms.items())), filed_at=filed_at)
    ]


def _said(at: datetime | None) -> str:
    """Weekday, date and time in the active zone."""
    if at is None:
        return ""
    weekday = WEEKDAY_NAMES[WEEKDAYS[timezone.localtime(at).weekday()]]
    return f"{weekday} {short_instant(at, with_date=True)}"


def _weeks(days: list[DayShown]) -> list[list[DayShown | None]]:
    """Rows of seven from Monday on, with gaps before the first and after the last day."""
    cells: list[DayShown | None] = [None] * days[0].day.weekday()
    cells += days
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]
