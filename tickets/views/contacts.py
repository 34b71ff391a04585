"""The customer names whom we may call about a ticket, and takes them off again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.numbers import whole_number
from tickets import actions
from tickets.errors import ActionRefused
from tickets.forms.contacts import ContactForm
from tickets.models import Ticket
from tickets.views.conversation import INVALID, REFUSED, customers_act
from tickets.views.detail import find_ticket, show


@customers_act
def contacts(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Add the person in the form, or take off the one whose button was pressed."""
    if request.method != "POST":
        return redirect(ticket)
    if "remove" in request.POST:
        return _remove(request, ticket, whole_number(request.POST["remove"]) or 0)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return show(request, ticket, status=INVALID, contact_form=form)
    try:
        actions.add_contact(ticket=ticket, by=request.user, **form.cleaned_data, now=timezone.now())
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return show(request, find_ticket(request.user, ticket.pk), status=REFUSED, contact_form=form)
    messages.success(request, _("Noted. Our engineers see whom to call."))
    return redirect(f"{ticket.get_absolute_url()}#part-contacts")


def _remove(request: HttpRequest, ticket: Ticket, contact: int) -> HttpResponse:
    try:
        actions.remove_contact(ticket=ticket, by=request.user, contact=contact, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{ticket.get_absolute_url()}#part-contacts")
