"""A customer's score: shape and wording only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.actions import Score
from tickets.forms.fields import TextField
from tickets.models import Rating
from tickets.rating import ASPECTS, BEST, WORST

COMMENT_MAX_CHARACTERS = 4_000
_WORDS = {1: _("Very bad"), 2: _("Bad"), 3: _("So-so"), 4: _("Good"), 5: _("Very good")}
SCORES = [(number, _WORDS[number]) for number in range(WORST, BEST + 1)]
_NOT_SAID = [("", _("Not said")), *SCORES]


def _aspect(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=_NOT_SAID,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select w-short"}),
    )


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("How satisfied are you with how we solved it?"),
        choices=SCORES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five."), "invalid_choice": _("Choose one of the five.")},
    )
    speed = _aspect(_("Speed"))
    skill = _aspect(_("Skill"))
    communication = _aspect(_("Communication"))
    comment = TextField(
        label=_("What was good, what should be better?"),
        required=False,
        max_length=COMMENT_MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
    may_publish = forms.BooleanField(
        label=_("You may publish the comment, without our names"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    revision = forms.IntegerField(min_value=0, max_value=10_000, required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, rating: Rating, chosen: str = "") -> RatingForm:
        """The form as the score stands; `chosen` is what was clicked on the way here."""
        names = ("score", *ASPECTS, "comment", "may_publish", "revision")
        initial = {name: getattr(rating, name) for name in names}
        if chosen.isascii() and chosen.isdigit() and rating.score is None:
            initial["score"] = chosen
        return cls(initial=initial)

    def score_given(self) -> Score:
        return Score(**{name: value for name, value in self.cleaned_data.items() if name != "revision"})
