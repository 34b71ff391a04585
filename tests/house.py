"""A site in use in one language: tickets in every state, files, notices, mails, articles, all with texts of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from accounts import actions as people
from accounts.models import App, Organisation, SdkProduct, SupportPlan, Team, User
from delivery.models import OutboundMessage
from escalation import sweep
from escalation.actions import hand_up
from knowledgebase.actions import save_article
from knowledgebase.models import Article, Section
from notifications import fan_out
from notifications.models import StuckEvent
from sla.models import Calendar
from tests.cast import Cast, file_ticket
from tickets import actions
from tickets.actions import EnvironmentFacts
from tickets.models import Category, DataSource, LogGuide, Question, Ticket, TicketEvent

ENGLISH = {
    "text": "Video freezes thirty seconds after joining", "why": "The fair opens tomorrow", "organisation": "Acme Live",
    "app": "Acme Meet",
}  # fmt: skip
CHINESE = {"text": "进房三十秒后画面卡住", "why": "展会明天开幕", "organisation": "晴音直播", "app": "晴音会议"}
CHINESE_NAMES = {
    "alice": "陈爱丽", "bob": "李博", "olga": "欧佳", "mallory": "马洛", "erin": "吴琳", "frank": "赵方", "rita": "孙睿",
    "mona": "高敏", "max": "林迈", "ada": "唐雅",
}  # fmt: skip


@dataclass(slots=True)
class House:
    cast: Cast
    language: str
    tickets: dict[str, Ticket]
    article: Article
    mail: OutboundMessage
    codes: set[str]


def furnish(cast: Cast, language: str, now: dt.datetime) -> House:
    """Everybody reads `language`, and everything that people wrote is in it."""
    words = CHINESE if language == "zh-hans" else ENGLISH
    _name(cast, language, words)
    for name in ("alice", "bob", "olga", "mallory", "erin", "frank", "rita", "mona", "max", "ada"):
        getattr(cast, name).refresh_from_db()
    article = _shelve(language, words, now)
    tickets = _work(cast, words, now)
    sweep.run(now)
    fan_out.run(now)
    people.invite(by=cast.olga, organisation=cast.acme, email="new@example.test", role="member", now=now)
    _trouble(tickets["answered"], words, now)
    for ticket in tickets.values():
        ticket.refresh_from_db()
    mail = OutboundMessage.objects.filter(recipient=cast.alice).exclude(body_html="").latest("pk")
    codes = {
        row.code
        for model in (Category, DataSource, Question, SupportPlan, SdkProduct, Calendar, Section)
        for row in model._default_manager.all()
    }
    for guide in LogGuide.objects.all():  # commands, and the names of the tools that fetch a log
        codes |= {guide.command, guide.path, guide.how_zh if language == "zh-hans" else guide.how_en}
    return House(cast, language, tickets, article, mail, codes)


def _name(cast: Cast, language: str, words: dict[str, str]) -> None:
    User.objects.update(language=language)
    if language == "zh-hans":
        for key, name in CHINESE_NAMES.items():
            User.objects.filter(pk=getattr(cast, key).pk).update(name=name)
        Team.objects.update(name_zh="支持组")
    Organisation.objects.filter(pk=cast.acme.pk).update(name=words["organisation"], success_manager=cast.max)
    Organisation.objects.filter(pk=cast.other.pk).update(name=words["organisation"] + " 2")
    App.objects.update(name=words["app"])
    cast.acme.refresh_from_db()


def _shelve(language: str, words: dict[str, str], now: dt.datetime) -> Article:
    end = "zh" if language == "zh-hans" else "en"
    section = Section.objects.create(code="video", name_en="Video", name_zh="视频")
    texts = {
        f"title_{end}": words["text"],
        f"summary_{end}": words["why"],
        f"body_{end}": f"## {words['why']}\n\n{words['text']}",
    }
    shared = {"section": section, "audience": "public", "status": "published"}
    save_article(article=Article(slug="related", **shared, **texts), now=now)
    return save_article(article=Article(slug="freeze", **shared, **texts), now=now)


def _work(cast: Cast, words: dict[str, str], now: dt.datetime) -> dict[str, Ticket]:
    text, why = words["text"], words["why"]

    def filed(severity: str, minutes: float) -> Ticket:
        return file_ticket(
            cast,
            severity=severity,
            now=now - dt.timedelta(minutes=minutes),
            subject=text,
            description=text,
            environment=EnvironmentFacts(
                platform="android", sdk_version="4.2.1", channel="room-1", device="Pixel 9", network="wifi",
                frequency="always", steps=text,
            ),
        )  # fmt: skip

    def at(minutes: float) -> dt.datetime:
        return now - dt.timedelta(minutes=minutes)

    late = filed("p0", 40)
    answered = filed("p1", 50)
    key = uuid.uuid4()
    actions.take(ticket=answered, by=cast.erin, now=at(49))
    actions.store_file(upload=SimpleUploadedFile("sdk.log", b"line"), by=cast.erin, draft_key=key, now=at(48))
    actions.reply(ticket=answered, by=cast.erin, body=text, now=at(48), submission_key=key)
    actions.note(ticket=answered, by=cast.erin, body=why, now=at(47))
    actions.customer_reply(ticket=answered, by=cast.bob, body=why, now=at(46))
    actions.change_severity(ticket=answered, by=cast.alice, severity="p0", reason=why, now=at(45))
    actions.change_severity(ticket=answered, by=cast.erin, severity="p1", reason=why, now=at(44))
    actions.wait_internally(ticket=answered, by=cast.erin, now=at(43))
    actions.assign(ticket=answered, to=cast.frank, by=cast.erin, now=at(42))
    waiting = filed("p2", 60)
    actions.take(ticket=waiting, by=cast.erin, now=at(59))
    actions.reply_and_wait(ticket=waiting, by=cast.erin, body=text, now=at(58))
    solved = filed("p3", 70)
    actions.take(ticket=solved, by=cast.erin, now=at(69))
    actions.reply(ticket=solved, by=cast.erin, body=text, now=at(68))
    actions.resolve(ticket=solved, by=cast.erin, message=text, cause=why, fix=why, prevention=why, now=at(67))
    reopened = filed("p2", 80)
    actions.confirm_solved(ticket=reopened, by=cast.alice, now=at(79))
    actions.reopen(ticket=reopened, by=cast.alice, reason=why, now=at(78))
    handed = filed("p1", 30)
    actions.take(ticket=handed, by=cast.erin, now=at(29))
    hand_up(ticket=handed, by=cast.erin, reason=why, tried=text, ask=text, now=at(28))
    return {
        "late": late, "answered": answered, "waiting": waiting, "solved": solved, "reopened": reopened, "handed": handed,
    }  # fmt: skip


def _trouble(ticket: Ticket, words: dict[str, str], now: dt.datetime) -> None:
    """What administrators find on a bad day: an event that nobody could be told of, a mail that was not taken."""
    event = TicketEvent.objects.filter(ticket=ticket).latest("pk")
    StuckEvent.objects.create(event=event, attempts=3, last_error=words["why"], failed_at=now)
    OutboundMessage.objects.filter(pk=OutboundMessage.objects.latest("pk").pk).update(
        state="failed", last_error=words["why"]
    )


def write_in_one_language(language: str) -> None:
    """Rows that hold both languages show both to those who edit them; here both hold the reader's."""
    end, other = ("zh", "en") if language == "zh-hans" else ("en", "zh")
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        for name in names:
            if name.endswith(f"_{end}") and (twin := f"{name.removesuffix(end)}{other}") in names:
                model._default_manager.update(**{twin: models.F(name)})
