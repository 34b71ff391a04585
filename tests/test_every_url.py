"""Every address of the site, asked for and posted to by everybody who might try.

Generated from the resolver: a new address fails until it stands in the tables below, with what fills it and who may
open it. The objects are organisation A's: a ticket, its letters and files, a notice, an invitation, an article...
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from accounts.actions import token_hash
from accounts.models import Invitation, Membership
from delivery.models import OutboundMessage
from escalation.actions import hand_up
from escalation.models import LadderEnd, ParkedTicket
from evidence.actions import ask_for_bundle
from evidence.actions import build as build_bundle
from evidence.models import Export
from knowledgebase.actions import save_article
from knowledgebase.choices import ArticleStatus, Audience
from knowledgebase.models import Article, Section
from notifications.choices import Channel
from notifications.fan_out import run as fan_out
from notifications.models import Notice, StuckEvent
from sla.models import Contract
from tests.calls import agree_on_call
from tests.cast import NOW, Cast, file_ticket
from tests.doors import ANYONE, DOORS, Door, door_of
from tickets import actions
from tickets.drafting import Stand
from tickets.models import Attachment, Call, CallRoom, Draft, Message, Ticket, TicketEvent
from tickets.views import live as live_view


# --- What they try to reach -------------------------------------------------------------------------------------------
@dataclass
class World:
    cast: Cast
    shared: Ticket
    private: Ticket
    notice: Notice
    invitation: Invitation
    mail: OutboundMessage
    draft: Draft
    article: Article
    objects: dict[str, models.Model]

    def ticket_for(self, person: str) -> Ticket:
        return self.private if person == "insider" else self.shared

    def key_for(self, route: str, ticket: Ticket) -> uuid.UUID:
        if route.startswith("evidence/"):
            return Export.objects.get(ticket=ticket).key
        if route.startswith("calls/"):
            return Call.objects.get(ticket=ticket).key
        return self.draft.key if "drafts/" in route else Attachment.objects.get(message__ticket=ticket).key

    def values(self, route: str, person: str) -> dict[str, object]:
        """What stands in the route's places."""
        ticket = self.ticket_for(person)
        found = re.match(r"admin/(\w+)/(\w+)/<path:object_id>", route)
        pk: object = ticket.pk
        if route.startswith("notices/<"):
            pk = self.notice.pk
        elif route.startswith("mail/"):
            pk = self.mail.pk
        return {
            "pk": pk,
            "key": self.key_for(route, ticket),
            "slug": self.article.slug,
            "organisation": self.cast.acme.pk,
            "membership": Membership.objects.get(user=self.cast.alice).pk,
            "invitation": self.invitation.pk,
            "token": "the-invitation-s-token",
            "name": "close" if "escalation/commitment" in route else "reply",
            "link": 1,
            "content_type_id": 999,
            "object_id": self.objects[f"{found[1]}.{found[2]}"].pk if found else ticket.pk,
        }


