"""Error pages in the site's own words. The pages for our own faults need neither database nor session."""

import logging
import secrets
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tickets.errors import DISK_FULL

logger = logging.getLogger(__name__)
RETRY_AFTER = 60  # seconds
TOO_LARGE = 413


class BodyTooLarge(OSError):
    """A request brought more than `REQUEST_MAX_BYTES`."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    response = render(request, "errors/429.html", status=429)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 where the database is away or the disk full; 413 where too much was sent. The page's reference is in the log."""
    reference = secrets.token_hex(3)
    error = sys.exc_info()[1]
    logger.error("failure %s at %s: %s", reference, request.path, type(error).__name__)
    words = _words_for(error)
    status = {_failed: 500, _too_much: TOO_LARGE}.get(words, 503)
    texts = _texts(words, getattr(request, "LANGUAGE_CODE", None))
    again = request.path if request.method == "GET" else "/"
    try:
        page: str = render_to_string(
            "errors/static.html",
            {"status": status, "reference": reference, "texts": texts, "again": again, "phone": settings.SUPPORT_PHONE},
        )
    except Exception:  # the templates or the static files may be what is broken
        logger.exception("the page for failure %s could not be made", reference)
        page = "<!doctype html>" + "".join(f"<h1>{text['title']}</h1><p>{text['advice']}</p>" for text in texts)
    response = HttpResponse(page, status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _words_for(error: BaseException | None) -> Callable[[], dict[str, str]]:
    if isinstance(error, (OperationalError, InterfaceError)):
        return _away
    if isinstance(error, BodyTooLarge):
        return _too_much
    return _full if isinstance(error, OSError) and error.errno in DISK_FULL else _failed


def _texts(words: Callable[[], dict[str, str]], language: str | None) -> list[dict[str, str]]:
    """The words in the reader's language; in both where it is not known."""
    known = [code for code, _name in settings.LANGUAGES]
    texts = []
    for code in [language] if language in known else known:
        with translation.override(code):
            texts.append(words() | {"lang": "zh-Hans" if code == "zh-hans" else code, "site": _("Supportdesk")})
    return texts


def _failed() -> dict[str, str]:
    return {
        "title": _("That was our fault"),
        "advice": _(
            "The page could not be made. Our engineers see this failure. What you wrote may not be saved: go back and "
            "send it again in a minute."
        ),
        "call": _("Is your service down? Call, day and night:"),
        "again": _("Try again"),
    }


def _away() -> dict[str, str]:
    return {
        "title": _("We are back in a moment"),
        "advice": _(
            "The support portal is being worked on. What you wrote may not be saved: go back and send it again in a minute."
        ),
        "call": _("Is your service down? Call, day and night:"),
        "again": _("Try again"),
    }


def _full() -> dict[str, str]:
    return {
        "title": _("There is no room for files just now"),
        "advice": _(
            "What you sent did not reach us. Go back and send it without files, or with them in a few minutes. Reading "
            "works as ever."
        ),
        "call": _("Is your service down? Call, day and night:"),
        "again": _("Try again"),
    }


def _too_much() -> dict[str, str]:
    return {
        "title": _("That is too much at once"),
        "advice": _(
            "What you sent is larger than we take in one piece, and nothing of it was kept. Go back and send it with fewer "
            "or smaller files."
        ),
        "call": _("Is your service down? Call, day and night:"),
        "again": _("Try again"),
    }
