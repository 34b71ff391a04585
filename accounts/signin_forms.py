"""The sign-in library's forms in our words: no placeholders, and no text long enough to be costly to hash."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

PASSWORD_MAX = 4096  # characters; hashing a megabyte costs half a second of a core
EMAIL_MAX = 254  # characters, RFC 5321 section 4.5.3.1.3
CODE_MAX = 64
PASSWORD_HELP = _("10 characters or more; no common password, nothing like your name, not digits alone.")

LABELS = {
    "login": _("Work e-mail"),
    "email": _("Work e-mail"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
}


class Plain(forms.Form):
    """Dresses the fields that the library built: our label, no placeholder, a bound on length."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field.widget, forms.PasswordInput):
                bound_length(field, PASSWORD_MAX)
                field.help_text = PASSWORD_HELP if name == "password1" else ""
            elif name in {"login", "email"}:
                bound_length(field, EMAIL_MAX)
            elif name == "code":
                bound_length(field, CODE_MAX)
                field.widget.attrs |= {"class": "w-code", "autocapitalize": "off", "spellcheck": "false"}


def bound_length(field: forms.Field, limit: int) -> None:
    """Refuse longer text, whatever the browser lets through."""
    field.max_length = limit  # type: ignore[attr-defined] # every field that comes here is text
    field.validators = [v for v in field.validators if not isinstance(v, MaxLengthValidator)]
    field.validators.append(MaxLengthValidator(limit))


class LoginForm(Plain, account.LoginForm):
    pass


class RequestLoginCodeForm(Plain, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(Plain, account.ConfirmLoginCodeForm):
    pass


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    pass


class SetPasswordForm(Plain, account.SetPasswordForm):
    pass


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    pass


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(Plain, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    pass
