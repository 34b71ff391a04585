"""What a mail says of an event: in the reader's language and time zone, and nothing that the reader may not know.

Texts of people are values, never formats; a customer's letter holds public messages only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.choices import Role
from accounts.middleware import zone_of
from accounts.models import User
from escalation.choices import Target, Trigger
from escalation.models import Escalation
from notifications import call_letters, escalation_letters
from notifications.facts import Story
from notifications.headlines import clock_name, headline, severity_name, tier_name, who
from notifications.links import choices_url
from sla import wording as time_wording
from sla.choices import ClockKind, ClockState
from tickets.choices import EventKind, MessageKind
from tickets.links import ticket_url
from tickets.models import Clock, Rating
from tickets.rating_links import path_for

MAX_QUOTE = 1500  # characters of a message that a mail repeats; the page has all of it


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, composed: everything in the reader's words, plain text throughout."""

    subject: str
    title: str
    lines: list[str]
    facts: list[tuple[str, str]]
    url: str
    button: str
    quote: str = ""
    is_quote_cut: bool = False
    is_for_staff: bool = False
    score_url: str = ""

    @property
    def choices_url(self) -> str:
        """Where the reader chooses what is mailed."""
        return choices_url()


@contextmanager
def as_read_by(reader: User) -> Iterator[None]:
    """The reader's language and time zone."""
    with translation.override(reader.language), timezone.override(zone_of(reader.time_zone)):
        yield


def compose(story: Story, reader: User) -> Letter:
    """The letter about an event to one reader. Call it within `as_read_by`."""
    title = headline(story.event, reader)
    quote = _quote(story)
    return Letter(
        subject=_subject(title, story, reader),
        title=title,
        lines=[line for line in _LINES.get(story.event.kind, _no_lines)(story, reader) if line],
        facts=_facts(story, reader),
        url=ticket_url(story.ticket, reader),
        button=_button(story, reader),
        quote=quote[:MAX_QUOTE],
        is_quote_cut=len(quote) > MAX_QUOTE,
        is_for_staff=reader.is_staff,
        score_url=_score_url(story, reader),
    )


def render(letter: Letter, reader: User) -> tuple[str, str]:
    """The letter as text and as HTML. Call it within `as_read_by`."""
    context = {"letter": letter, "reader": reader, "is_chinese": time_wording.is_chinese()}
    return render_to_string("mail/notice.txt", context).strip() + "\n", render_to_string("mail/notice.html", context)


def _subject(title: str, story: Story, reader: User) -> str:
    """Engineers see in the list of their mails how bad it is."""
    code = story.ticket.severity_code
    mark = f"{code} " if reader.is_staff and story.facts.is_urgent and code not in title else ""
    return f"{mark}{title}{pgettext('between', ': ')}{story.ticket.subject}"


def _score_url(story: Story, reader: User) -> str:
    """Where this reader scores the solution without signing in; nothing for staff, or where it is not asked."""
    if story.event.kind != EventKind.RESOLVED or reader.is_staff:
        return ""
    rating = Rating.objects.filter(resolved=story.event).first()
    return f"{settings.SITE_URL}{path_for(rating, reader)}" if rating else ""


def _quote(story: Story) -> str:
    if story.message is None or story.message.kind != MessageKind.PUBLIC:
        return ""
    return story.message.body.strip()


_ASKS = (EventKind.WAITED_ON_CUSTOMER, EventKind.REMINDED)


def _button(story: Story, reader: User) -> str:
    if story.event.kind == EventKind.OPENED and not reader.is_staff:
        return _("Follow your ticket")
    if story.event.kind in (EventKind.REPLIED, EventKind.CUSTOMER_REPLIED, *_ASKS):
        return _("Read and answer")
    return _("Open the ticket")


def _facts(story: Story, reader: User) -> list[tuple[str, str]]:
    """What stands under the sentences: which ticket, how bad, whose, and by when."""
    ticket = story.ticket
    owner = _("%(tier)s, being assigned") % {"tier": tier_name(ticket.tier)}
    if ticket.assignee:
        owner = f"{ticket.assignee.name} · {tier_name(ticket.tier)}"
    facts = [(_("Ticket"), f"{ticket.number} {ticket.subject}"), (_("Severity"), severity_name(ticket.severity))]
    if reader.is_staff:
        facts.append((_("Organisation"), f"{ticket.organisation.name} · {ticket.organisation.plan.name}"))
    facts.append((_("With"), owner))
    facts += [(clock_name(clock.kind), _deadline(clock)) for clock in story.clocks if _is_worth_saying(clock, story)]
    return facts


def _is_worth_saying(clock: Clock, story: Story) -> bool:
    return story.ticket.is_open and (clock.due_at is not None or clock.state == ClockState.PAUSED)


def _deadline(clock: Clock) -> str:
    if clock.state == ClockState.PAUSED or clock.due_at is None:
        return _("paused while we wait for the customer")
    if clock.breached_at:
        return _("was due %(at)s") % {"at": time_wording.instant(clock.due_at)}
    return _("by %(at)s") % {"at": time_wording.instant(clock.due_at)}


def _no_lines(story: Story, reader: User) -> list[str]:
    return []


def _opened(story: Story, reader: User) -> list[str]:
    if reader.is_staff:
        return [_("Nobody has it yet. Take it and answer: an automatic reply is no first response.")]
    first = next((clock for clock in story.clocks if clock.kind == ClockKind.FIRST_RESPONSE and clock.due_at), None)
    promise = ""
    if first and first.due_at:
        promise = _("An engineer answers you by %(at)s.") % {"at": time_wording.instant(first.due_at)}
    return [_("Thank you for the report."), promise, _phone(story)]


