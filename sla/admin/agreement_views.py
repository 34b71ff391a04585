"""The pages of a plan's policy and of an organisation's contract: edit, review what a change would have meant, save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from sla.admin.agreement_form import AgreementForm
from sla.book import Agreement, Book
from sla.editing import ChangedMeanwhile, agreement_changes, stamp_of
from sla.models import Calendar
from sla.policies import read_book

INVALID, CONFLICT = 422, 409


@dataclass(frozen=True, slots=True)
class Subject:
    """What is edited: a plan's policy or an organisation's contract. `base` is the plan below a contract.

    `stored` reads the values anew, `exchanged` puts others in their place in a book, `store` is the action.
    """

    title: str
    intro: str
    note: str
    list_url: str
    list_title: str
    open_cell: str
    base: Agreement | None
    stored: Callable[[], Agreement | None]
    exchanged: Callable[[Book, Agreement], Book]
    store: Callable[[Agreement, str], object]
    history_url: str = ""


def edit(request: HttpRequest, site: AdminSite, subject: Subject, *, may_change: bool) -> HttpResponse:
    stored = subject.stored()
    if request.method != "POST":
        return _show(request, site, subject, AgreementForm(values=stored, base=subject.base), may_change=may_change)
    if not may_change:
        raise PermissionDenied
    form = AgreementForm(request.POST, values=stored, base=subject.base)
    act = request.POST.get("act", "review")
    if not form.is_valid():
        return _show(request, site, subject, form, status=INVALID)
    if act == "preview":
        return _show(request, site, subject, form)
    if act == "save" or _is_same(form.values(), stored):
        return _save(request, site, subject, form)
    return _review(request, site, subject, form, stored)


def _is_same(values: Agreement, stored: Agreement | None) -> bool:
    return stored is not None and stamp_of(values) == stamp_of(stored)


def _review(
    request: HttpRequest, site: AdminSite, subject: Subject, form: AgreementForm, stored: Agreement | None
) -> HttpResponse:
    before = read_book()
    skipped = {"csrfmiddlewaretoken", "act"}
    context = {
        **site.each_context(request),
        "title": _("Review the change"),
        "what": subject.title,
        "list_url": subject.list_url,
        "list_title": subject.list_title,
        "note": subject.note,
        "changes": _changes(subject, stored, form.values()),
        "before": before,
        "after": subject.exchanged(before, form.values()),
        "typed": [(name, value) for name, value in request.POST.items() if name not in skipped],
    }
    return TemplateResponse(request, "admin/sla/review.html", context)


def _changes(subject: Subject, before: Agreement | None, after: Agreement) -> list:
    calendars = {row.pk: str(row) for row in Calendar.objects.all()}
    return agreement_changes(before or Agreement(None), after, calendars=calendars, open_cell=subject.open_cell)


def _save(request: HttpRequest, site: AdminSite, subject: Subject, form: AgreementForm) -> HttpResponse:
    try:
        subject.store(form.values(), form.cleaned_data["seen"])
    except ChangedMeanwhile:
        newest = _changes(subject, subject.stored(), form.values())
        return _show(request, site, subject, form, status=CONFLICT, newest=newest)
    messages.success(request, _("%(name)s is saved.") % {"name": subject.title})
    return redirect(subject.list_url)


def _show(
    request: HttpRequest,
    site: AdminSite,
    subject: Subject,
    form: AgreementForm,
    *,
    status: int = 200,
    may_change: bool = True,
    **extra: Any,
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": subject.title,
        "subject": subject,
        "form": form,
        "may_change": may_change,
        **extra,
    }
    return TemplateResponse(request, "admin/sla/agreement.html", context, status=status)
