"""What engineers type at the desk: shape and wording only, no action is called here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Tier
from accounts.models import SupportPlan
from sla.choices import Severity
from tickets.models import Category

LAST_PAGE = 40  # a queue is worked from its top; whoever looks further back narrows it down


class QueueView(TextChoices):
    """The tabs over the queue."""

    OPEN = "open", pgettext_lazy("queue", "All open")
    MINE = "mine", pgettext_lazy("queue", "Mine")
    TIER = "tier", pgettext_lazy("queue", "My tier")
    UNASSIGNED = "unassigned", pgettext_lazy("queue", "Unassigned")
    AT_RISK = "at_risk", pgettext_lazy("queue", "At risk")
    BREACHED = "breached", pgettext_lazy("queue", "Overdue")
    WAITING = "waiting", pgettext_lazy("queue", "Waiting on customer")
    RESOLVED = "resolved", pgettext_lazy("queue", "Resolved")
    ALL = "all", pgettext_lazy("queue", "Every ticket")


class QueueForm(forms.Form):
    """The queue's filters, all optional. What is not understood is ignored: `accepted()` never fails."""

    view = forms.ChoiceField(choices=QueueView.choices, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number or subject"), required=False, max_length=100)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=SupportPlan.objects.none(), required=False)
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=120)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        severities = [(each.value, f"{each.code} {each.label}") for each in Severity]
        self.fields["severity"].choices = [("", _("Any severity")), *severities]
        self.fields["tier"].choices = [("", _("Any tier")), *Tier.choices]
        self.fields["category"].queryset = Category.objects.all()
        self.fields["category"].empty_label = _("Any category")
        self.fields["plan"].queryset = SupportPlan.objects.all()
        self.fields["plan"].empty_label = _("Any plan")

    def accepted(self) -> dict[str, Any]:
        """The fields that were understood, empty ones left out; `view` and `page` always there."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {"view": QueueView.OPEN.value, "page": 1} | given
