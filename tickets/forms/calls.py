"""What is typed about screen-sharing calls: shape and wording only, no action is called here."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.calling import FURTHEST, MOST_TIMES, USUAL
from tickets.forms.fields import LineField, TextField, WallTimeField, happened_twice, instant_in

TOPIC_MAX_CHARACTERS, REASON_MAX_CHARACTERS = 200, 2_000
_LENGTHS = (15, 30, 45, 60, 90, 120)
_TIME_WIDGET = {"type": "datetime-local", "class": "form-control w-short"}


class ProposalForm(forms.Form):
    """One to three times on the reader's wall clock, how long, and about what."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    topic = LineField(
        label=gettext_lazy("What will you look at together?"),
        max_length=TOPIC_MAX_CHARACTERS,
        error_messages={"required": gettext_lazy("Say in a few words what the call is about.")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("How long"),
        coerce=int,
        widget=forms.Select(attrs={"class": "form-select w-short"}),
    )

    def __init__(self, *args: Any, zone: str, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone, self.now = zone, now
        self.fields["minutes"].choices = [(each, _("%(n)s min") % {"n": each}) for each in _LENGTHS]
        for number in range(1, MOST_TIMES + 1):
            self.fields[f"time_{number}"] = WallTimeField(
                label=_("Time %(number)s") % {"number": number},
                required=number == 1,
                error_messages={"required": _("Propose at least one time.")},
                widget=forms.DateTimeInput(attrs=_TIME_WIDGET, format="%Y-%m-%dT%H:%M"),
            )

    @classmethod
    def fresh(cls, *, zone: str, now: datetime, replaces: int | None) -> ProposalForm:
        initial = {"submission_key": uuid.uuid4(), "minutes": USUAL, "replaces": replaces}
        return cls(zone=zone, now=now, initial=initial)

    @property
    def time_fields(self) -> list[forms.BoundField]:
        return [self[f"time_{number}"] for number in range(1, MOST_TIMES + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        times: list[datetime] = []
        for number in range(1, MOST_TIMES + 1):
            name = f"time_{number}"
            if (wall := cleaned.get(name)) is None:
                continue
            try:
                at = self._instant(wall)
                if at in times:
                    raise ValidationError(_("This time stands above already."))
                times.append(at)
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned | {"times": times}

    def _instant(self, wall: datetime) -> datetime:
        at = instant_in(wall, self.zone)
        if happened_twice(wall, self.zone):
            raise ValidationError(
                _("In %(zone)s the clocks are put back that night, so this time comes twice. Choose another hour."),
                params={"zone": self.zone},
            )
        if at <= self.now:
            raise ValidationError(_("This is past. Propose a time that is still to come."))
        if at > self.now + FURTHEST:
            raise ValidationError(_("Propose a time within the next %(days)s days."), params={"days": FURTHEST.days})
        return at

    def proposal(self) -> dict[str, Any]:
        """What the action takes. Call it when the form is valid."""
        given = self.cleaned_data
        return {name: given[name] for name in ("topic", "minutes", "times", "submission_key")} | {
            "seen": given["replaces"]
        }


class CallReasonForm(forms.Form):
    """Why not, or not any more."""

    text = TextField(
        label=gettext_lazy("Why, and how to go on instead"),
        max_length=REASON_MAX_CHARACTERS,
        error_messages={"required": gettext_lazy("Say why, so that the others know how to go on.")},
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class OutcomeForm(forms.Form):
    """What came of it."""

    took_place = forms.TypedChoiceField(
        label=gettext_lazy("Did it take place?"),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    text = TextField(
        label=gettext_lazy("What came of it"),
        max_length=4_000,
        error_messages={"required": gettext_lazy("Say in a sentence what came of it.")},
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["took_place"].choices = [("yes", _("Yes")), ("no", _("No"))]
