"""The filters of the escalations board: every value that can stand in its address, checked once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Tier
from accounts.models import User
from escalation.choices import Trigger
from sla.choices import Severity
from tickets.forms.fields import LineField

LAST_PAGE = 40  # a board is worked from its top; whoever looks further back narrows it down


class Show(TextChoices):
    """The tabs over the board."""

    ALL = "all", pgettext_lazy("escalations", "All open")
    UNACKNOWLEDGED = "unacknowledged", pgettext_lazy("escalations", "Not acknowledged")
    OVERDUE = "overdue", pgettext_lazy("escalations", "Promise overdue")
    SLIPPED = "slipped", pgettext_lazy("escalations", "Slipped")


class Owner(TextChoices):
    """Owners that are no person by name."""

    ME = "me", pgettext_lazy("escalations", "Me")
    NOBODY = "nobody", pgettext_lazy("escalations", "Nobody yet")


class BoardFilter(forms.Form):
    """All optional. What is not understood is ignored: `accepted()` never fails."""

    show = forms.ChoiceField(choices=Show.choices, required=False, widget=forms.HiddenInput)
    q = LineField(label=_("Number, organisation or subject"), required=False, max_length=100)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    trigger = forms.ChoiceField(label=_("Asked by"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="filter_%s", **kwargs)
        staff = [(str(pk), name) for pk, name in User.objects.active().staff().values_list("pk", "name")]
        severities = [(each.value, f"{each.code} {each.label}") for each in Severity]
        self.fields["severity"].choices = [("", _("Any severity")), *severities]
        self.fields["tier"].choices = [("", _("Any tier")), *Tier.choices]
        self.fields["trigger"].choices = [("", _("Whoever asked")), *Trigger.choices]
        self.fields["owner"].choices = [("", _("Any owner")), *Owner.choices, *staff]
        hint = _("Number or words")  # what fits at any width; the label says all of it
        self.fields["q"].widget = forms.TextInput(
            attrs={"type": "search", "class": "form-control", "placeholder": hint}
        )
        for name in ("severity", "tier", "trigger", "owner"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def accepted(self) -> dict[str, Any]:
        """The fields that were understood, empty ones left out; `show` and `page` always there."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {"show": Show.ALL.value, "page": 1} | given
