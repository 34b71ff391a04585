"""The lines of letters about screen-sharing calls. In the language that is active, for one reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from accounts.models import User
from notifications.facts import Story
from tickets.call_wording import values_of
from tickets.choices import EventKind
from tickets.models import Call


def _proposed(story: Story, reader: User) -> list[str]:
    values = values_of(story.event)
    return [
        _("What you would look at together: “%(topic)s”, %(minutes)s min.") % values,
        _("The times to choose from: %(times)s") % values,
        _("The call of %(at)s does not take place; the file takes it out of your calendar.") % values
        if story.facts.changes_calendars
        else "",
    ]


def _accepted(story: Story, reader: User) -> list[str]:
    values = values_of(story.event)
    call = Call.objects.filter(pk=story.event.data["call"]).first()
    link = call.link if call else ""
    return [
        _("“%(topic)s”: %(at)s, %(minutes)s min.") % values,
        _("Join: %(link)s") % {"link": link} if link else _("The link follows before the call begins."),
        _("The file puts it into your calendar."),
    ]


def _reason(story: Story, reader: User) -> list[str]:
    values = values_of(story.event)
    taken_out = _("The file takes it out of your calendar.") if story.facts.changes_calendars else ""
    return [_("Reason: %(reason)s") % values, taken_out]


def _held(story: Story, reader: User) -> list[str]:
    return [_("In their words: “%(text)s”") % {"text": values_of(story.event)["outcome"]}]


def _outcome_asked(story: Story, reader: User) -> list[str]:
    return [
        _("“%(topic)s”, %(at)s.") % values_of(story.event),
        _(
            "Write down what came of it, or that it did not take place: a sentence is enough, and the customer reads it."
        ),
    ]


LINES: Mapping[str, Callable[[Story, User], list[str]]] = {
    EventKind.CALL_PROPOSED: _proposed,
    EventKind.CALL_ACCEPTED: _accepted,
    EventKind.CALL_DECLINED: _reason,
    EventKind.CALL_CANCELLED: _reason,
    EventKind.CALL_HELD: _held,
    EventKind.CALL_OUTCOME_ASKED: _outcome_asked,
}
