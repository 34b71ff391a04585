"""Codes of the escalation floor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Trigger(TextChoices):
    """Who or what asked for the step."""

    CLOCK = "clock", _("Deadline missed")
    ENGINEER = "engineer", _("Handed up by the engineer")
    CUSTOMER = "customer", _("Asked for by the customer")


class Target(TextChoices):
    """Where a step leads: a tier, or the escalation manager, who is no tier."""

    T1 = "t1", _("Tier 1")
    T2 = "t2", _("Tier 2 experts")
    RND = "rnd", _("R&D")
    MANAGER = "manager", _("Escalation manager")
