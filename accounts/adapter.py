"""How sign-in behaves: nobody signs up without an invitation, and mail speaks its reader's language."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import sessions
from accounts.models import User

_WRONG_CODE = _("This code is not right. Type the newest one.")
_UNKNOWN = "account/email/unknown_account"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off. Ask the admin of your organisation."),
        "email_password_mismatch": _("This e-mail and password do not match. Check both, or let us mail you a code."),
        "enter_current_password": _("Type your current password."),
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": _("This password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail in the recipient's language. To a stranger nothing is sent, though the same work is done.

        The mail is written and thrown away so that the answer takes as long as for an address that we know.
        """
        user = context.get("user") or User.objects.filter(email=email.strip().lower()).first()
        with translation.override(user.language if user else translation.get_language()):
            if template_prefix == _UNKNOWN:
                self.render_mail(template_prefix, email, context | {"email": email})
                return
            super().send_mail(template_prefix, email, context | {"user": user})

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session. Whoever was deleted since the look at the password is sent back, signed in as nobody."""
        try:
            with transaction.atomic():
                super().login(request, user)
                sessions.begin(request, user=cast(User, user), now=timezone.now())
        except DatabaseError:
            if User.objects.filter(pk=user.pk).exists():
                raise
            logout(request)
            raise ImmediateHttpResponse(redirect("account_login")) from None

    def save_user(self, *args: Any, **kwargs: Any) -> AbstractBaseUser:
        raise NotImplementedError("Accounts begin with an invitation.")


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _WRONG_CODE}
