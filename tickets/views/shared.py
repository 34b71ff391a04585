"""What several of the customers' pages share."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import Organisation, User


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The organisations a customer belongs to, with what their pages show of them."""
    return Organisation.objects.visible_to(user).select_related("plan", "success_manager")


def to_desk() -> HttpResponse:
    """Staff work in the admin: these pages are the customers'."""
    return redirect("admin:tickets_ticket_changelist")


def without_organisation(request: HttpRequest) -> HttpResponse:
    """For a person who belongs to no organisation: what to do."""
    return render(request, "tickets/home_alone.html")
