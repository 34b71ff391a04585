"""The filters above a customer's list of tickets: every value that can stand in the address, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import App, Organisation
from sla.choices import Severity
from tickets.choices import Status
from tickets.forms.fields import LineField
from tickets.lifecycle import OPEN_STATUSES
from tickets.models import Category

_BIGGEST_ID = 2**63 - 1
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # a year beyond is a slip, and some have no place in a zone


class Show(TextChoices):
    OPEN = "open", pgettext_lazy("tickets", "Open")
    WAITING = "waiting", pgettext_lazy("tickets", "Waiting on you")
    RESOLVED = "resolved", pgettext_lazy("tickets", "Resolved")
    CLOSED = "closed", pgettext_lazy("tickets", "Closed")
    ALL = "all", pgettext_lazy("tickets", "All")


class FiledBy(TextChoices):
    ME = "me", pgettext_lazy("filed by", "Me")
    OTHERS = "others", pgettext_lazy("filed by", "My colleagues")


STATUSES: dict[str, frozenset[str]] = {
    Show.OPEN: frozenset(OPEN_STATUSES),
    Show.WAITING: frozenset({Status.WAITING_CUSTOMER}),
    Show.RESOLVED: frozenset({Status.RESOLVED}),
    Show.CLOSED: frozenset({Status.CLOSED}),
    Show.ALL: frozenset(Status),
}
FIRST = ("q", "severity", "app")
MORE = ("category", "filed_by", "organisation", "created_after", "created_before")
FILTERS = FIRST + MORE


class DayField(forms.DateField):
    """A day of the reader's calendar, as a date input sends it."""

    input_formats = ("%Y-%m-%d",)

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
        super().__init__(required=False, widget=widget, **options)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and not EARLIEST <= value <= LATEST:
            raise ValidationError(_("Check the year."), code="year")


class ListFilter(forms.Form):
    """A value that is not possible is left out, and `left_out` names it: a list never answers with an error."""

    show = forms.ChoiceField(choices=Show.choices, required=False, widget=forms.HiddenInput)
    q = LineField(label=_("Words or number"), max_length=200, required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    app = forms.ChoiceField(label=_("App"), required=False)
    category = forms.ChoiceField(label=pgettext_lazy("of a ticket", "Category"), required=False)
    filed_by = forms.ChoiceField(label=_("Filed by"), required=False)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    created_after = DayField(label=_("Filed on or after"))
    created_before = DayField(label=_("Filed on or before"))
    before = forms.IntegerField(required=False, min_value=1, max_value=_BIGGEST_ID, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=_BIGGEST_ID, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        apps: Sequence[App],
        categories: Sequence[Category],
        organisations: Sequence[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, str]]] = {
            "severity": [(each.value, f"{each.code} {each.label}") for each in Severity],
            "app": [(str(app.pk), str(app)) for app in apps],
            "category": [(str(each.pk), each.name) for each in categories],
            "filed_by": [(each.value, str(each.label)) for each in FiledBy],
            "organisation": [(str(each.pk), each.name) for each in organisations],
        }
        for name, offered in choices.items():
            self.fields[name].choices = [("", _("Any")), *offered]
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "class": "form-control"})

    def chosen(self) -> dict[str, Any]:
        """The possible values; the empty ones too."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields} | {
            "show": self.cleaned_data.get("show") or Show.OPEN.value
        }

    def left_out(self) -> list[str]:
        """Labels of the filters whose value was not possible, pages apart."""
        return [str(self.fields[name].label) for name in self.errors if name in FILTERS]

    def further(self) -> list[forms.BoundField]:
        """The filters that are folded away until one of them is used; the organisation where there is a choice."""
        return [self[name] for name in MORE if name != "organisation" or len(self.fields[name].choices) > 2]


def day_begins(day: date) -> datetime:
    """The first instant of a day in the reader's zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
