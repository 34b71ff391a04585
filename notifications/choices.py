"""Codes of the notifications floor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    """How a person is told: in the site's bell, by mail, or by a page that should wake them."""

    SITE = "site", _("On the site")
    EMAIL = "email", _("E-mail")
    PAGE = "page", _("Page")


class News(TextChoices):
    """The kinds of news that a person may want no mail of (`notifications.preferences`)."""

    ANSWERS = "answers", pgettext_lazy("news", "Answers")
    FILED = "filed", pgettext_lazy("news", "New tickets")
    STATE = "state", pgettext_lazy("news", "Changes")
    ESCALATIONS = "escalations", pgettext_lazy("news", "Escalations")
