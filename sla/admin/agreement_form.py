"""Targets as an administrator types them, for a plan or for a contract: shape and wording only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.book import Agreement
from sla.choices import Hours, Severity, Unit
from sla.editing import cell_in_words, stamp_of
from sla.models import Calendar
from sla.terms import Cell, TargetCells, in_seconds

LONGEST_TARGET = 366 * 86400  # seconds; longer is a slip of the pen
CELLS = {
    "first_response": _("First response"),
    "resolution": _("Resolution"),
    "grace": _("Grace between steps"),
}


class TargetRow(forms.Form):
    """One severity. A row over a `base` may leave any cell empty: then the base's holds."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, severity: Severity, cells: TargetCells, base: TargetCells | None
    ) -> None:
        super().__init__(data, prefix=severity.value)
        self.severity, self.base = severity, base
        counted_in = gettext("Counted in")
        self.fields["hours"] = forms.ChoiceField(
            label=_("Counted in"),
            choices=_hours(base),
            required=base is None,
            initial=cells.hours or "",
            widget=forms.Select(attrs={"class": "form-select", "aria-label": f"{severity.code} {counted_in}"}),
        )
        for name, label in CELLS.items():
            given, below = getattr(cells, name), getattr(base, name) if base else None
            amount = {
                "class": "form-control", "inputmode": "numeric", "aria-label": f"{severity.code} {label}",
                "placeholder": str(below.amount) if below else "",
            }  # fmt: skip
            self.fields[f"{name}_amount"] = forms.CharField(
                label=label, required=False, max_length=12, initial=given.amount if given else "",
                widget=forms.TextInput(attrs=amount),
            )  # fmt: skip
            unit = {
                "class": "form-select",
                "aria-label": gettext("%(field)s, unit") % {"field": f"{severity.code} {label}"},
            }
            shown = given or below or Cell(1, Unit.HOURS.value)
            self.fields[f"{name}_unit"] = forms.ChoiceField(
                choices=Unit.choices, initial=shown.unit, widget=forms.Select(attrs=unit)
            )
        if data is not None:
            for name in self.errors:
                if name in self.fields:
                    self.fields[name].widget.attrs["class"] += " is-invalid"
                    self.fields[name].widget.attrs["aria-invalid"] = "true"

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField, str]]:
        """Amount, unit, and what the base says."""
        return [
            (self[f"{name}_amount"], self[f"{name}_unit"], cell_in_words(getattr(self.base, name)) if self.base else "")
            for name in CELLS
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cells = {name: self._cell(cleaned, name) for name in CELLS}
        own = TargetCells(hours=cleaned.get("hours") or None, **cells)
        cleaned["cells"] = own
        whole = own.over(self.base) if self.base else own
        first, resolution = (_seconds(each) for each in (whole.first_response, whole.resolution))
        if not self.errors and first and resolution and resolution < first:
            self.add_error(
                "resolution_amount", self._said("resolution", gettext("it cannot be due before the first response."))
            )
        return cleaned

    def _cell(self, cleaned: dict[str, Any], name: str) -> Cell | None:
        text, unit = (cleaned.get(f"{name}_amount") or "").strip(), cleaned.get(f"{name}_unit")
        if not text and self.base is not None:
            return None
        if not text:
            self.add_error(f"{name}_amount", self._said(name, gettext("it is missing.")))
            return None
        if not text.isdecimal():
            self.add_error(f"{name}_amount", self._said(name, gettext("give a whole number and choose its unit.")))
            return None
        cell = Cell(int(text), unit or Unit.HOURS.value)
        if cell.amount == 0:
            self.add_error(f"{name}_amount", self._said(name, gettext("a target of zero could not be met by anybody.")))
        elif (_seconds(cell) or 0) > LONGEST_TARGET:
            self.add_error(f"{name}_amount", self._said(name, gettext("it is longer than a year.")))
        return cell

    def _said(self, name: str, why: str) -> str:
        return gettext("%(severity)s, %(field)s: %(why)s") % {
            "severity": self.severity.code, "field": CELLS[name], "why": why,
        }  # fmt: skip


def _seconds(cell: Cell | None) -> int | None:
    return in_seconds(cell.amount, cell.unit, business_day=None) if cell else None


def _hours(base: TargetCells | None) -> list[tuple[str, str]]:
    choices = [(each.value, str(each.label)) for each in Hours]
    if base is None:
        return choices
    below = str(Hours(base.hours).label) if base.hours else ""
    return [("", gettext("As the plan: %(hours)s") % {"hours": below}), *choices]


class AgreementForm(forms.Form):
    """A calendar and the four rows. With `base`, a plan's, every cell may be left open."""

    calendar = forms.ModelChoiceField(
        label=_("Business calendar"),
        queryset=Calendar.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": _("Choose the calendar on which business hours count.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, values: Agreement | None, base: Agreement | None = None
    ) -> None:
        shown = values or Agreement(None)
        super().__init__(data, initial={"calendar": shown.calendar_id, "seen": stamp_of(values)})
        field = self.fields["calendar"]
        field.queryset = Calendar.objects.all()
        if base is not None:
            field.required = False
            plans = Calendar.objects.filter(pk=base.calendar_id).first()
            field.empty_label = gettext("As the plan: %(calendar)s") % {"calendar": plans}
        self.rows = [
            TargetRow(
                data,
                severity=severity,
                cells=shown.cells.get(severity.value, TargetCells()),
                base=base.cells.get(severity.value, TargetCells()) if base else None,
            )
            for severity in Severity
        ]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    @property
    def row_errors(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of what is wrong in the rows."""
        return [
            (row[name].id_for_label, error)
            for row in self.rows
            for name, errors in row.errors.items()
            if name in row.fields
            for error in errors
        ]

    def values(self) -> Agreement:
        """What was typed; severities without a cell of their own are left out."""
        calendar = self.cleaned_data["calendar"]
        cells = {row.severity.value: row.cleaned_data["cells"] for row in self.rows}
        return Agreement(
            calendar.pk if calendar else None, {key: each for key, each in cells.items() if not each.is_empty}
        )
