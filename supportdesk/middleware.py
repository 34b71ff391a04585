"""Headers that every answer carries, errors too, and how much of them a request may carry."""

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase

PORTAL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# The admin theme builds its menus with Alpine, which needs eval and inline styles; only staff ever load it.
ADMIN_POLICY = PORTAL_POLICY.replace(
    "script-src 'self'; style-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'",
)
HEADERS = {
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

MOST_HEADERS = 32 * 1024  # characters in all; browsers and proxies stay below, and every one of them is held in memory


class SecurityHeadersMiddleware:
    """Outermost, so that answers made by other middleware carry the headers as well."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest):
        if iscoroutinefunction(self):
            return self._acall(request)
        return self._dress(request, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        return self._dress(request, await self.get_response(request))

    @staticmethod
    def _dress(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_admin = request.path_info.startswith("/admin/")
        response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY if is_admin else PORTAL_POLICY)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path_info.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class HeaderLimitMiddleware:
    """400 to a request whose headers are far larger than any browser sends: the server itself lets 64 KiB and more pass."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest):
        size = sum(len(name) + len(value) for name, value in request.META.items() if name.startswith("HTTP_"))
        if size > MOST_HEADERS:
            raise SuspiciousOperation(f"{size} characters of headers")
        return self.get_response(request)