@pytest.fixture
def world(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # The stream looks from a thread of its own, which does not see into a test's transaction.
    monkeypatch.setattr(live_view, "in_thread", lambda ask, *values: sync_to_async(ask)(*values))
    cache.clear()
    shared, private = (with_file(cast, subject) for subject in ("Shared with all", "Between us"))
    Ticket.objects.filter(pk=private.pk).update(is_shared=False)
    actions.reply(ticket=shared, by=cast.erin, body="Hello", now=NOW)
    actions.reply(ticket=private, by=cast.erin, body="Hello", now=NOW)
    step = hand_up(ticket=private, by=cast.erin, reason="r", tried="t", ask="a", now=NOW)
    hand_up(ticket=shared, by=cast.erin, reason="r", tried="t", ask="a", now=NOW)
    fan_out(NOW)
    invitation = Invitation.objects.create(
        organisation=cast.acme, email="new@example.test", token_hash=token_hash("the-invitation-s-token"),
        invited_by=cast.olga, expires_at=NOW.replace(year=NOW.year + 50),
    )  # fmt: skip
    article = Article(
        section=Section.objects.get_or_create(code="how", defaults={"name_en": "How", "name_zh": "如何"})[0],
        slug="for-us", title_en="For us", body_en="Secret", status=ArticleStatus.PUBLISHED, audience=Audience.STAFF,
    )  # fmt: skip
    save_article(article=article, now=NOW)
    for each in (shared, private):
        agree_on_call(cast, each, now=NOW)
        ParkedTicket.objects.create(ticket=each, error="x", first_at=NOW, last_at=NOW, until=NOW)
        build_bundle(key=ask_for_bundle(ticket=each, by=cast.alice, key=uuid.uuid4(), now=NOW).key, now=NOW)
    return World(
        cast=cast, shared=shared, private=private, invitation=invitation, article=article,
        notice=Notice.objects.filter(recipient=cast.alice, channel=Channel.SITE).latest("pk"),
        mail=OutboundMessage.objects.mails().latest("pk"),
        draft=actions.keep_draft(by=cast.alice, key=uuid.uuid4(), typed={"subject": "x"}, stand=Stand(), now=NOW),
        objects=admin_objects(cast, shared, step, article),
    )  # fmt: skip


def with_file(cast: Cast, subject: str) -> Ticket:
    key = uuid.uuid4()
    upload = SimpleUploadedFile("shot.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, content_type="image/png")
    actions.store_file(upload=upload, by=cast.alice, draft_key=key, now=NOW)
    return file_ticket(cast, subject=subject, submission_key=key)


def admin_objects(cast: Cast, ticket: Ticket, *more: models.Model) -> dict[str, models.Model]:
    """An object of each model that the admin shows."""
    StuckEvent.objects.create(event=TicketEvent.objects.latest("pk"), failed_at=NOW, last_error="x")
    CallRoom.objects.create(template="https://meet.example/{key}")
    LadderEnd.objects.get_or_create(severity="p3", defaults={"top": "t2"})
    Contract.objects.create(organisation=cast.acme)
    EmailAddress.objects.create(user=cast.alice, email=cast.alice.email, primary=True, verified=True)
    Authenticator.objects.create(user=cast.max, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Group.objects.create(name="Nobody's")
    named: dict[str, models.Model] = {each._meta.label_lower: each for each in (cast.alice, cast.acme, ticket, *more)}
    for model in apps.get_models():
        first = model._default_manager.first()
        if first is not None:
            named.setdefault(model._meta.label_lower, first)
    return named


# --- The walk ---------------------------------------------------------------------------------------------------------
def routes() -> list[str]:
    return sorted(set(_routes(get_resolver().url_patterns, "")))


def _routes(patterns: Iterable[Any], prefix: str) -> Iterator[str]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield route


def path_of(route: str, door: Door, world: World, person: str) -> str:
    values = world.values(route, person)
    filled = door.path or re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
    return f"/{filled}"


def is_denied(answer: HttpResponse) -> bool:
    """Not there, not theirs, or sign in first."""
    location = answer.headers.get("Location", "")
    to_sign_in = answer.status_code == 302 and ("/accounts/login/" in location or "/admin/login/" in location)
    return answer.status_code in (403, 404) or to_sign_in


def writes(queries: Iterable[Mapping[str, str]]) -> list[str]:
    changing = re.compile(r"^(INSERT|UPDATE|DELETE)\b(?!.*\bdjango_session\b)", re.IGNORECASE)
    return [query["sql"][:120] for query in queries if changing.match(query["sql"])]


def row_counts() -> dict[str, int]:
    counted = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    return {label: count for label, count in counted.items() if label != "sessions.Session"}


def client_of(world: World, person: str) -> Client:
    client = Client(raise_request_exception=False)
    if person != "anonymous":
        client.force_login(world.cast.bob if person == "insider" else getattr(world.cast, person))
    return client


def test_every_address_is_written_down() -> None:
    unknown = [route for route in routes() if door_of(route) is None]
    assert unknown == [], "say in DOORS who may open these, and fill them in World.values"
    gone = sorted(set(DOORS) - set(routes()))
    assert gone == [], "these are no addresses any more"


@pytest.mark.parametrize("person", sorted(ANYONE))
def test_reading(world: World, person: str) -> None:
    """ID01, ID03, ID16: pages and files of another organisation, and every address for whoever is signed in nowhere."""
    client = client_of(world, person)
    wrong = []
    for route in routes():
        door = door_of(route)
        assert door is not None, route
        if route == "accounts/logout/":
            continue  # signs out; posted to below
        path = path_of(route, door, world, person)
        with transaction.atomic():
            answer = client.get(path)
            transaction.set_rollback(True)
        wrong += verdict("GET", path, answer, is_open=person in door.who)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("person", sorted(ANYONE))
def test_posting(world: World, person: str) -> None:
    """ID02: whoever is denied changes nothing at all, whatever the answer."""
    client = client_of(world, person)
    before = row_counts()
    wrong = []
    for route in routes():
        door = door_of(route)
        assert door is not None, route
        path = path_of(route, door, world, person)
        data = {name: str(value).format(pk=world.ticket_for(person).pk) for name, value in door.data.items()}
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            answer = client.post(path, data)
            transaction.set_rollback(True)
        if route == "accounts/logout/":
            client = client_of(world, person)
        is_open = person in door.posters
        wrong += verdict("POST", path, answer, is_open=is_open)
        if not is_open and (written := writes(asked.captured_queries)):
            wrong.append(f"POST {path} wrote: {written}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert row_counts() == before


def verdict(method: str, path: str, answer: HttpResponse, *, is_open: bool) -> list[str]:
    said = f"{method} {path}: {answer.status_code} {answer.headers.get('Location', '')}"
    if answer.status_code >= 500 and not (path == "/healthz" and answer.status_code == 503):  # 503: nobody swept here
        return [said]
    if answer.status_code == 405:
        return []  # neither opened nor refused: the address takes the other method
    if is_open == is_denied(answer):
        return [f"{said}, and it should be {'open' if is_open else 'closed'}"]
    return []


# --- Other people's numbers inside what is sent -----------------------------------------------------------------------
@pytest.fixture
def as_mallory(world: World) -> Client:
    return client_of(world, "mallory")


def report(**more: object) -> dict[str, object]:
    return {"severity": "p0", "subject": "Mine", "description": "Mine", "submission_key": uuid.uuid4(), **more}


def draft_of_alice(world: World) -> Attachment:
    upload = SimpleUploadedFile("secret.log", b"token=abc", content_type="text/plain")
    return actions.store_file(upload=upload, by=world.cast.alice, draft_key=uuid.uuid4(), now=NOW)


def test_a_report_names_no_app_of_another_organisation(world: World, as_mallory: Client) -> None:
    before = row_counts()
    answer = as_mallory.post("/tickets/new/", report(app=world.cast.app.pk))
    assert answer.status_code == 422
    assert row_counts() == before
    assert world.cast.app.name not in as_mallory.get(f"/tickets/new/?app={world.cast.app.pk}").content.decode()


def test_an_organisation_in_the_report_is_not_believed(world: World, as_mallory: Client) -> None:
    as_mallory.post("/tickets/new/", report(organisation=world.cast.acme.pk, requester=world.cast.alice.pk))
    ticket = Ticket.objects.get(subject="Mine")
    assert (ticket.organisation, ticket.requester) == (world.cast.other, world.cast.mallory)


@pytest.mark.parametrize("extra", [{}, {"fill": "1"}, {"remove": "{key}"}])
def test_a_report_takes_no_draft_file_of_somebody_else(world: World, as_mallory: Client, extra: dict[str, str]) -> None:
    theirs = draft_of_alice(world)
    sent = {name: value.format(key=theirs.key) for name, value in extra.items()}
    answer = as_mallory.post("/tickets/new/", report(submission_key=theirs.draft_key, **sent))
    assert "secret.log" not in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.message is None
    assert as_mallory.get(f"/files/{theirs.key}/").status_code == 404


def test_a_letter_takes_no_draft_file_of_somebody_else(world: World, as_mallory: Client) -> None:
    theirs = draft_of_alice(world)
    as_mallory.post("/tickets/new/", report())
    mine = Ticket.objects.get(subject="Mine")
    for extra in ({"discard": theirs.key}, {}):
        as_mallory.post(f"/tickets/{mine.pk}/replies/", {"body": "x", "submission_key": theirs.draft_key, **extra})
    theirs.refresh_from_db()
    assert theirs.message is None
    assert "secret.log" not in as_mallory.get(f"/tickets/{mine.pk}/").content.decode()


def test_the_key_of_a_report_that_another_sent_leads_nowhere(world: World, as_mallory: Client) -> None:
    key = world.shared.submission_key
    answer = as_mallory.post("/tickets/new/", report(submission_key=key))
    assert answer.status_code < 500
    assert str(world.shared.pk) not in answer.headers.get("Location", "")
    assert not is_opened_by(world, "mallory", world.shared)


def test_the_key_of_a_letter_that_another_sent_leads_nowhere(world: World, as_mallory: Client) -> None:
    as_mallory.post("/tickets/new/", report())
    mine = Ticket.objects.get(subject="Mine")
    key = Message.objects.filter(ticket=world.shared).latest("pk").submission_key
    answer = as_mallory.post(f"/tickets/{mine.pk}/replies/", {"body": "x", "submission_key": key})
    assert answer.status_code in (302, 409, 422)
    assert "Hello" not in as_mallory.get(f"/tickets/{mine.pk}/").content.decode()
    assert Message.objects.filter(ticket=world.shared).count() == 2


def test_an_admin_of_one_organisation_reaches_nobody_of_another_through_their_own(
    world: World, as_mallory: Client
) -> None:
    own, before = f"/accounts/members/{world.cast.other.pk}", row_counts()
    theirs = Membership.objects.get(user=world.cast.bob)
    for path in (
        f"{own}/{theirs.pk}/role/",
        f"{own}/{theirs.pk}/remove/",
        f"{own}/invitations/{world.invitation.pk}/revoke/",
        f"{own}/invitations/{world.invitation.pk}/resend/",
    ):
        assert as_mallory.post(path, {"role": "admin"}).status_code == 404, path
    theirs.refresh_from_db()
    world.invitation.refresh_from_db()
    assert (theirs.role, world.invitation.revoked_at) == ("member", None)
    assert row_counts() == before


def test_reading_all_notices_reads_only_ones_own(world: World, as_mallory: Client) -> None:
    as_mallory.post("/notices/read/", {"until": 2**62})
    world.notice.refresh_from_db()
    assert world.notice.read_at is None


def test_filters_of_the_list_find_nothing_of_another_organisation(world: World, as_mallory: Client) -> None:
    acme, erin = world.cast.acme.pk, world.cast.erin.pk
    for query in (
        f"organisation={acme}", f"organisation={acme}&assignee={erin}", f"app={world.cast.app.pk}",
        f"q={world.shared.pk}", f"q=%23{world.shared.pk}", "q=Shared", "before=999999", "after=0", "severity=p2",
    ):  # fmt: skip
        page = as_mallory.get(f"/tickets/?show=all&{query}").content.decode()
        assert "Shared with all" not in page, query
        assert f"/tickets/{world.shared.pk}/" not in page, query


def test_staff_cannot_give_a_ticket_to_a_customer(world: World) -> None:
    answer = client_of(world, "frank").post(
        f"/admin/tickets/ticket/{world.shared.pk}/acts/assign/", {"to": world.cast.mallory.pk}
    )
    assert answer.status_code == 422
    world.shared.refresh_from_db()
    assert world.shared.assignee != world.cast.mallory


def test_nobody_of_another_organisation_is_ever_told(world: World) -> None:
    actions.customer_reply(ticket=world.shared, by=world.cast.bob, body="Still", now=NOW)
    actions.resolve(
        ticket=world.shared, by=world.cast.erin, message="Done", cause="c", fix="f", prevention="p", now=NOW
    )
    fan_out(NOW)
    assert Notice.objects.filter(recipient=world.cast.alice).exists()
    assert not Notice.objects.filter(recipient=world.cast.mallory).exists()
    assert not OutboundMessage.objects.filter(address=world.cast.mallory.email).exists()
    assert not Notice.objects.filter(recipient=world.cast.bob, event__ticket=world.private).exists()


def is_opened_by(world: World, person: str, ticket: Ticket) -> bool:
    return client_of(world, person).get(f"/tickets/{ticket.pk}/").status_code == 200
