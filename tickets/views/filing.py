"""Reporting a problem: files are kept first, then the form is judged, then one action files the ticket."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import App
from sla.choices import Severity
from tickets import actions
from tickets.asking import log_guide
from tickets.drafting import single
from tickets.duplicates import Lookalike
from tickets.errors import ActionRefused
from tickets.forms import filing
from tickets.forms.filing import FilingForm
from tickets.forms.filing_place import FilingPlace, app_of, offer_for, organisation_of, prefill
from tickets.models import Attachment, Ticket
from tickets.promises import promises_for, severity_cards
from tickets.views import drafts
from tickets.views.advice import advice_of
from tickets.views.drafts import DraftView
from tickets.views.shared import organisations_of, to_desk, without_organisation
from tickets.views.similar import followed, to_ask_about
from tickets.views.uploads import Refused, discard_upload, keep_uploads


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. A page that was sent already leads to its ticket, however often it is sent."""
    if request.user.is_staff:
        return to_desk()
    place = FilingPlace.of(request.user, organisations_of(request.user))
    if not place.organisations:
        return without_organisation(request)
    if request.method == "POST":
        return _sent(request, place)
    if "draft" in request.GET:
        return _opened(request, place)
    return _page(request, _fresh_form(request, place), key=uuid.uuid4())


def _sent(request: HttpRequest, place: FilingPlace) -> HttpResponse:
    now, user = timezone.now(), place.user
    key = filing.submission_key(request.POST)
    existing = Ticket.objects.filter(submission_key=key, requester=user).first()
    is_urgent = request.POST.get("severity") == Severity.P0
    if existing:
        return _onward(existing, is_urgent=is_urgent)
    refused = keep_uploads(request, field="files", by=user, draft_key=key, now=now)
    if not {"remove", "fill", "ask"}.isdisjoint(request.POST):
        return _changed(request, place, key=key, refused=refused)
    if "follow" in request.POST:
        return followed(request, key=key)
    if "save_draft" in request.POST:
        return _kept(request, place, key=key, refused=refused)
    form = FilingForm(request.POST, place=place, now=now)
    is_ready = form.is_valid() and (is_urgent or not refused)  # a file that is too big does not hold up a P0
    asked = to_ask_about(form) if is_ready else ()
    if is_ready and not asked:
        try:
            ticket = _file(form, key=key, now=now)
        except ActionRefused as error:
            form.add_error(None, error.message)
            key = uuid.uuid4()
        else:
            _tell(request, form, ticket, refused)
            return _onward(ticket, is_urgent=is_urgent)
    return _page(request, form, key=key, refused=refused, asked=asked)


def _onward(ticket: Ticket, *, is_urgent: bool) -> HttpResponse:
    """Where every click on “send” leads: a P0 is asked right after what its form did not ask."""
    return redirect("tickets:details", ticket.pk) if is_urgent else redirect(ticket)


def _file(form: FilingForm, *, key: uuid.UUID, now: datetime) -> Ticket:
    told = form.cleaned_data
    return actions.open_ticket(
        by=form.place.user,
        organisation=form.chosen_organisation(),
        app=form.chosen_app(),
        category=told["category"],
        severity=told["severity"],
        subject=told["subject"],
        description=form.opening(),
        environment=form.environment(),
        submission_key=key,
        answers=form.answers(),
        now=now,
    )


def _tell(request: HttpRequest, form: FilingForm, ticket: Ticket, refused: Sequence[Refused]) -> None:
    messages.success(request, _("We have it: ticket %(number)s. The clocks are running.") % {"number": ticket.number})
    for each in refused:
        messages.warning(request, _("%(file)s was not added. %(reason)s") % {"file": each.name, "reason": each.why})
    if form.happened_twice():
        messages.info(
            request,
            _(
                "The clocks showed the time you gave twice that night. We took the first; write to us if it was the second."
            ),
        )


