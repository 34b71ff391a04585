"""The bell and the list of notices. Everybody sees their own only."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from notifications import actions
from notifications.choices import News
from notifications.forms import MailChoicesForm
from notifications.headlines import headline
from notifications.models import DeclinedMail, Notice
from notifications.templatetags.notifications_tags import bell_context
from tickets.links import ticket_path
from tickets.models import Ticket

PER_PAGE = 25


class SignedInRequest(HttpRequest):
    """What `login_required` leaves of requests."""

    user: User


@dataclass(frozen=True, slots=True)
class Row:
    notice: Notice
    headline: str


class ReadAllForm(forms.Form):
    until = forms.IntegerField(min_value=0, max_value=2**63 - 1)


@require_safe
@login_required
def notice_list(request: SignedInRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(request.user)
    page = Paginator(notices.with_events(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [Row(notice, headline(notice.event, request.user)) for notice in page]
    newest = notices.values_list("pk", flat=True).first() or 0
    context = {"page": page, "rows": rows, "unread": notices.unread().count(), "newest": newest}
    return render(request, "notifications/list.html", context)


@require_safe
@login_required
def open_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """To the ticket. The notice counts as read: a link that is followed is the reading."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user).with_events(), pk=pk)
    actions.mark_read(notice=notice, now=timezone.now())
    return redirect(ticket_path(notice.event.ticket, request.user))


@require_POST
@login_required
def read_all(request: SignedInRequest) -> HttpResponse:
    form = ReadAllForm(request.POST)
    if form.is_valid():
        actions.mark_all_read(user=request.user, until=form.cleaned_data["until"], now=timezone.now())
    return redirect("notifications:list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail_choices(request: SignedInRequest) -> HttpResponse:
    """Which news the reader is mailed."""
    declined = set(DeclinedMail.objects.filter(user=request.user).values_list("news", flat=True))
    form = MailChoicesForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={news.value: news.value not in declined for news in News},
    )
    if request.method == "POST" and form.is_valid():
        actions.choose_mail(user=request.user, declined=form.declined())
        messages.success(request, _("Saved."))
        return redirect("notifications:choices")
    return render(request, "notifications/choices.html", {"form": form})


@require_POST
@login_required
def ticket_read(request: SignedInRequest, pk: int) -> HttpResponse:
    """The ticket's page says that it is being looked at; the bell is told when that changed anything."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    count = actions.mark_ticket_read(request.user, ticket, timezone.now())
    return HttpResponse(status=204, headers={"HX-Trigger": "notices-read"} if count else {})


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for pages that stay open. Whoever signed out meanwhile gets nothing to swap in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "notifications/bell.html", bell_context(request.user))
