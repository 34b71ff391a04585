"""What an engineer notes of an investigation: shape and wording only."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.choices import Reproduced
from tickets.forms.fields import TextField
from tickets.models import Investigation

NOTE_MAX_CHARACTERS = 4_000


def _note(label: Any, *, rows: int = 2, help_text: Any = "") -> TextField:
    return TextField(
        label=label,
        required=False,
        max_length=NOTE_MAX_CHARACTERS,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class InvestigationForm(forms.Form):
    """All of it at once. `revision` is the one that the page showed, `note_key` makes a double click one attempt."""

    note_key = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    hypothesis = _note(_("Hypothesis"))
    tried = _note(_("Tried now"), help_text=_("What you did and what came of it. It is added to the list."))
    reproduced = forms.ChoiceField(label=_("Reproduced internally"), choices=Reproduced.choices)
    reproduced_how = _note(_("How, or what was different"))
    conclusion = _note(_("Conclusion"))
    fix = _note(_("Fix"))
    prevention = _note(_("How to prevent it"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="note_%s", **options)


def opened(row: Investigation | None) -> dict[str, Any]:
    """What the form shows first: what is believed now, and nothing tried yet."""
    names = ("hypothesis", "reproduced", "reproduced_how", "conclusion", "fix", "prevention", "revision")
    kept = {name: getattr(row, name) for name in names} if row else {"revision": 0}
    return {"note_key": uuid.uuid4(), **kept}
