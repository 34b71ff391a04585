"""Codes of severities, clocks and their states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Severity(TextChoices):
    """How bad it is; sets the targets. Sorts by urgency as text."""

    P0 = "p0", _("Urgent")
    P1 = "p1", _("Severe")
    P2 = "p2", _("Normal")
    P3 = "p3", _("Question")

    @property
    def code(self) -> str:
        return self.value.upper()


class ClockKind(TextChoices):
    FIRST_RESPONSE = "first_response", _("First response")
    RESOLUTION = "resolution", _("Resolution")


class ClockState(TextChoices):
    """`at risk` is no state of its own: it is a running clock past 75 % of its target."""

    RUNNING = "running", pgettext_lazy("clock", "Running")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    MET = "met", pgettext_lazy("clock", "Met")
    BREACHED = "breached", pgettext_lazy("clock", "Breached")
    CANCELLED = "cancelled", pgettext_lazy("clock", "Cancelled")


class Hours(TextChoices):
    """Which hours count for a severity."""

    ALWAYS = "always", _("Around the clock")
    BUSINESS = "business", _("Business hours")


class Unit(TextChoices):
    SECONDS = "seconds", _("seconds")
    MINUTES = "minutes", _("minutes")
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
