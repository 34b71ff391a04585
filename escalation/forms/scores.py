"""What came of talking a low score over."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.fields import TextField


class OutcomeForm(forms.Form):
    rating = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    outcome = TextField(
        label=_("What came of it"),
        max_length=2_000,
        error_messages={"required": _("Say in a sentence what came of it.")},
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
