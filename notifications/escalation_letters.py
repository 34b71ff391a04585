"""What a mail says of an escalation or a promise: who said what, what happens next, and by when. From the event's own data.

Called within the reader's language and time zone; texts of people are values, never formats.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from escalation.choices import PromiseKind, RequestReason
from notifications.facts import Story
from sla import wording
from tickets.choices import EventKind


def _time(story: Story, name: str) -> str:
    at = story.event.data.get(name)
    return wording.instant(datetime.fromisoformat(at)) if at else ""


def _requested(story: Story, reader: User) -> list[str]:
    data = story.event.data
    reason = data.get("reason", "")
    lines = [
        _("Reason: %(reason)s") % {"reason": RequestReason(reason).label if reason in RequestReason.values else reason}
    ]
    if data.get("body"):
        lines.append(_("In their words: “%(text)s”") % {"text": data["body"]})
    if reader.is_staff:
        lines.append(_("Acknowledge it on the board of escalations, and accept it with a plan or answer with reasons."))
    elif not data.get("further"):
        lines.append(_("An escalation manager reads it at once and answers: with a plan and a time, or with reasons."))
    return lines


def _accepted(story: Story, reader: User) -> list[str]:
    return [*_plan(story), _expected(story)]


def _plan(story: Story) -> list[str]:
    plan = story.event.data.get("plan")
    return [_("What happens now: %(plan)s") % {"plan": plan}] if plan else []


def _expected(story: Story) -> str:
    at = _time(story, "expected_at")
    return _("A result is expected by %(at)s.") % {"at": at} if at else ""


def _answered(story: Story, reader: User) -> list[str]:
    lines = [_("The answer: “%(text)s”") % {"text": story.event.data.get("answer", "")}]
    if not reader.is_staff:
        lines.append(_("If this does not help you, say so on the ticket or escalate it again."))
    return lines


def _closed(story: Story, reader: User) -> list[str]:
    data = story.event.data
    if data.get("ended_with"):
        return [_("The ticket is solved or closed, and nobody had answered the escalation.")]
    return [_("How it ended: “%(text)s”") % {"text": data.get("outcome", "")}]


def _committed(story: Story, reader: User) -> list[str]:
    before, lines = _time(story, "before"), []
    if story.event.data.get("slipped"):
        lines.append(_("We are sorry: the time we gave before, %(at)s, was not kept.") % {"at": before})
    elif before:
        lines.append(_("It takes the place of the time given before, %(at)s.") % {"at": before})
    return [*lines, *_plan(story), _expected(story)]


def _slipped(story: Story, reader: User) -> list[str]:
    at, slips = _time(story, "expected_at"), story.event.data.get("slips", 1)
    if not reader.is_staff:
        return [_("It was %(at)s. We are sorry; whoever answers for it gives you a new one.") % {"at": at}]
    return [
        _("It was %(at)s; expected times not kept on this ticket so far: %(n)s.") % {"at": at, "n": slips},
        _("Give the customer a new time, with a plan."),
    ]


def _missed(story: Story, reader: User) -> list[str]:
    at = {"at": _time(story, "due_at")}
    if story.event.data.get("promise") == PromiseKind.ACKNOWLEDGE:
        return [_("The customer's escalation should have been answered by %(at)s. Nobody has.") % at]
    return [
        _("The customer was promised an update by %(at)s and has heard nothing. Write, even if there is no news.") % at
    ]


LINES: dict[str, Callable[[Story, User], list[str]]] = {
    EventKind.ESCALATION_REQUESTED: _requested,
    EventKind.ESCALATION_ACCEPTED: _accepted,
    EventKind.ESCALATION_ANSWERED: _answered,
    EventKind.ESCALATION_CLOSED: _closed,
    EventKind.COMMITTED: _committed,
    EventKind.SLIPPED: _slipped,
    EventKind.PROMISE_MISSED: _missed,
}
