"""Shape and wording of what people tell us about themselves and their colleagues."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.choices import MemberRole
from accounts.models import User
from accounts.signin_forms import PASSWORD_HELP, PASSWORD_MAX
from accounts.zones import zone_choices

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]


def clean_line(text: str) -> str:
    """One line as it was meant: NFC, no control or direction-changing characters, single spaces."""
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else " " for c in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


class LineField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class PersonFields(forms.Form):
    name = LineField(
        label=_("Name"),
        max_length=120,
        help_text=_("As your colleagues and our engineers should see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, help_text=_("For these pages and for the mail that we send you.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("All times are shown in it, due times above all.")
    )


class ProfileForm(PersonFields):
    phone = LineField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("With the country code. Our engineers call it when a P0 is open and you do not answer."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "class": "w-short"}),
    )
    field_order = ("name", "phone", "language", "time_zone")


class AcceptForm(PersonFields):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=PASSWORD_MAX,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-show-password": ""}),
    )
    field_order = ("name", "password", "language", "time_zone")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email
        if not self.is_bound:  # a script puts the browser's zone in, once
            self.fields["time_zone"].widget.attrs["data-time-zone"] = ""

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=MemberRole.choices,
        initial=MemberRole.MEMBER,
        help_text=_("Members file and follow tickets. An admin also invites and removes people."),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=MemberRole.choices)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=LANGUAGES)
