"""A calendar as an administrator types it: shape and wording only, no action is called here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.calendar_text import (
    FIRST_YEAR,
    LAST_YEAR,
    Days,
    Unreadable,
    parse_days_off,
    parse_hours,
    parse_make_up_days,
    write_days_off,
    write_hours,
    write_make_up_days,
)
from sla.editing import NEW, CalendarValues, hours_and_minutes, stamp_of
from sla.models import Calendar, SlaPolicy
from sla.preview import usual_day
from sla.public_holidays import COUNTRIES, country_of_zone
from sla.wording import WEEKDAY_NAMES

LONGEST_TEXT = 30_000  # characters of a list of days
YEARS_OFFERED = 3
_LENGTH = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})")
_OFFICE = "09:00-17:30"


def _line(label: str, help_text: str = "", **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": options.pop("css", "form-control"), "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, **options)


def _days(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 8, "class": "form-control", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, max_length=LONGEST_TEXT, required=False)


class CalendarForm(forms.Form):
    """Every field of the page. What was typed is shown again whatever is wrong with it.

    `definition()` and `values()` are there once the form is valid.
    """

    code = _line(_("Code"), _("Lower-case letters, digits and hyphens; it stays."), max_length=50)
    name_en = _line(_("Name in English"), max_length=80)
    name_zh = _line(_("Name in Chinese"), max_length=80)
    zone = _line(_("Time zone"), _("Type a city or region and choose: Asia/Shanghai, Europe/Berlin."), max_length=60)
    holidays = _days(
        _("Days off"),
        _("One date or range a line: 2026-10-01 to 2026-10-07. Behind a # you may name it."),
    )
    extra = _days(
        _("Make-up days"),
        _("Working days beside the weekly hours, one a line: 2026-10-10 09:00-17:30. A date without hours is off."),
    )
    day = _line(
        _("Length of a working day"),
        _("In hours and minutes, 8:30. Targets in days are counted with it. Leave it empty to take it from the hours."),
        required=False,
        max_length=20,
    )
    known_until = forms.DateField(
        label=_("Public holidays are entered up to"),
        help_text=_("After this day only the weekly hours count. We warn you 60 days before."),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Calendar | None, today: date) -> None:
        super().__init__(data, initial=_initial(row, today))
        self.row = row
        if row is not None:
            del self.fields["code"]
        self.fields["zone"].widget.attrs |= {"list": "zones", "autocomplete": "off"}
        for day, title in WEEKDAY_NAMES.items():
            self.fields[day] = _line(str(title), required=False, max_length=200)
        for name in self.fields:
            if data is not None and name in self.errors:
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs["class"] = "form-control is-invalid"

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().lower()
        validate_slug(code)
        if Calendar.objects.filter(code=code).exists():
            raise ValidationError(gettext("Another calendar has this code already."))
        return code

    def clean_zone(self) -> str:
        try:
            return BusinessCalendar.from_definition({"tz": self.cleaned_data["zone"].strip(), "weekly": {}}).tz
        except ValueError:
            raise ValidationError(
                gettext("There is no time zone “%(zone)s”. Use an IANA name such as Asia/Shanghai.")
                % {"zone": self.cleaned_data["zone"]}
            ) from None

    def clean_holidays(self) -> Days:
        return self._read("holidays", parse_days_off)

    def clean_extra(self) -> Days:
        return self._read("extra", parse_make_up_days)

    def clean_day(self) -> int | None:
        text = self.cleaned_data["day"].strip()
        if not text:
            return None
        found = _LENGTH.fullmatch(text)
        if not found or int(found[2]) > 59:
            raise ValidationError(gettext("Write the length as hours and minutes, for instance 8:30."))
        seconds = int(found[1]) * 3600 + int(found[2]) * 60
        if not 60 <= seconds <= 86400:
            raise ValidationError(gettext("A working day has between one minute and 24 hours."))
        return seconds

    def clean_known_until(self) -> date:
        known_until = self.cleaned_data["known_until"]
        if not FIRST_YEAR <= known_until.year <= LAST_YEAR:
            raise ValidationError(
                gettext("Choose a day between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return known_until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["weekly"] = {day: self._read(day, parse_hours) for day in WEEKDAYS if day in cleaned}
        if not self.errors and not any(cleaned["weekly"].values()):
            self.add_error(WEEKDAYS[0], gettext("No weekday has hours: time would never count on this calendar."))
        holidays, extra = cleaned.get("holidays"), cleaned.get("extra")
        both = sorted(set(holidays.hours) & set(extra.hours)) if holidays and extra else []
        if both:
            self.add_error(
                "extra",
                gettext("%(days)s: listed as a day off and as a make-up day. Take it away from one of the two.")
                % {"days": ", ".join(both[:5])},
            )
        if cleaned.get("day") is None and not self.errors:
            cleaned["day"] = usual_day(cleaned["weekly"])
        return cleaned

    def _read(self, name: str, parse: Any) -> Any:
        try:
            return parse(self.cleaned_data.get(name) or "")
        except Unreadable as why:
            self.add_error(name, str(why))
            return None

    def definition(self) -> dict[str, Any]:
        """The definition that the typed calendar has."""
        cleaned = self.cleaned_data
        names = cleaned["extra"].names | cleaned["holidays"].names
        definition = {
            "tz": cleaned["zone"],
            "weekly": {day: spans for day, spans in cleaned["weekly"].items() if spans},
            "holidays": sorted(cleaned["holidays"].hours),
            "extra": cleaned["extra"].hours,
        }
        return definition | ({"names": names} if names else {})

    def values(self) -> CalendarValues:
        cleaned = self.cleaned_data
        return CalendarValues(
            name_en=cleaned["name_en"],
            name_zh=cleaned["name_zh"],
            definition=self.definition(),
            business_day_seconds=cleaned["day"],
            known_until=cleaned["known_until"].isoformat(),
        )


def _initial(row: Calendar | None, today: date) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(WEEKDAYS[:5], _OFFICE) | {"known_until": date(today.year - 1, 12, 31), "seen": NEW}
    definition = row.definition
    names, extra = definition.get("names", {}), definition.get("extra", {})
    weekly = definition.get("weekly", {})
    return {
        "name_en": row.name_en,
        "name_zh": row.name_zh,
        "zone": definition.get("tz", ""),
        **{day: write_hours(weekly.get(day, ())) for day in WEEKDAYS},
        "holidays": write_days_off(definition.get("holidays", ()), names),
        "extra": write_make_up_days(extra, names),
        "day": hours_and_minutes(row.business_day_seconds),
        "known_until": row.known_until,
        "seen": stamp_of(CalendarValues.of(row)),
    }


class PackageForm(forms.Form):
    """Whose public holidays to take, and of which years."""

    country = forms.ChoiceField(label=_("Country"), widget=forms.Select(attrs={"class": "form-select"}))
    years = forms.TypedMultipleChoiceField(
        label=_("Years"), coerce=int, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, zone: str, known_until: date, today: date) -> None:
        years = [today.year + n for n in range(YEARS_OFFERED)]
        wanted = [year for year in years[:2] if date(year, 12, 31) > known_until]
        super().__init__(data, initial={"country": country_of_zone(zone), "years": wanted or years[1:2]})
        self.fields["country"].choices = list(COUNTRIES.items())
        self.fields["years"].choices = [(year, str(year)) for year in years]


class QuestionForm(forms.Form):
    """A ticket of which plan, filed when on the calendar's own clock: when would it be due?"""

    policy = forms.ModelChoiceField(
        label=_("Targets of"),
        queryset=SlaPolicy.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    filed_at = forms.CharField(
        label=_("Filed at"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "datetime-local", "class": "form-control"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Calendar | None) -> None:
        super().__init__(data)
        policies = SlaPolicy.objects.select_related("plan").prefetch_related("targets").order_by("-is_default", "pk")
        self.fields["policy"].queryset = policies
        own = policies.filter(calendar=row).first() if row else None
        self.initial["policy"] = own or policies.first()

    def asked(self, zone: ZoneInfo, now: datetime) -> tuple[SlaPolicy | None, datetime]:
        """The policy and the instant in UTC; the first one and the present minute where nothing else is understood."""
        policy, filed_at = self.initial["policy"], None
        if self.is_bound and self.is_valid():
            policy = self.cleaned_data["policy"] or policy
            filed_at = self.cleaned_data["filed_at"]
        if filed_at is None:
            filed_at = now.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
        return policy, filed_at.replace(tzinfo=zone).astimezone(UTC)

    def clean_filed_at(self) -> datetime | None:
        text = self.cleaned_data["filed_at"]
        if not text:
            return None
        try:
            filed_at = datetime.fromisoformat(text)
        except ValueError:
            filed_at = None
        if filed_at is None or filed_at.tzinfo or not FIRST_YEAR <= filed_at.year <= LAST_YEAR:
            raise ValidationError(gettext("Write the time as 2026-11-23 14:30."))
        return filed_at
