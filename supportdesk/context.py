"""What every template may know about the site itself."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "is_demo": settings.DEMO,
        "server_time": timezone.now(),
        "site_url": settings.SITE_URL,
        "support_phone": settings.SUPPORT_PHONE,
    }
