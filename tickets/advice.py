"""What the coach shows beside a description, and how ready a ticket is. Reads only; what is judged stands in `tickets.coach`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sla import wording
from sla.choices import Severity
from tickets.choices import MessageKind
from tickets.coach import Aspect, Assessment, Told, assess, example_of, label, questions
from tickets.models import Attachment, Environment, Message, Ticket

MOST_FILES = 1000
MOST_LETTERS = 20  # of the customer, the oldest first: they say what the problem is
# Fields of the form, and of the ticket's environment, that answer for a fact.
_ANSWERED_BY: dict[Aspect, tuple[str, ...]] = {
    Aspect.DEVICE: ("device", "os_version"),
    Aspect.PLACE: ("network",),
    Aspect.MOMENT: ("occurred_at",),
    Aspect.FREQUENCY: ("frequency",),
    Aspect.VERSION: ("sdk_version",),
    Aspect.CALL: ("channel", "user_ids", "q_user_local"),
    Aspect.STEPS: ("steps",),
}
FIELDS = (
    "subject",
    "description",
    "category",
    "severity",
    *(name for names in _ANSWERED_BY.values() for name in names),
)
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


def advise(typed: Mapping[str, str], *, files: int) -> Advice:
    """What to say of a report as far as it is typed, whatever that is. `files` is how many are added."""
    told = Told(
        subject=typed.get("subject", ""),
        description=typed.get("description", ""),
        category=typed.get("category", ""),
        severity=typed.get("severity", ""),
        known=_known(typed.get),
        files=files,
    )
    assessment = assess(told)
    return Advice(
        answered=assessment.answered,
        needed=len(assessment.needed),
        items=tuple(_items(assessment, told.category)),
        example=example_of(told.category, get_language() or "en"),
        is_begun=bool(told.description.strip()),
        is_urgent=told.severity == Severity.P0,
    )


def readiness(ticket: Ticket) -> Assessment:
    """The ticket as its customer has told it so far: subject, letters, environment, files (2 queries, environment loaded)."""
    letters = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC, is_from_staff=False).order_by("pk")
    environment: Environment | None = getattr(ticket, "environment", None)
    sent = Attachment.objects.filter(message__ticket=ticket, message__is_from_staff=False)
    return assess(
        Told(
            subject=ticket.subject,
            description="\n\n".join(letters.values_list("body", flat=True)[:MOST_LETTERS]),
            category=ticket.category.code,
            severity=ticket.severity,
            known=_known(lambda name: getattr(environment, name, "")),
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


def _known(value_of) -> frozenset[Aspect]:
    return frozenset(
        aspect for aspect, names in _ANSWERED_BY.items() if any(str(value_of(name) or "").strip() for name in names)
    )


def _items(assessment: Assessment, category: str) -> Iterable[Item]:
    asked = {question.aspect: question.text for question in questions(assessment, category)}
    for each in assessment.needed:
        if each in assessment.found:
            yield Item(label(each), "said")
        elif each in assessment.unknown:
            yield Item(label(each), "unknown")
        elif each in asked:
            yield Item(label(each), "asked", asked[each])
        else:
            yield Item(label(each), "open")
