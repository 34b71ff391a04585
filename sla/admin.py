"""Calendars and policies for administrators. A calendar's hours change through the action that raises its version."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from sla import actions
from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.choices import Severity
from sla.models import Calendar, SlaPolicy, SlaTarget
from sla.terms import in_seconds
from sla.wording import duration

_EXAMPLE = {
    "tz": "Asia/Shanghai",
    "weekly": {day: [["09:00", "17:30"]] for day in WEEKDAYS[:5]},
    "holidays": [],
    "extra": {},
}
_INNERMOST_LIST = re.compile(r"\[([^\[\]{}]+)\]")
LONGEST_TARGET = 366 * 86400  # seconds; longer is a slip of the pen


class PrettyJson(json.JSONEncoder):
    """A definition is read by people: a span or a list of days on one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"indent": 2, "ensure_ascii": False}))

    def encode(self, o: Any) -> str:
        return _INNERMOST_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", super().encode(o))


class CalendarForm(forms.ModelForm):
    definition = forms.JSONField(
        label=gettext_lazy("definition"),
        encoder=PrettyJson,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "JSON in wall time of “tz”: “weekly” maps mon to sun to [from, to] spans, “holidays” lists days off, "
            "“extra” maps make-up days to spans."
        ),
    )

    class Meta:
        model = Calendar
        fields = ("code", "name_en", "name_zh", "definition", "business_day_seconds", "known_until")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is None:  # a form to fill in shows its shape, not "null"
            self.initial["definition"] = _EXAMPLE

    def clean_definition(self) -> dict[str, Any]:
        """Refuse what the calendar's reader refuses, in its words, before anything is stored."""
        definition = self.cleaned_data["definition"]
        try:
            BusinessCalendar.from_definition(definition)
        except ValueError as mistake:
            raise ValidationError(_("This is no calendar yet: %(mistake)s") % {"mistake": mistake}) from mistake
        return definition

    def clean_business_day_seconds(self) -> int:
        seconds = self.cleaned_data["business_day_seconds"]
        if not 60 <= seconds <= 86400:
            raise ValidationError(_("A working day has between a minute (60) and 24 hours (86400)."))
        return seconds


@admin.register(Calendar)
class CalendarAdmin(ModelAdmin):
    form = CalendarForm
    list_display = ("__str__", "code", "week", "zone", "day", "known_until", "version")
    fields = ("code", ("name_en", "name_zh"), "week", "definition", "business_day_seconds", "known_until", "version")
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Calendar | None = None) -> tuple[str, ...]:
        return ("week", "version", "code") if obj else ("week", "version")

    def has_delete_permission(self, request: HttpRequest, obj: Calendar | None = None) -> bool:
        """Clocks of old tickets were counted on it."""
        return False

    def save_model(self, request: HttpRequest, obj: Calendar, form: forms.ModelForm, change: bool) -> None:
        if not change:
            actions.add_calendar(calendar=obj)
            return
        actions.describe_calendar(calendar=obj)
        if "definition" in form.changed_data:
            edited = actions.replace_definition(calendar=obj, definition=form.cleaned_data["definition"])
            obj.version = edited.version

    @admin.display(description=gettext_lazy("working hours"))
    def week(self, obj: Calendar) -> SafeString | str:
        """The weekly hours, days with the same ones on one line."""
        if obj.pk is None:
            return "–"
        days: dict[str, list[str]] = {}
        for day in WEEKDAYS:
            spans = obj.definition.get("weekly", {}).get(day, [])
            days.setdefault(", ".join(f"{begin}-{end}" for begin, end in spans), []).append(_DAYS[day])
        lines = [
            (" ".join(map(str, names)), pgettext("between", ": "), hours) for hours, names in days.items() if hours
        ]
        return format_html_join("\n", "<div>{}{}{}</div>", lines) if lines else _("none")

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, obj: Calendar) -> str:
        return str(obj.definition.get("tz", ""))

    @admin.display(description=gettext_lazy("working day"))
    def day(self, obj: Calendar) -> str:
        return duration(obj.business_day_seconds, days=False)


