"""What the coach shows beside a description, and how ready a ticket is. Reads only; what is judged stands in `tickets.coach`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sla import wording
from sla.choices import Severity
from tickets.choices import MessageKind
from tickets.coach import Aspect, Assessment, Told, assess, example_of, label, questions
from tickets.models import Answer, Attachment, Environment, Message, Ticket

MOST_FILES = 1000
MOST_LETTERS = 20  # of the customer, the oldest first: they say what the problem is
# What answers for a fact: columns of the ticket's environment, and codes of the categories' questions.
_ANSWERED_BY: dict[Aspect, tuple[str, ...]] = {
    Aspect.WHAT: ("goal", "needs_what", "bill_expected"),
    Aspect.ITEM: ("bill_period", "bill_project", "bill_item", "bill_amount", "invoice_number"),
    Aspect.TRIED: ("tried", "doc_link"),
    Aspect.CODE: ("error_code", "connection_change", "crash_stack", "drop_reason", "rest_status"),
    Aspect.SIDE: (
        "scope",
        "stutter_who",
        "black_side",
        "black_remote_who",
        "silent_side",
        "echo_heard_by",
        "others_in_channel_ok",
    ),
    Aspect.PLACE: ("network", "region", "regions_both", "needs_networks", "needs_region"),
    Aspect.DEVICE: ("device", "os_version", "echo_source_device", "audio_device"),
    Aspect.MOMENT: ("occurred_at", "started_at", "hot_after"),
    Aspect.FREQUENCY: ("frequency", "crash_rate", "drops"),
    Aspect.VERSION: ("sdk_version", "last_good"),
    Aspect.CALL: ("channel", "user_ids", "user_local", "resource_id", "task_id"),
    Aspect.STEPS: ("steps",),
    Aspect.FIGURE: ("delay_measured", "av_offset", "cpu_app", "cpu_system", "freeze_rate"),
}
_COLUMNS = (
    "device",
    "os_version",
    "network",
    "occurred_at",
    "frequency",
    "sdk_version",
    "channel",
    "user_ids",
    "steps",
)
FIELDS = ("subject", "description", "category", "severity")
State = Literal["said", "unknown", "asked", "open"]


@dataclass(frozen=True, slots=True)
class Item:
    """A fact that this kind of problem needs. `question` is there for the few that are asked for now."""

    label: str | Promise
    state: State
    question: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Advice:
    answered: int
    needed: int
    items: tuple[Item, ...]
    example: str
    is_begun: bool
    is_urgent: bool

    @property
    def is_ready(self) -> bool:
        return self.answered == self.needed

    @property
    def figure(self) -> str:
        return figure(self.answered, self.needed)

    @property
    def said_aloud(self) -> str:
        """The figure and what is still asked for, as one text for a screen reader."""
        asked = [item.label for item in self.items if item.state == "asked"]
        helps = _("Would help: %(facts)s.") % {"facts": wording.listed(asked)} if asked else ""
        return wording.sentences([_("%(figure)s.") % {"figure": self.figure}, helps])


def figure(answered: int, needed: int) -> str:
    """“Ready: 4 of 6”."""
    return _("Ready: %(answered)s of %(needed)s") % {"answered": answered, "needed": needed}


def advise(typed: Mapping[str, str], *, answered: Collection[str], files: int, says_first: bool = False) -> Advice:
    """What to say of a report as far as it is typed, whatever that is.

    `answered` names the columns and questions that something was said to, be it only “I don’t know”; `files` is how many
    are added; `says_first`: the category's first question stands above the description.
    """
    told = Told(
        subject=typed.get("subject", ""),
        description=typed.get("description", ""),
        category=typed.get("category", ""),
        severity=typed.get("severity", ""),
        known=_known(answered),
        files=files,
    )
    assessment = assess(told)
    return Advice(
        answered=assessment.answered,
        needed=len(assessment.needed),
        items=tuple(_items(assessment, told.category, says_first=says_first)),
        example=example_of(told.category, get_language() or "en"),
        is_begun=bool(told.description.strip()),
        is_urgent=told.severity == Severity.P0,
    )


def readiness(ticket: Ticket) -> Assessment:
    """The ticket as its customer has told it so far: subject, letters, environment, files (3 queries, environment loaded)."""
    letters = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC, is_from_staff=False).order_by("pk")
    environment: Environment | None = getattr(ticket, "environment", None)
    answered = {name for name in _COLUMNS if getattr(environment, name, None)}
    answered.update(Answer.objects.filter(ticket=ticket).values_list("question__code", flat=True))
    sent = Attachment.objects.filter(message__ticket=ticket, message__is_from_staff=False)
    return assess(
        Told(
            subject=ticket.subject,
            description="\n\n".join(letters.values_list("body", flat=True)[:MOST_LETTERS]),
            category=ticket.category.code,
            severity=ticket.severity,
            known=_known(answered),
            files=sent[:MOST_FILES].count(),
        )
    )


@dataclass(frozen=True, slots=True)
class ToldSoFar:
    """How ready a ticket is, as it was judged when its customer last told something. `lacking` are names in a row."""

    answered: int
    needed: int
    lacking: str

    @property
    def figure(self) -> str:
        return figure(self.answered, self.needed)


def told_of(ticket: Ticket) -> ToldSoFar | None:
    """From the ticket's own columns (no query). None for a ticket that nobody judged yet."""
    if ticket.readiness is None:
        return None
    lacking = [each for each in Aspect if each in ticket.lacking.split()]
    return ToldSoFar(ticket.readiness, ticket.readiness + len(lacking), wording.listed(label(each) for each in lacking))


def _known(answered: Collection[str]) -> frozenset[Aspect]:
    return frozenset(aspect for aspect, names in _ANSWERED_BY.items() if not set(names).isdisjoint(answered))


def _items(assessment: Assessment, category: str, *, says_first: bool) -> Iterable[Item]:
    asked = {each.aspect: each.text for each in questions(assessment, category, says_first=says_first)}
    for each in assessment.needed:
        if each in assessment.found:
            yield Item(label(each), "said")
        elif each in assessment.unknown:
            yield Item(label(each), "unknown")
        elif each in assessment.asked:
            yield Item(label(each), "asked", asked.get(each, ""))
        else:
            yield Item(label(each), "open")
