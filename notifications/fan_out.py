"""Telling people of events: each owed event is claimed in the transaction that writes its notices and messages.

Any number of fan-outs may run at once, and each event is told exactly once. An event that cannot be told is put aside and
the others go on.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from delivery.actions import owe_email, owe_webhook
from notifications import wording
from notifications.calendars import calendar_for
from notifications.choices import Channel
from notifications.facts import Story, story_of
from notifications.headlines import headline
from notifications.models import DeclinedMail, Notice, StuckEvent
from notifications.preferences import as_chosen
from notifications.recipients import recipients
from tickets.actions import claim_events
from tickets.links import ticket_url
from tickets.models import TicketEvent

logger = logging.getLogger(__name__)
BATCH = 200
BUDGET = 40.0  # seconds a run may begin new events, well inside the task's 60 s
RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=5))  # after the first and the second failure; then it is parked


@dataclass(slots=True)
class Tally:
    """What one run did. `is_work_left` asks for another run at once."""

    events: int = 0
    notices: int = 0
    failed: int = 0
    is_work_left: bool = False


def run(now: datetime) -> Tally:
    """Tell of the events that are owed at `now`, in the order in which they happened; each is tried once a run."""
    tally = Tally()
    ends_at = time.monotonic() + BUDGET
    last = 0
    resting = StuckEvent.objects.resting(now).filter(event=OuterRef("pk"))
    owed = TicketEvent.objects.owed().filter(~Exists(resting))
    while ids := list(owed.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        for event_id in ids:
            _tell_safely(event_id, now, tally)
            if time.monotonic() > ends_at:
                tally.is_work_left = True
                return tally
        last = ids[-1]
    return tally


def _tell_safely(event_id: int, now: datetime, tally: Tally) -> None:
    try:
        with transaction.atomic():
            tally.notices += _tell(event_id, now, tally)
    except Exception as error:  # one poisoned event must not stop the others: it is put aside and logged
        logger.exception("fan-out: event %s could not be told", event_id)
        tally.failed += 1
        _put_aside(event_id, f"{type(error).__name__}: {error}", now)


def _tell(event_id: int, now: datetime, tally: Tally) -> int:
    """Claim the event and write what is owed; how many notices. Nothing when another fan-out has it."""
    rows = TicketEvent.objects.owed().select_for_update(skip_locked=True, of=("self",))
    event = (
        rows.select_related("ticket__organisation__plan", "ticket__assignee", "actor", "message")
        .filter(pk=event_id)
        .first()
    )
    if event is None or not claim_events(ids=[event_id], now=now):
        return 0
    tally.events += 1
    story = story_of(event)
    told = recipients(story.facts, allowed=story.allowed, customers=story.customers)
    told = as_chosen(told, story.facts, declined=_declined(told), customers=story.customers)
    notices = [
        Notice(event=event, recipient=story.people[person], channel=channel, created_at=now)
        for person, channels in sorted(told.items())
        for channel in sorted(channels)
        if channel != Channel.PAGE or settings.PAGE_WEBHOOK_URL
    ]
    Notice.objects.bulk_create(notices)
    for notice in notices:
        _owe(notice, story, is_alarm=Channel.PAGE in told[notice.recipient_id], now=now)
    return len(notices)


def _declined(told: Mapping[int, frozenset[Channel]]) -> dict[int, frozenset[str]]:
    """Of which news each of them wants no mail (1 query, none where nobody would be mailed)."""
    mailed = [person for person, channels in told.items() if Channel.EMAIL in channels]
    declined: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    rows = DeclinedMail.objects.filter(user__in=mailed).values_list("user", "news") if mailed else ()
    for person, news in rows:
        declined[person] |= {news}
    return declined


def _owe(notice: Notice, story: Story, *, is_alarm: bool, now: datetime) -> None:
    reader = notice.recipient
    with wording.as_read_by(reader):
        if notice.channel == Channel.EMAIL:
            _owe_email(story, reader, is_alarm=is_alarm, now=now)
        elif notice.channel == Channel.PAGE:
            owe_webhook(
                key=_key(story.event, reader, notice.channel),
                endpoint="page",
                payload=page_payload(story, reader),
                subject=headline(story.event, reader),
                recipient=reader,
                is_urgent=True,
                now=now,
            )


def _owe_email(story: Story, reader: User, *, is_alarm: bool, now: datetime) -> None:
    letter = wording.compose(story, reader)
    text, html = wording.render(letter, reader)
    owe_email(
        key=_key(story.event, reader, Channel.EMAIL),
        address=reader.email,
        subject=letter.subject,
        body_text=text,
        body_html=html,
        recipient=reader,
        calendar=calendar_for(story.event, reader, now=now),
        is_urgent=is_alarm,
        now=now,
    )


def page_payload(story: Story, reader: User) -> dict[str, object]:
    """What a paging service is told: whom to wake, and enough to know why before opening the ticket."""
    ticket = story.ticket
    return {
        "type": f"ticket.{story.event.kind}",
        "at": story.event.at.isoformat(),
        "summary": headline(story.event, reader),
        "person": {"name": reader.name, "email": reader.email, "phone": reader.phone},
        "ticket": {
            "number": ticket.pk,
            "subject": ticket.subject,
            "severity": ticket.severity_code,
            "tier": ticket.tier,
            "organisation": ticket.organisation.name,
            "url": ticket_url(ticket, reader),
        },
        "deadlines": {clock.kind: clock.due_at.isoformat() for clock in story.clocks if clock.due_at},
    }


def _key(event: TicketEvent, reader: User, channel: str) -> str:
    return f"notice:{event.pk}:{reader.pk}:{channel}"


def _put_aside(event_id: int, reason: str, now: datetime) -> None:
    """Remember the failure; after the third the event is parked for a person to look at."""
    with transaction.atomic():
        stuck, _ = StuckEvent.objects.select_for_update().get_or_create(event_id=event_id, defaults={"failed_at": now})
        waits = RETRY_AFTER[stuck.attempts] if stuck.attempts < len(RETRY_AFTER) else None
        stuck.attempts += 1
        stuck.next_attempt_at = now + waits if waits else None
        stuck.last_error, stuck.failed_at = reason[:500], now
        stuck.save(update_fields=["attempts", "next_attempt_at", "last_error", "failed_at"])
    if waits is None:
        logger.error("fan-out: event %s is parked after %s attempts", event_id, stuck.attempts)
