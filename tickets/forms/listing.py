"""The filters above a customer's list of tickets: every value that can stand in the address, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import App
from sla.choices import Severity
from tickets.choices import Status
from tickets.forms.fields import LineField
from tickets.lifecycle import OPEN_STATUSES

_BIGGEST_ID = 2**63 - 1


class Show(TextChoices):
    OPEN = "open", pgettext_lazy("tickets", "Open")
    WAITING = "waiting", pgettext_lazy("tickets", "Waiting on you")
    RESOLVED = "resolved", pgettext_lazy("tickets", "Resolved")
    CLOSED = "closed", pgettext_lazy("tickets", "Closed")
    ALL = "all", pgettext_lazy("tickets", "All")


STATUSES: dict[str, frozenset[str]] = {
    Show.OPEN: frozenset(OPEN_STATUSES),
    Show.WAITING: frozenset({Status.WAITING_CUSTOMER}),
    Show.RESOLVED: frozenset({Status.RESOLVED}),
    Show.CLOSED: frozenset({Status.CLOSED}),
    Show.ALL: frozenset(Status),
}


class ListFilter(forms.Form):
    """A value that is not possible is left out, and `left_out` names it: a list never answers with an error."""

    show = forms.ChoiceField(choices=Show.choices, required=False, widget=forms.HiddenInput)
    q = LineField(label=_("Words or number"), max_length=200, required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    app = forms.ChoiceField(label=_("App"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=_BIGGEST_ID, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=_BIGGEST_ID, widget=forms.HiddenInput)

    def __init__(self, *args: Any, apps: Sequence[App], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_choice = ("", _("Any"))
        severities = [(each.value, f"{each.code} {each.label}") for each in Severity]
        self.fields["severity"].choices = [any_choice, *severities]
        self.fields["app"].choices = [any_choice, *((str(app.pk), str(app)) for app in apps)]
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "class": "form-control"})
        for name in ("severity", "app"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def chosen(self) -> dict[str, Any]:
        """The possible values; the empty ones too."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields} | {
            "show": self.cleaned_data.get("show") or Show.OPEN.value
        }

    def left_out(self) -> list[str]:
        """Labels of the filters whose value was not possible, pages apart."""
        return [str(self.fields[name].label) for name in self.errors if name in ("q", "severity", "app")]
