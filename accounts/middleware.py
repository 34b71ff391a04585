"""The reader's language and time zone, and the second factor that staff owe."""

import zoneinfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts import sessions


class ReaderMiddleware:
    """A person who is signed in reads in their own language and time zone."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        sessions.seen(request, now=timezone.now())
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
        with timezone.override(zone_of(user.time_zone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", user.language)
        return response


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The IANA zone of that name; UTC where the machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


class SecondFactorMiddleware:
    """Where production asks for it, staff go nowhere before they have set up a second factor."""

    _OPEN = (
        "/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/login/", "/accounts/logout/", "/accounts/language/",
        "/accounts/password/", "/static/", "/livez", "/readyz",
    )  # fmt: skip

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._owes_second_factor(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _owes_second_factor(self, request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR or request.path_info.startswith(self._OPEN):
            return False
        user = request.user
        if not user.is_authenticated or not user.is_staff:
            return False
        return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
