"""Codes of the notifications floor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """How a person is told: in the site's bell, by mail, or by a page that should wake them."""

    SITE = "site", _("On the site")
    EMAIL = "email", _("E-mail")
    PAGE = "page", _("Page")
