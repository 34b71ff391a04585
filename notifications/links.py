"""Where a person chooses what is mailed."""

from django.conf import settings
from django.urls import reverse


def choices_url() -> str:
    """Absolute, as mails need it."""
    return f"{settings.SITE_URL}{reverse('notifications:choices')}"
