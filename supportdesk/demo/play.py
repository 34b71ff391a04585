"""Plays the stories through the real actions and the real sweep, at the instants at which they would have happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Min

from accounts.models import App, User
from escalation import sweep
from escalation.actions import hand_up
from supportdesk.demo.stories import Act, Story, stories
from tickets import actions
from tickets.models import Call, Category, Inquiry, Investigation, Rating, Ticket, TicketEvent

_NAMESPACE = uuid.UUID("5f6d1d9e-6f52-4e0f-9b7e-0d5b1f3c2a10")
_NEWS_IS_OLD_AFTER = timedelta(
    hours=2
)  # nobody is told of older events: the demonstration's mail folder stays readable


def play(now: datetime) -> int:
    """File the stories' tickets and let everything happen to them up to `now`; how many. Nothing where they are there."""
    if Ticket.objects.filter(submission_key__in=[_key(story) for story in stories()]).exists():
        return 0
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=".example")}
    tickets: dict[str, Ticket] = {}
    for at, story, act in _timeline(now):
        _sweep_until(at)
        if act is None:
            tickets[story.subject] = _file(story, people[story.requester], at)
        else:
            _do(act, tickets[story.subject], people[act.who], at)
    _sweep_until(now)
    old = TicketEvent.objects.owed().filter(at__lt=now - _NEWS_IS_OLD_AFTER)
    actions.claim_events(ids=list(old.values_list("pk", flat=True)), now=now)
    return len(tickets)


def _key(story: Story) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, story.subject)


def _timeline(now: datetime) -> Iterator[tuple[datetime, Story, Act | None]]:
    """Everything in the order in which it happened; None is the filing."""
    happened: list[tuple[datetime, int, Story, Act | None]] = []
    for story in stories():
        filed_at = now - timedelta(minutes=story.ago)
        happened.append((filed_at, len(happened), story, None))
        for act in story.acts:
            at = filed_at + timedelta(minutes=act.after)
            if at < now:
                happened.append((at, len(happened), story, act))
    for at, _order, told, each in sorted(happened, key=lambda row: row[:2]):
        yield at, told, each


def _sweep_until(at: datetime) -> None:
    """Sweep at each instant at which a ticket was worth a look, as beat would have."""
    while (look_at := Ticket.objects.aggregate(first=Min("check_at"))["first"]) and look_at <= at:
        sweep.run(look_at)


def _file(story: Story, by: User, at: datetime) -> Ticket:
    app = App.objects.select_related("organisation__plan", "product").get(app_id=story.app)
    key = _key(story)
    if story.log:
        upload = SimpleUploadedFile("rtc_sdk.log", story.log.encode())
        actions.store_file(upload=upload, by=by, draft_key=key, now=at)
    facts = actions.EnvironmentFacts(
        product=app.product, occurred_at=at, occurred_until=None, occurred_zone=by.time_zone, **story.environment
    )
    return actions.open_ticket(
        by=by, organisation=app.organisation, app=app, category=Category.objects.get(code=story.category),
        severity=story.severity, subject=story.subject, description=story.description, environment=facts,
        submission_key=key, now=at,
    )  # fmt: skip


def _do(act: Act, ticket: Ticket, by: User, at: datetime) -> None:
    match act.verb:
        case "take" | "start" | "confirm_solved":
            getattr(actions, act.verb)(ticket=ticket, by=by, now=at)
        case "reply_and_wait":
            actions.reply_and_wait(ticket=ticket, by=by, body=act.text, questions=act.more, now=at)
        case "answer":
            asked = Inquiry.objects.open().filter(ticket=ticket).order_by("pk").values_list("pk", flat=True)
            reply = actions.GivenReply(inquiry=asked[0], text=act.text)
            actions.answer_questions(ticket=ticket, by=by, replies=[reply], now=at)
        case "reply" | "customer_reply" | "note":
            getattr(actions, act.verb)(ticket=ticket, by=by, body=act.text, now=at)
        case "resolve":
            cause, fix, prevention = act.more
            actions.resolve(
                ticket=ticket, by=by, message=act.text, cause=cause, fix=fix, prevention=prevention, now=at
            )  # fmt: skip
        case "rate":
            score = actions.Score(score=int(act.more[0]), comment=act.text)
            actions.rate(rating=Rating.objects.filter(ticket=ticket).latest("pk"), by=by, score=score, now=at)
        case "propose_call":
            minutes, *ahead = map(int, act.more)
            day = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            actions.propose_call(
                ticket=ticket, by=by, topic=act.text, minutes=minutes, times=[day + timedelta(minutes=each) for each in ahead],
                submission_key=uuid.uuid5(_NAMESPACE, act.text), now=at,
            )  # fmt: skip
        case "accept_call":
            call = Call.objects.pending().get(ticket=ticket)
            actions.accept_call(call=call, by=by, at=call.times.earliest("at").at, now=at)
        case "hand_up":
            tried, ask = act.more
            hand_up(ticket=ticket, by=by, reason=act.text, tried=tried, ask=ask, now=at)
        case "investigate":
            revision = Investigation.objects.filter(ticket=ticket).values_list("revision", flat=True).first() or 0
            findings = actions.Findings(**act.findings)
            actions.investigate(ticket=ticket, by=by, findings=findings, seen_revision=revision, now=at)
        case verb:
            raise ValueError(f"no such verb in the stories: {verb}")