_DAYS = dict(
    zip(
        WEEKDAYS,
        (
            gettext_lazy("Mon"),
            gettext_lazy("Tue"),
            gettext_lazy("Wed"),
            gettext_lazy("Thu"),
            gettext_lazy("Fri"),
            gettext_lazy("Sat"),
            gettext_lazy("Sun"),
        ),
        strict=True,
    )
)


class TargetForm(forms.ModelForm):
    """One severity's promises: positive, at most a year, and the solution no earlier than the first answer."""

    class Meta:
        model = SlaTarget
        fields = (
            "severity",
            "hours",
            "first_response_amount",
            "first_response_unit",
            "resolution_amount",
            "resolution_unit",
            "grace_amount",
            "grace_unit",
        )
        labels = {
            "first_response_amount": gettext_lazy("First response"),
            "resolution_amount": gettext_lazy("Resolution"),
            "grace_amount": gettext_lazy("Grace between steps"),
            "first_response_unit": gettext_lazy("unit"),
            "resolution_unit": gettext_lazy("unit"),
            "grace_unit": gettext_lazy("unit"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():  # a table's cells have no label of their own
            field.widget.attrs["aria-label"] = field.label
        self.fields["severity"].choices = [(each.value, f"{each.code} {each.label}") for each in Severity]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        lengths = {name: self._seconds(cleaned, name) for name in ("first_response", "resolution", "grace")}
        first, resolution = lengths["first_response"], lengths["resolution"]
        if first and resolution and resolution < first:
            self.add_error("resolution_amount", _("A solution cannot be due before the first response."))
        return cleaned

    def _seconds(self, cleaned: dict[str, Any], name: str) -> int | None:
        amount, unit = cleaned.get(f"{name}_amount"), cleaned.get(f"{name}_unit")
        if amount is None or not unit:
            return None
        seconds = in_seconds(amount, unit, business_day=None)
        if not 1 <= seconds <= LONGEST_TARGET:
            self.add_error(f"{name}_amount", _("Between one second and a year."))
            return None
        return seconds


class TargetFormSet(BaseInlineFormSet):
    """Each severity once, none left out: a ticket of a severity without targets could not be filed."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        given = sorted(form.cleaned_data["severity"] for form in self.forms if form.cleaned_data.get("severity"))
        if given != sorted(Severity.values):
            raise ValidationError(_("Give each severity, P0 to P3, exactly once."))


class TargetInline(TabularInline):
    model = SlaTarget
    form = TargetForm
    formset = TargetFormSet
    extra = 0
    min_num = max_num = len(Severity)
    can_delete = False
    hide_title = True
    verbose_name_plural = gettext_lazy("targets")
    ordering = ("severity",)


class PolicyForm(forms.ModelForm):
    """The policy of every other plan is there from the beginning: a new one is for a plan."""

    class Meta:
        model = SlaPolicy
        fields = ("plan", "calendar")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "plan" in self.fields:
            self.fields["plan"].required = True


@admin.register(SlaPolicy)
class SlaPolicyAdmin(ModelAdmin):
    form = PolicyForm
    list_display = ("__str__", "calendar", "promises")
    list_select_related = ("plan", "calendar")
    fields = ("plan", "calendar")
    inlines = (TargetInline,)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("targets")

    def get_readonly_fields(self, request: HttpRequest, obj: SlaPolicy | None = None) -> tuple[str, ...]:
        return ("plan",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: SlaPolicy | None = None) -> bool:
        """A plan without a policy could not file tickets."""
        return False

    @admin.display(description=gettext_lazy("first response / resolution"))
    def promises(self, obj: SlaPolicy) -> SafeString:
        lines = (
            (
                target.severity.upper(),
                f"{target.first_response_amount} {target.get_first_response_unit_display()}",
                f"{target.resolution_amount} {target.get_resolution_unit_display()}",
            )
            for target in obj.targets.all()
        )
        return format_html("{}", format_html_join("", "<div>{}: {} / {}</div>", lines))
