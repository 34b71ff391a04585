"""The demonstration's mail folder: what the portal would have sent. Anywhere else these pages do not exist."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from delivery.models import OutboundMessage

PER_PAGE = 25
# The mail as its reader sees it: its own styles, no script, no request to anywhere; its links open in the whole window.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
_MAIL_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox {_SANDBOX}"


def demonstration_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mails hold other people's secrets: outside a demonstration the page is not there, for anybody."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: int) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return require_safe(view)(request, **arguments)

    return guarded


@demonstration_only
def folder(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    mails = OutboundMessage.objects.mails()
    page = Paginator(mails.defer("body_text", "body_html"), PER_PAGE).get_page(request.GET.get("page"))
    opened = get_object_or_404(mails, pk=pk) if pk else None
    context = {"page": page, "mail": opened, "sender": settings.DEFAULT_FROM_EMAIL, "sandbox": _SANDBOX}
    return render(request, "delivery/folder.html", context)


@demonstration_only
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(OutboundMessage.objects.mails().exclude(body_html=""), pk=pk)
    response = HttpResponse(f'<base target="_top">{mail.body_html}')
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    return response
