"""Codes of the escalation floor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class PromiseKind(TextChoices):
    """What is promised beside the ladder; each is a clock of its own."""

    ACKNOWLEDGE = "acknowledge", _("Answer to your escalation")
    NEXT_UPDATE = "next_update", _("Next update")


class RequestReason(TextChoices):
    """Why a customer asks for an escalation."""

    PROGRESS = "progress", _("It does not move forward")
    EXPERTISE = "expertise", _("It needs other expertise")
    BUSINESS = "business", _("Our business is at stake")
    SEVERITY = "severity", _("The severity was lowered and should not be")


class RequestState(TextChoices):
    OPEN = "open", pgettext_lazy("escalation request", "Waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("escalation request", "Accepted")
    ANSWERED = "answered", pgettext_lazy("escalation request", "Answered")
    ENDED = "ended", pgettext_lazy("escalation request", "Ended with the ticket")


class Job(TextChoices):
    """Which look at a ticket it was that failed."""

    SWEEP = "sweep", _("Deadlines and steps")
    PROMISES = "promises", pgettext_lazy("a job", "Promises")


class Expects(TextChoices):
    """What the expected time of a commitment is about."""

    TAKEOVER = "takeover", _("To be taken over by")
    RESULT = "result", _("Expected by")
