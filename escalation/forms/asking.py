"""What a customer writes when asking for an escalation."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from escalation.choices import RequestReason

MAX_TEXT = 5000  # characters


class AskForm(forms.Form):
    """A reason, and what we should know. The key lets a double click count once."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    reason = forms.ChoiceField(label=_("Why"), choices=RequestReason.choices, widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("What should the escalation manager know?"),
        help_text=_("For instance: who is affected, what it costs you, and by when you need what."),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
