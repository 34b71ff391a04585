"""The grey lines of what was found out and what was asked, in the reader's language. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from sla import wording
from tickets.choices import EventKind, InquiryState, Noted, Reproduced
from tickets.models import TicketEvent


def _waited(event: TicketEvent) -> str:
    number = event.data.get("asked", 0)
    if not number:
        return _("The resolution clock stands still: we wait for your answer")
    words = ngettext(
        "The resolution clock stands still: we wait for the answer to %(n)s question",
        "The resolution clock stands still: we wait for the answers to %(n)s questions",
        number,
    )
    return words % {"n": number}


def _reminded(event: TicketEvent) -> str:
    number = len(event.data.get("questions", ()))
    if event.data.get("number", 1) > 1:
        words = ngettext(
            "We reminded you again of our question", "We reminded you again of our %(n)s questions", number
        )
    else:
        words = ngettext("We reminded you of our question", "We reminded you of our %(n)s questions", number)
    return words % {"n": number}


def _question_closed(event: TicketEvent) -> str:
    text, is_answered = event.data.get("text", ""), event.data.get("as") == InquiryState.ANSWERED
    if not text:
        words = _("%(who)s has the answer") if is_answered else _("%(who)s needs no answer any more")
    else:
        words = (
            _("%(who)s has the answer to “%(question)s”")
            if is_answered
            else _("%(who)s needs no answer any more to “%(question)s”")
        )
    return words % {"who": event.actor_name, "question": text}


def _investigated(event: TicketEvent) -> str:
    """“Erin noted a hypothesis and what was tried”; what was emptied is said to be taken back."""
    changes = event.data.get("changes", ())
    taken_back = [each for each in changes if not each.get("text") and each.get("what") != Noted.REPRODUCED]
    noted = [each for each in changes if each not in taken_back]
    words = _("%(who)s noted %(what)s") if noted else _("%(who)s took back %(what)s")
    return words % {"who": event.actor_name, "what": wording.listed(_noted(each) for each in noted or taken_back)}


def _noted(change: Mapping[str, Any]) -> str:
    code, what = change.get("code"), change.get("what")
    if what == Noted.REPRODUCED and code in _REPRODUCED:
        return str(_REPRODUCED[code])
    return str(Noted(what).label) if what in Noted.values else ""


_REPRODUCED = {
    Reproduced.YES.value: pgettext_lazy("was noted", "that we can reproduce it"),
    Reproduced.NO.value: pgettext_lazy("was noted", "that we could not reproduce it"),
    Reproduced.SOMETIMES.value: pgettext_lazy("was noted", "that we can reproduce it now and then"),
}


def _contacts_changed(event: TicketEvent) -> str:
    name = event.data.get("added")
    words = (
        _("%(who)s named %(name)s as somebody to call") if name else _("%(who)s took %(name)s off the people to call")
    )
    return words % {"who": event.actor_name, "name": name or event.data.get("removed", "")}


LINES: dict[str, Callable[[TicketEvent], str]] = {
    EventKind.WAITED_ON_CUSTOMER: _waited,
    EventKind.REMINDED: _reminded,
    EventKind.CONTACTS_CHANGED: _contacts_changed,
    EventKind.QUESTION_CLOSED: _question_closed,
    EventKind.INVESTIGATED: _investigated,
}
