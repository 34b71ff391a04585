"""The people of a ticket on the customer's side: who reads it, who follows it, and how that is changed."""

from __future__ import annotations

import functools

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import MemberRole, Role
from accounts.models import Membership, User
from accounts.numbers import whole_number
from tickets import actions
from tickets.errors import ActionRefused
from tickets.forms.people import ColleagueForm
from tickets.models import Follower, Ticket
from tickets.views.conversation import INVALID, customers_act


def _find(user: User, pk: int) -> Ticket:
    return get_object_or_404(Ticket.objects.visible_to(user).select_related("organisation", "requester"), pk=pk)


_customers_act = functools.partial(customers_act, find=_find)


@_customers_act
def people(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Who reads it and who follows it; POST adds a colleague."""
    if request.method != "POST":
        return _page(request, ticket, ColleagueForm(ticket=ticket))
    if not actions.manages_people(ticket, request.user):
        raise PermissionDenied
    form = ColleagueForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _page(request, ticket, form, status=INVALID)
    return _follow(request, ticket, form.cleaned_data["email"])


@_customers_act
def follow(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The reader follows it."""
    return _follow(request, ticket, request.user) if request.method == "POST" else redirect("tickets:people", ticket.pk)


@_customers_act
def unfollow(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """A follower, named by `user`, follows it no more; without a name the reader themselves."""
    if request.method != "POST":
        return redirect("tickets:people", ticket.pk)
    user = _follower(request, ticket)
    if user != request.user and not actions.manages_people(ticket, request.user):
        raise PermissionDenied
    if actions.remove_follower(ticket=ticket, by=request.user, user=user, now=timezone.now()):
        messages.success(request, _("%(name)s no longer follows the ticket.") % {"name": user.name})
    if not Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists():
        return redirect("tickets:list")
    return redirect("tickets:people", ticket.pk)


@_customers_act
def sharing(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Shares the ticket with the organisation (`is_shared` 1), or ends that."""
    if request.method != "POST":
        return redirect("tickets:people", ticket.pk)
    if not actions.manages_people(ticket, request.user):
        raise PermissionDenied
    is_shared = request.POST.get("is_shared") == "1"
    if actions.share(ticket=ticket, by=request.user, is_shared=is_shared, now=timezone.now()):
        words = (
            _("Everybody of %(name)s can read it now.") if is_shared else _("It is not shared with %(name)s any more.")
        )
        messages.success(request, words % {"name": ticket.organisation.name})
    return redirect(ticket) if request.POST.get("back") == "ticket" else redirect("tickets:people", ticket.pk)


def _follow(request: HttpRequest, ticket: Ticket, user: User) -> HttpResponse:
    try:
        is_new = actions.add_follower(ticket=ticket, by=request.user, user=user, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("tickets:people", ticket.pk)
    words = _("%(name)s follows the ticket now.") if is_new else _("%(name)s is told of this ticket already.")
    messages.success(request, words % {"name": user.name})
    return redirect("tickets:people", ticket.pk)


def _follower(request: HttpRequest, ticket: Ticket) -> User:
    if "user" not in request.POST:
        return get_object_or_404(User, pk=request.user.pk)
    pk = whole_number(request.POST["user"])
    return get_object_or_404(User, pk=pk, follows__ticket=ticket, role=Role.CUSTOMER)


def _page(request: HttpRequest, ticket: Ticket, form: ColleagueForm, *, status: int = 200) -> HttpResponse:
    place = Membership.objects.filter(organisation=ticket.organisation_id, user=request.user).first()
    is_admin = place is not None and place.role == MemberRole.ADMIN
    followers = Follower.objects.filter(ticket=ticket, user__role=Role.CUSTOMER).select_related("user")
    users = [each.user for each in followers.order_by("created_at", "pk") if each.user_id != ticket.requester_id]
    context = {
        "ticket": ticket,
        "followers": users,
        "form": form,
        "is_admin": is_admin,
        "may_manage": actions.decides_who_reads(ticket, request.user, is_admin=is_admin),
        "is_following": request.user in users,
    }
    return render(request, "tickets/people.html", context, status=status)