def _changed(request: HttpRequest, place: FilingPlace, *, key: uuid.UUID, refused: Sequence[Refused]) -> HttpResponse:
    """The same page with a file taken off, what is known filled in, or another kind's questions.

    Everything typed stays, nothing is judged yet.
    """
    discard_upload(key=request.POST.get("remove", ""), by=place.user, draft_key=key)
    typed: dict[str, Any] = request.POST.dict()
    app = app_of(place, typed.get("app", ""))
    if typed.get("fill") == "last":
        offer = offer_for(place.user, app)
        typed |= {name: text for name, text in (offer.values if offer else ()) if not typed.get(name)}
    elif "fill" in typed and app:
        typed |= prefill(app)
    return _page(request, FilingForm(initial=typed, place=place, now=timezone.now()), key=key, refused=refused)


def _opened(request: HttpRequest, place: FilingPlace) -> HttpResponse:
    """The page as it was left; a draft that was sent meanwhile leads to its ticket."""
    draft = drafts.opened(place.user, request.GET["draft"])
    if isinstance(draft, Ticket):
        return redirect(draft)
    form = FilingForm(initial=single(draft.typed), place=place, now=timezone.now())
    return _page(request, form, key=draft.key, draft=DraftView.of(draft))


def _kept(request: HttpRequest, place: FilingPlace, *, key: uuid.UUID, refused: Sequence[Refused]) -> HttpResponse:
    """“Save as draft”, for pages whose script does not run."""
    draft = DraftView.sent(request, key)
    try:
        kept = drafts.store(request, key=key, now=timezone.now())
    except ActionRefused as refusal:
        draft = draft.told(refusal)
    else:
        if kept and not refused:
            messages.success(request, _("Kept as a draft for 30 days. Go on with it here, from any device."))
            return redirect(kept)
    form = FilingForm(initial=request.POST.dict(), place=place, now=timezone.now())
    return _page(request, form, key=key, refused=refused, draft=draft)


def _fresh_form(request: HttpRequest, place: FilingPlace) -> FilingForm:
    app = app_of(place, request.GET.get("app", ""))
    if app is None and "app" not in request.GET:
        app = _likely_app(place)
    initial: dict[str, Any] = {
        name: request.GET[name] for name in ("app", "category", "severity") if name in request.GET
    }
    if app:
        initial |= {"app": str(app.pk), **prefill(app)}
    return FilingForm(initial=initial, place=place, now=timezone.now())


def _likely_app(place: FilingPlace) -> App | None:
    """The app of the person's last ticket, or else the first of the list."""
    latest = (
        Ticket.objects.filter(requester=place.user, app__in=place.apps).order_by("-pk").values_list("app", flat=True)
    )
    return app_of(place, str(latest.first())) or next(iter(place.apps), None)


def questions_context(form: FilingForm) -> dict[str, Any]:
    """What the parts of the page show that depend on the category, the app and the platform."""
    chosen = {name: str(form[name].value() or "") for name in ("platform", "product") if name in form.fields}
    app = app_of(form.place, str(form["app"].value() or ""))
    offer = offer_for(form.place.user, app)
    has_use = offer is not None and any(name in form.fields and not form[name].value() for name, _text in offer.values)
    return {
        "category": form.kind,
        "offer": offer if has_use else None,
        "log_guide": log_guide(chosen.get("platform", ""), chosen.get("product", "")),
    }


def _page(
    request: HttpRequest,
    form: FilingForm,
    *,
    key: uuid.UUID,
    refused: Sequence[Refused] = (),
    draft: DraftView | None = None,
    asked: Sequence[Lookalike] = (),
) -> HttpResponse:
    place = form.place
    organisation = organisation_of(place, form["app"].value() or "")
    promises = promises_for(organisation, now=timezone.now())
    kept = list(Attachment.objects.unsent(user=place.user, draft_key=key))
    problems = [*form.problems(), *(("id_files", f"{each.name}: {each.why}") for each in refused)]
    context = {
        "form": form,
        "submission_key": key,
        "organisation": organisation,
        "promises": promises,
        "severity_cards": severity_cards(promises),
        "categories": place.categories,
        "kept": kept,
        "refused": refused,
        "problems": problems,
        "advice": advice_of(form, files=len(kept)),
        "asked": asked,
        "draft": draft or DraftView.sent(request, key),
        "drafts": drafts.drafts_beside(place.user, key),
    } | questions_context(form)
    return render(request, "tickets/new.html", context, status=422 if problems else 409 if asked else 200)