def _phone(story: Story) -> str:
    phone = story.ticket.organisation.plan.support_phone
    if story.ticket.severity != "p0" or not phone:
        return ""
    return _("If it gets worse, call us at any hour: %(phone)s.") % {"phone": phone}


def _waited(story: Story, reader: User) -> list[str]:
    if reader.is_staff:
        return [_("The resolution clock stands still until the customer answers.")]
    return [_("The resolution clock stands still until you answer, and then it goes on.")]


def _reminded(story: Story, reader: User) -> list[str]:
    """The questions as they were asked, each on a line of its own."""
    since, questions = story.event.data.get("since"), story.event.data.get("questions", ())
    at = time_wording.instant(datetime.fromisoformat(since)) if since else ""
    asked = _("We have heard nothing on this since %(at)s, and the resolution clock stands still until you answer.")
    return [
        asked % {"at": at} if at else "",
        *(_("We asked: “%(question)s”") % {"question": each} for each in questions),
        _("If you do not know, or it is no longer a problem, say so: that helps too."),
    ]


def _severity_changed(story: Story, reader: User) -> list[str]:
    data = story.event.data
    return [
        _("It was %(before)s and is now %(after)s.")
        % {"before": severity_name(data.get("from", "")), "after": severity_name(data.get("to", ""))},
        _("Reason: %(reason)s") % {"reason": data.get("reason", "")},
        _("The deadlines below were computed anew.") if story.ticket.is_open else "",
    ]


def _resolved(story: Story, reader: User) -> list[str]:
    if reader.is_staff or story.event.data.get("by_customer"):
        return []
    days = story.ticket.organisation.plan.closes_after_days
    return [
        _("Please check it in your app. If it still fails, reopen the ticket on its page: the clock then goes on."),
        _("Without a word from you it closes by itself after %(days)s days.") % {"days": days},
    ]


def _rated(story: Story, reader: User) -> list[str]:
    lines = (
        [_("In their words: “%(text)s”") % {"text": story.event.data["comment"]}]
        if story.event.data.get("comment")
        else []
    )
    if story.facts.is_low and reader.role == Role.ESCALATION_MANAGER:
        lines.append(
            _("A score this low is talked over with the customer. Write down what came of it under “Low scores”.")
        )
    return lines


def _assigned(story: Story, reader: User) -> list[str]:
    return [_("The customer sees your name on it from now on.")]


def _follower_added(story: Story, reader: User) -> list[str]:
    return [_("From now on you are told of what happens on it. You can stop following on its page, under “People”.")]


def _at_risk(story: Story, reader: User) -> list[str]:
    return [_("Three quarters of the time are used up. Answer, or hand it up with a reason.")]


def _breached(story: Story, reader: User) -> list[str]:
    due_at = story.event.data.get("due_at")
    if not due_at:
        return []
    at = time_wording.instant(datetime.fromisoformat(due_at))
    return [_("It was due %(at)s. The ticket climbs to the next tier by itself if nobody acts.") % {"at": at}]


def _escalated(story: Story, reader: User) -> list[str]:
    escalation = story.escalation
    if escalation is None:
        return []
    lines = [_reason(story, escalation, reader)]
    if reader.is_staff:
        lines += [
            escalation.tried and _("Tried so far: %(text)s") % {"text": escalation.tried},
            escalation.ask and _("Asked of you: %(text)s") % {"text": escalation.ask},
        ]
    if escalation.plan:
        lines.append(_("What happens now: %(plan)s") % {"plan": escalation.plan})
    if escalation.expected_at:
        at = {"at": time_wording.instant(escalation.expected_at)}
        if escalation.target == Target.MANAGER:
            lines.append(_("The escalation manager takes it over by %(at)s.") % at)
        else:
            lines.append(_("An engineer of that tier takes it over by %(at)s.") % at)
    return lines


def _reason(story: Story, escalation: Escalation, reader: User) -> str:
    if escalation.trigger == Trigger.CLOCK:
        if reader.is_staff:
            return _("Reason: the %(clock)s deadline was missed.") % {"clock": _in_a_sentence(escalation.clock)}
        return _(
            "We are sorry: we missed the time we promised you for the %(clock)s, so the ticket moved up by itself."
        ) % {"clock": _in_a_sentence(escalation.clock)}
    values = {"who": who(story.event, reader), "reason": escalation.reason}
    if escalation.trigger == Trigger.CUSTOMER and escalation.by_id == reader.pk:
        return _("You asked for it: “%(reason)s”") % values
    if escalation.trigger == Trigger.CUSTOMER:
        return _("%(who)s asked for it: “%(reason)s”") % values
    return _("%(who)s handed it on: “%(reason)s”") % values


def _in_a_sentence(clock: str) -> str:
    name = clock_name(clock)
    return name if time_wording.is_chinese() else name.lower()


_LINES: dict[str, Callable[[Story, User], list[str]]] = {
    EventKind.OPENED: _opened,
    EventKind.WAITED_ON_CUSTOMER: _waited,
    EventKind.REMINDED: _reminded,
    EventKind.SEVERITY_CHANGED: _severity_changed,
    EventKind.RESOLVED: _resolved,
    EventKind.ASSIGNED: _assigned,
    EventKind.FOLLOWER_ADDED: _follower_added,
    EventKind.AT_RISK: _at_risk,
    EventKind.BREACHED: _breached,
    EventKind.ESCALATED: _escalated,
    EventKind.HANDED_BACK: _escalated,
    EventKind.MANAGER_PAGED: _escalated,
    EventKind.RATED: _rated,
    **escalation_letters.LINES,
    **call_letters.LINES,
}
