"""Every address of the site, asked for and posted to by everybody who might try.

Generated from the resolver: a new address fails until it stands in the tables below, with what fills it and who may
open it. The objects are organisation A's: a ticket, its letters and files, a notice, an invitation, an article...
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
from tickets import actions
from tickets.drafting import Stand
from tickets.models import Attachment, Call, CallRoom, Draft, Message, Ticket, TicketEvent
from tickets.views import live as live_view

# --- Who tries --------------------------------------------------------------------------------------------------------
# Bob reads the shared ticket; "insider" is Bob at a ticket that Alice did not share; Mallory is of another organisation.
CUSTOMERS = frozenset({"bob", "insider", "olga", "mallory"})
STAFF = frozenset({"frank", "mona", "max", "ada"})
SIGNED_IN = CUSTOMERS | STAFF
ANYONE = SIGNED_IN | {"anonymous"}
READERS = STAFF | {"bob", "olga"}
READING_CUSTOMERS = frozenset({"bob", "olga"})
MANAGERS = frozenset({"max", "ada"})
ESCALATION_MANAGERS = frozenset({"mona", "max", "ada"})
ADMINISTRATOR = frozenset({"ada"})
ORGANISATION_ADMIN = frozenset({"olga"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Door:
    """Who may GET the address and who may POST to it (the same people unless said); `path` where the route is a pattern."""

    who: frozenset[str]
    posts: frozenset[str] | None = None
    path: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def posters(self) -> frozenset[str]:
        return self.who if self.posts is None else self.posts


LETTER = {"body": "Let me in", "submission_key": "11111111-2222-4333-8444-555555555555"}
DOORS: dict[str, Door] = {
    "livez": Door(ANYONE),
    "readyz": Door(ANYONE),
    "healthz": Door(ANYONE),
    # The customers' pages
    "": Door(SIGNED_IN),
    "tickets/": Door(SIGNED_IN),
    "tickets/export/": Door(SIGNED_IN),
    "tickets/new/": Door(SIGNED_IN),
    "tickets/new/advice/": Door(SIGNED_IN),
    "tickets/new/similar/": Door(NOBODY, CUSTOMERS, data={"subject": "Shared with all"}),
    "tickets/drafts/<uuid:key>/": Door(NOBODY, data={"subject": "Let me in", "draft_revision": "1"}),  # Alice's own
    "tickets/drafts/<uuid:key>/discard/": Door(NOBODY),
    "tickets/new/questions/": Door(SIGNED_IN),
    "tickets/<int:pk>/": Door(READERS),
    "tickets/<int:pk>/details/": Door(READERS, data={"device": "Pixel 9", "initial-device": ""}),
    "tickets/<int:pk>/parts/": Door(READERS),
    "tickets/<int:pk>/receipt/": Door(READERS),
    "tickets/<int:pk>/rating/": Door(READERS & CUSTOMERS),
    "scores/<str:token>/": Door(NOBODY),  # signed for one person: what it opens is tested with the scores
    "tickets/<int:pk>/live/": Door(READERS),
    "tickets/<int:pk>/writing/": Door(NOBODY, READERS, data={"kind": "internal"}),
    "tickets/<int:pk>/calls/new/": Door(READERS),
    "calls/<uuid:key>/accept/": Door(READERS),
    "calls/<uuid:key>/decline/": Door(READERS),
    "calls/<uuid:key>/cancel/": Door(READERS),
    "calls/<uuid:key>/outcome/": Door(READERS),
    "calls/<uuid:key>/calendar.ics": Door(READERS),
    "tickets/<int:pk>/replies/": Door(READERS, READERS, data=LETTER),
    "tickets/<int:pk>/drafts/<uuid:key>/": Door(NOBODY, data={"body": "Let me in", "draft_revision": "1"}),
    "tickets/<int:pk>/answers/": Door(READERS, data=LETTER),
    "tickets/<int:pk>/contacts/": Door(READERS, data={"name": "Mallory", "phone": "+86 10 5555 0199"}),
    "tickets/<int:pk>/severity/": Door(READERS, data={"severity": "p0", "reason": "worse"}),
    "tickets/<int:pk>/people/": Door(READERS, STAFF | {"olga"}, data={"email": "mallory@example.test"}),
    "tickets/<int:pk>/people/follow/": Door(READERS),
    "tickets/<int:pk>/people/unfollow/": Door(READERS),
    "tickets/<int:pk>/sharing/": Door(READERS, STAFF | {"olga"}),
    "tickets/<int:pk>/solved/": Door(READERS),
    "tickets/<int:pk>/reopenings/": Door(READERS, data=LETTER),
    "tickets/<int:pk>/follow-ups/": Door(READERS, data=LETTER),
    "files/uploads/": Door(NOBODY, SIGNED_IN),
    "files/uploads/<uuid:key>/": Door(NOBODY),  # its sender's alone
    "files/<uuid:key>/": Door(READERS),
    "files/<uuid:key>/preview/": Door(READERS),
    "evidence/tickets/<int:pk>/": Door(READERS),
    "evidence/<uuid:key>/": Door(READERS),
    "evidence/<uuid:key>/file/": Door(READERS),
    # Escalations
    "escalations/": Door(STAFF),
    "escalations/scores/": Door(STAFF, ESCALATION_MANAGERS),
    "escalations/health/": Door(MANAGERS),
    "escalations/health/tickets/<int:pk>/try/": Door(NOBODY, MANAGERS),
    "escalations/tickets/<int:pk>/ask/": Door(
        READERS, data={"reason": "progress", "submission_key": "11111111-2222-4333-8444-666666666666"}
    ),
    "escalations/tickets/<int:pk>/contest/": Door(NOBODY, READERS),
    "escalations/tickets/<int:pk>/hand-up/": Door(STAFF, data={"reason": "r", "tried": "t", "ask": "a"}),
    "escalations/tickets/<int:pk>/hand-back/": Door(STAFF, data={"reason": "r", "tried": "t", "ask": "a"}),
    "escalations/tickets/<int:pk>/plan/": Door(NOBODY),  # whoever has the ticket; that is tested with the board
    "escalations/tickets/<int:pk>/trackers/": Door(STAFF, data={"url": "https://tracker.example/browse/RTC-1"}),
    "escalations/tickets/<int:pk>/trackers/<int:link>/remove/": Door(STAFF),
    # Answers: the article is for staff
    "help/": Door(ANYONE),
    "help/search/": Door(ANYONE),
    "help/<slug:slug>/": Door(STAFF),
    # Notices: Alice's own
    "notices/": Door(SIGNED_IN),
    "notices/bell/": Door(ANYONE),
    "notices/read/": Door(SIGNED_IN),
    "notices/choices/": Door(SIGNED_IN),
    "notices/<int:pk>/": Door(NOBODY),
    "notices/ticket/<int:pk>/read/": Door(READERS),
    # The mail folder is there in a demonstration only
    "mail/": Door(NOBODY),
    "mail/<int:pk>/": Door(NOBODY),
    "mail/<int:pk>/html/": Door(NOBODY),
    # People
    "accounts/language/": Door(ANYONE, data={"language": "en"}),
    "accounts/profile/": Door(SIGNED_IN),
    "accounts/sessions/": Door(SIGNED_IN),
    "accounts/members/": Door(SIGNED_IN),
    "accounts/members/<int:organisation>/": Door(
        frozenset({"bob", "insider", "olga"}), data={"email": "mole@example.test", "role": "admin"}
    ),
    "accounts/members/<int:organisation>/welcomed/": Door(frozenset({"bob", "insider", "olga"})),
    "accounts/members/<int:organisation>/<int:membership>/role/": Door(ORGANISATION_ADMIN, data={"role": "admin"}),
    "accounts/members/<int:organisation>/<int:membership>/remove/": Door(ORGANISATION_ADMIN),
    "accounts/members/<int:organisation>/invitations/<int:invitation>/revoke/": Door(ORGANISATION_ADMIN),
    "accounts/members/<int:organisation>/invitations/<int:invitation>/resend/": Door(ORGANISATION_ADMIN),
    "accounts/invitations/<str:token>/": Door(ANYONE),  # whoever has the link; what it gives is tested with accounts
    "accounts/email/": Door(ANYONE),  # leads to the profile, as do the two below
    "accounts/^confirm-email/": Door(ANYONE, path="accounts/confirm-email/x/"),
    # The sign-in library's pages
    "accounts/login/": Door(ANYONE),
    "accounts/login/code/": Door(ANYONE),
    "accounts/login/code/confirm/": Door(SIGNED_IN),
    "accounts/logout/": Door(NOBODY),  # everybody ends at the sign-in page
    "accounts/inactive/": Door(ANYONE),
    "accounts/signup/": Door(ANYONE),
    "accounts/reauthenticate/": Door(SIGNED_IN),
    "accounts/confirm-email/": Door(ANYONE),
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": Door(ANYONE, path="accounts/confirm-email/abc/"),
    "accounts/password/change/": Door(SIGNED_IN),
    "accounts/password/set/": Door(SIGNED_IN),
    "accounts/password/reset/": Door(ANYONE),
    "accounts/password/reset/done/": Door(ANYONE),
    "accounts/password/reset/key/done/": Door(ANYONE),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Door(
        ANYONE, path="accounts/password/reset/key/1-set-password/"
    ),
    "accounts/2fa/": Door(SIGNED_IN),
    "accounts/2fa/authenticate/": Door(SIGNED_IN),
    "accounts/2fa/reauthenticate/": Door(SIGNED_IN),
    "accounts/2fa/totp/activate/": Door(SIGNED_IN),
    "accounts/2fa/totp/deactivate/": Door(frozenset({"max"})),  # who has a second factor
    "accounts/2fa/recovery-codes/": Door(NOBODY),  # nobody here has made any
    "accounts/2fa/recovery-codes/generate/": Door(SIGNED_IN),
    "accounts/2fa/recovery-codes/download/": Door(NOBODY),
    # The desk
    "admin/": Door(ANYONE),  # leads to the queue, which asks who it is
    "admin/login/": Door(NOBODY),  # leads to the one sign-in page, customers nowhere
    "admin/logout/": Door(ANYONE),
    "admin/password_change/": Door(ANYONE),
    "admin/password_change/done/": Door(STAFF),
    "admin/search/": Door(STAFF),
    "admin/autocomplete/": Door(NOBODY),
    "admin/jsi18n/": Door(STAFF),
    "admin/r/<path:content_type_id>/<path:object_id>/": Door(NOBODY),
    "admin/tickets/ticket/": Door(STAFF),
    "admin/tickets/ticket/pulse/": Door(STAFF),
    "admin/tickets/ticket/take/": Door(STAFF, data={"ticket": "{pk}"}),
    "admin/tickets/ticket/<int:pk>/receipt/": Door(STAFF),
    "admin/tickets/ticket/<int:pk>/news/": Door(STAFF),
    "admin/tickets/ticket/<int:pk>/acts/<slug:name>/": Door(STAFF),
    "admin/escalation/commitment/pulse/": Door(STAFF),
    "admin/escalation/commitment/<int:pk>/acts/<slug:name>/": Door(ESCALATION_MANAGERS),
    "admin/(?P<url>.*)$": Door(NOBODY, path="admin/no/such/page/"),
}
# The admin's pages of a model follow the same shape; the tables say who, by app or model.
READS = {
    "tickets": STAFF,
    "escalation": STAFF,
    "knowledgebase": STAFF,
    "accounts": MANAGERS,
    "sla": MANAGERS,
}
CHANGES = {
    "tickets.ticket": NOBODY,
    "knowledgebase.article": frozenset({"frank", "max", "ada"}),
    "accounts.team": MANAGERS,
}
ADDS = {
    "tickets.ticket": NOBODY,
    "tickets.callroom": NOBODY,
    "knowledgebase.article": frozenset({"frank", "max", "ada"}),
}
NOT_DELETED = {
    "tickets.ticket",
    "tickets.datasource",
    "tickets.callroom",
    "accounts.user",
    "accounts.organisation",
    "sla.calendar",
    "sla.slapolicy",
    "sla.contract",
}
NOT_WRITTEN_BY_HAND = {"delivery.outboundmessage", "notifications.stuckevent", "escalation.escalation"}


def door_of(route: str) -> Door | None:
    if route in DOORS:
        return DOORS[route]
    found = re.fullmatch(r"admin/(\w+)/(\w+)/(add/|<path:object_id>/(?:(history|delete|change)/)?)?", route)
    if route.startswith("admin/^(?P<app_label>"):
        return Door(ADMINISTRATOR, path="admin/delivery/")
    if found is None:
        return None
    app, model, rest, verb = found.groups()
    name = f"{app}.{model}"
    reads = READS.get(app, ADMINISTRATOR)
    by_hand = NOBODY if name in NOT_WRITTEN_BY_HAND else ADMINISTRATOR
    if rest == "add/":
        return Door(ADDS.get(name, by_hand))
    if verb == "delete":
        return Door(NOBODY if name in NOT_DELETED else by_hand, data={"post": "yes"})
    if verb == "change":
        return Door(reads, CHANGES.get(name, by_hand))
    # The address without a verb only leads to the one with "change", whether or not there is such an object.
    return Door(reads if rest is None or verb else STAFF)


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
