"""Who may open the pages of this floor."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from escalation.health import may_see_health

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """404 for customers: to them these pages do not exist."""

    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


def managers_only(view: View) -> View:
    """404 for everybody but managers and administrators."""

    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may_see_health(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)
