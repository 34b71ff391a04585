"""The site's addresses, and some that fail in the ways in which a request can fail."""

from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from supportdesk import errors

handler400, handler403, handler404 = errors.bad_request, errors.permission_denied, errors.not_found
handler500 = errors.server_error


def refused(request: HttpRequest, status: int) -> HttpResponse:
    if status == 429:
        return errors.too_many_requests(request)
    raise {400: BadRequest, 503: OperationalError}.get(status, RuntimeError)("as asked")


urlpatterns = [path("refused/<int:status>/", refused), path("", include("supportdesk.urls"))]
