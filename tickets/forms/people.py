"""Naming a colleague: by the address under which they are a member of the organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import Membership, User
from tickets.models import Ticket

MOST_OFFERED = 200  # colleagues in the browser's list; of more the address is typed


class ColleagueForm(forms.Form):
    """`colleagues` are offered while the address is typed. Nobody outside the organisation is told apart from nobody."""

    email = forms.EmailField(
        label=_("Colleague’s e-mail"),
        max_length=254,
        error_messages={"required": _("Choose a colleague."), "invalid": _("Choose a colleague from the list.")},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(
            organisation=ticket.organisation_id, user__is_active=True, user__role=Role.CUSTOMER
        )
        self._users = User.objects.filter(pk__in=members.values("user"))
        following = ticket.followers.values("user")
        offered = self._users.exclude(pk=ticket.requester_id).exclude(pk__in=following)
        self.colleagues = list(offered.order_by("name", "pk")[:MOST_OFFERED])
        self.fields["email"].widget.attrs |= {"list": "colleagues", "autocomplete": "off", "class": "form-control"}

    def clean_email(self) -> User:
        """The member with that address."""
        user = self._users.filter(email=self.cleaned_data["email"].lower()).first()
        if user is None:
            raise forms.ValidationError(
                _("No member of the organisation has this address. An admin of it can invite them.")
            )
        return user
