"""Whom to call about a ticket: shape and wording only."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.forms.fields import LineField

_PHONE = re.compile(r"^\+?[0-9][0-9 ()./-]*(?: ?(?:ext\.?|x|转|#) ?[0-9]{1,8})?$", re.IGNORECASE)
_LEAST_DIGITS = 5


class ContactForm(forms.Form):
    name = LineField(
        label=gettext_lazy("Name"), max_length=120, error_messages={"required": gettext_lazy("Say whom to ask for.")}
    )
    phone = LineField(
        label=gettext_lazy("Phone"),
        max_length=40,
        help_text=gettext_lazy("With the country code."),
        error_messages={"required": gettext_lazy("Give the number to call.")},
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    reachable = LineField(
        label=gettext_lazy("When to reach them"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For instance “any time”, or “weekdays 9 to 18, Beijing”."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="contact_%s", **options)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not _PHONE.match(phone) or sum(each.isdigit() for each in phone) < _LEAST_DIGITS:
            raise ValidationError(_("Write the number in digits, such as +86 10 5555 0100."))
        return phone
