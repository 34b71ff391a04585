"""Every page of the site, who opens it, and what is done on it before it is looked at."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actions import invite, mail_password_link
from accounts.models import Membership, Organisation, User
from delivery.models import OutboundMessage
from escalation.models import Commitment
from evidence.actions import ask_for_bundle
from evidence.actions import build as build_bundle
from evidence.models import Export
from knowledgebase.models import Article
from notifications import fan_out
from sla.models import Calendar, SlaPolicy
from supportdesk import demo
from supportdesk.demo.people import book
from tickets import actions
from tickets.drafting import Stand
from tickets.models import Call, CallRoom, Category, LogGuide, Question, Ticket
from tickets.rating_links import path_for

NOBODY = ""
REPLY = "document.getElementById('part-composer').submit()"
ANSWER = "document.querySelector('#part-questions form').submit()"
NAME_SOMEBODY = "document.querySelector('#part-contacts details form').submit()"
NOTE_TOO_MUCH = (
    "const note = document.querySelector('#investigation form');"
    "note.elements.fix.value = 'Unbroken'.repeat(600); note.submit()"
)
LONG_WORD = "Unbroken" * 14
DETAILS = "document.querySelector('.details-form').submit()"
REPORT_AGAIN = (
    "const form = document.getElementById('filing'); form.elements.subject.value = 'Users cannot join, code 110';"
    "form.elements.description.value = 'Since a minute ago.'; form.elements.category.value = 'other';"
    "form.elements.severity.value = 'p1'; form.submit()"
)
SEND = "document.querySelector('main form[method=post]').submit()"


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is an address or makes one of the stage; `act` is a script that leads on to the page that is meant.

    `lands` is a part of the address that the page ends at, when it is not `path` itself.
    """

    name: str
    path: str | Callable[[Stage], str]
    who: str = NOBODY
    status: int = 200
    act: str = ""
    lands: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Stage:
    """The demonstration's data, and the rarer states that pages have."""

    sessions: dict[str, Client]
    links: dict[str, str]

    def ticket(self, who: str, **state: Any) -> Ticket:
        """The oldest ticket in that state that the person may see."""
        found = Ticket.objects.visible_to(person(who)).filter(**state).order_by("pk").first()
        assert found, f"the demonstration has no ticket with {state} for {who}"
        return found


def person(name: str) -> User:
    return User.objects.get(email__startswith=f"{name}@")


def build(now: datetime) -> Stage:
    """Load the demonstration, add what it lacks, sign everybody in by password."""
    demo.load(now)
    _file_more(now)
    fan_out.run(now)
    stage = Stage({NOBODY: Client()}, {})
    for each in User.objects.filter(email__endswith=".example"):
        stage.sessions[each.email.partition("@")[0]] = _signed_in(each)
    _newcomers(stage)
    _links(stage, now)
    _second_factors(stage)
    return stage


def _signed_in(user: User) -> Client:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": book()[0]})
    assert answer.status_code == 302, user.email
    return client


def _file_more(now: datetime) -> None:
    """A P0 that is open now, and a ticket that is long in every way."""
    wendy, erin = person("wendy"), person("erin")
    app = Organisation.objects.get(name__startswith="Northwind").apps.first()
    facts = actions.EnvironmentFacts(platform="web", sdk_version="4.4.0", channel=LONG_WORD)
    filed = {
        "by": wendy, "organisation": app.organisation, "app": app, "environment": facts, "now": now,
        "category": Category.objects.get(code="no_audio"),
    }  # fmt: skip
    actions.open_ticket(
        severity="p0", subject="Nobody can join", description="Code 110.", submission_key=uuid.uuid4(), **filed
    )
    long = actions.open_ticket(
        severity="p3", subject=LONG_WORD, description=f"`{LONG_WORD}`\n\n" + "All of it. " * 400,
        submission_key=uuid.uuid4(), **filed,
    )  # fmt: skip
    actions.keep_draft(
        by=wendy, key=uuid.uuid4(), typed={"subject": LONG_WORD, "description": "Half of it."}, stand=Stand(), now=now
    )
    for number in range(30):
        at = now + timedelta(milliseconds=number)
        if number % 2:
            actions.customer_reply(ticket=long, by=wendy, body=f"{LONG_WORD} {number}", now=at)
        else:
            actions.reply(ticket=long, by=erin, body=f"| a | b |\n|---|---|\n| {LONG_WORD} | {number} |", now=at)


def _newcomers(stage: Stage) -> None:
    """Somebody whose organisation has nothing yet, and somebody without an organisation."""
    empty = Organisation.objects.create(name="Empty Room (demo)", plan=Organisation.objects.first().plan)
    for name in ("nell", "lone"):
        user = User.objects.create_user(f"{name}@new.example", book()[0], name=name.title())
        stage.sessions[name] = _signed_in(user)
    Membership.objects.create(organisation=empty, user=person("nell"), role="admin")


def _links(stage: Stage, now: datetime) -> None:
    organisation = Organisation.objects.get(name__startswith="Qingyin")
    for who, email in (("newcomer", "newcomer@qingyin.example"), ("alice", person("wendy").email)):
        invite(by=person("bob"), organisation=organisation, email=email, role="member", now=now)
        stage.links[f"invitation of {who}"] = _path_mailed()
    mail_password_link(user=person("wendy"))
    stage.links["password"] = _path_mailed()
    membership = Membership.objects.get(organisation=organisation, user=person("alice"))
    stage.links["removal"] = reverse("people:member_removal", args=[organisation.pk, membership.pk])
    for name, who in (("evidence", "alice"), ("evidence on its way", "wendy")):
        ticket = Ticket.objects.visible_to(person(who)).order_by("pk").first()
        export = ask_for_bundle(ticket=ticket, by=person(who), key=uuid.uuid4(), now=now)
        stage.links[name] = export.get_absolute_url()
    build_bundle(key=Export.objects.earliest("pk").key, now=now)
    _calls(stage, now)
    solved = Ticket.objects.visible_to(person("wendy")).filter(status="resolved").latest("pk")
    stage.links["rating"] = path_for(solved.ratings.get(), person("wendy"))
    half_in = Client()
    half_in.post(reverse("account_request_login_code"), {"email": person("wendy").email})
    stage.sessions["awaits a code"] = half_in


def _calls(stage: Stage, now: datetime) -> None:
    """One agreed, one to choose a time for, one whose outcome is missing."""
    stage.links["call called off"] = reverse("tickets:cancel_call", args=[Call.objects.get().key])
    asked, past = stage.ticket("bob", status="waiting_customer"), stage.ticket("wendy", severity="p0")
    stage.links["ticket with a call"] = asked.get_absolute_url()
    stage.links["desk ticket with a call"] = reverse("admin:tickets_ticket_change", args=[asked.pk])
    proposal = {"topic": LONG_WORD, "minutes": 45, "by": person("erin")}
    for ticket, at in ((asked, now), (past, now - timedelta(days=2))):
        times = [at + timedelta(days=1), at + timedelta(days=1, hours=3)]
        call = actions.propose_call(ticket=ticket, times=times, submission_key=uuid.uuid4(), now=at, **proposal)
        stage.links["call declined"] = stage.links.get("call declined") or reverse(
            "tickets:decline_call", args=[call.key]
        )
    actions.accept_call(call=call, by=person("wendy"), at=times[0], now=now - timedelta(days=2))
    stage.links["call outcome"] = reverse("tickets:call_outcome", args=[call.key])
    actions.ask_for_outcomes(now=now)


def _path_mailed() -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[1]


def _second_factors(stage: Stage) -> None:
    """Max has a second factor, and a second session of his is asked for it. He and Alice have just given their password."""
    user = person("max")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    stage.sessions["owes a code"] = _signed_in(user)
    for name in ("alice", "max"):
        answer = stage.sessions[name].post(reverse("account_reauthenticate"), {"password": book()[0]})
        assert answer.status_code == 302, name


def _ticket(who: str, suffix: str = "", **state: Any) -> Callable[[Stage], str]:
    return lambda stage: stage.ticket(who, **state).get_absolute_url() + suffix


def _desk_ticket(who: str, address: str = "admin:tickets_ticket_change", **state: Any) -> Callable[[Stage], str]:
    return lambda stage: reverse(address, args=[stage.ticket(who, **state).pk])


def _desk_ticket_act(name: str) -> Callable[[Stage], str]:
    """The page of an act on the first escalation of the board."""
    first = Commitment.objects.open().order_by("pk")
    return lambda stage: reverse("admin:escalation_commitment_act", args=[first[0].ticket_id, name])


def _link(name: str) -> Callable[[Stage], str]:
    return lambda stage: stage.links[name]


def _newest_mail(stage: Stage) -> str:
    return reverse("delivery:mail", args=[OutboundMessage.objects.exclude(body_html="").latest("pk").pk])


def _row(model: type, name: str) -> Callable[[Stage], str]:
    return lambda stage: reverse(f"admin:{name}_change", args=[model.objects.order_by("pk").first().pk])


def _contract(stage: Stage) -> str:
    return "/admin/sla/contract/add/?" + urlencode({"for": Organisation.objects.order_by("pk").first().name})


MISTYPE = "document.getElementById('id_mon').value = '18:00-09:00';"
SATURDAY = "document.getElementById('id_sat').value = '10:00-12:00'; document.querySelector('[value=review]').click()"
QUEUE = "/admin/tickets/ticket/"
BOARD = "/admin/escalation/commitment/"
SEND_EMPTY_PLAN = "document.getElementById('act_plan').value = ''; " + SEND
CUSTOMER = (
    Page("home", "/", "alice"),
    Page("tickets", "/tickets/", "alice"),
    Page("tickets closed", "/tickets/?show=closed", "wendy"),
    Page("tickets all, waiting on top", "/tickets/?show=all", "bob"),
    Page("tickets by more filters", "/tickets/?show=all&filed_by=me&created_after=2026-13-01", "alice"),
    Page("tickets none fits", "/tickets/?q=nothing+is+called+this", "alice"),
    Page("new ticket", "/tickets/new/", "alice"),
    Page("new ticket P0", "/tickets/new/?severity=p0", "bob"),
    Page("new ticket with errors", "/tickets/new/", "alice", status=422, act=SEND),
    Page("new ticket of a kind", "/tickets/new/?category=recording_cdn&severity=p2", "alice"),
    Page(
        "new ticket of a kind with errors", "/tickets/new/?category=no_audio&severity=p2", "alice", status=422, act=SEND
    ),
    Page("ticket details", _ticket("alice", "details/", status="open", tier="t2"), "alice"),
    Page(
        "ticket details with errors",
        _ticket("alice", "details/", status="open", tier="t2"),
        "alice",
        status=422,
        act="document.querySelector('[name=sdk_version]').value = 'latest'; " + DETAILS,
    ),
    Page("new ticket with a draft", "/tickets/new/", "wendy"),
    Page("new ticket reported already", "/tickets/new/", "wendy", status=409, act=REPORT_AGAIN),
    Page("ticket running", _ticket("alice", status="open", tier="t2"), "alice"),
    Page("ticket paused", _ticket("bob", status="waiting_customer"), "bob"),
    Page("ticket answers with errors", _ticket("bob", status="waiting_customer"), "bob", status=422, act=ANSWER),
    Page("ticket contact with errors", _ticket("alice", tier="rnd"), "alice", status=422, act=NAME_SOMEBODY),
    Page("ticket overdue", _ticket("alice", tier="rnd"), "alice"),
    Page("ticket P0", _ticket("wendy", severity="p0"), "wendy"),
    Page("ticket resolved", _ticket("wendy", status="resolved"), "wendy"),
    Page("ticket closed", _ticket("wendy", status="closed"), "wendy"),
    Page("ticket long", _ticket("wendy", subject=LONG_WORD), "wendy"),
    Page("ticket reply with errors", _ticket("alice", tier="rnd"), "alice", status=422, act=REPLY),
    Page("ticket raise severity", _ticket("alice", "severity/", severity="p2"), "alice", lands="/tickets/"),
    Page("ticket receipt", _ticket("bob", "receipt/", status="waiting_customer"), "bob"),
    Page("ticket receipt overdue", _ticket("alice", "receipt/", tier="rnd"), "alice"),
    Page("evidence", lambda stage: f"/evidence/tickets/{stage.ticket('bob', status='waiting_customer').pk}/", "bob"),
    Page("evidence ready", _link("evidence"), "alice"),
    Page("evidence on its way", _link("evidence on its way"), "wendy"),
    Page("rating", _ticket("wendy", "rating/?score=4", status="resolved"), "wendy"),
    Page("rating with errors", _ticket("wendy", "rating/", status="resolved"), "wendy", status=422, act=SEND),
    Page("rating by link", _link("rating")),
    Page("rating link closed", "/scores/used/", status=404),
    Page("low scores", "/escalations/scores/", "mona"),
    Page("ticket people", _ticket("alice", "people/", tier="rnd"), "bob"),
    Page("ticket people of a member", _ticket("bob", "people/", status="waiting_customer"), "alice"),
    Page("call new", _ticket("alice", "calls/new/", tier="rnd"), "alice"),
    Page("call new with errors", _ticket("alice", "calls/new/", tier="rnd"), "alice", status=422, act=SEND),
    Page("call instead of another", _ticket("alice", "calls/new/", status="open", tier="t2"), "alice"),
    Page("call called off", _link("call called off"), "alice"),
    Page("call called off with errors", _link("call called off"), "alice", status=422, act=SEND),
    Page("ticket with a call to choose", _link("ticket with a call"), "bob"),
    Page("call declined", _link("call declined"), "bob"),
    Page("ticket solved", _ticket("alice", "solved/", tier="rnd"), "alice"),
    Page("ticket reopen", _ticket("wendy", "reopenings/", status="resolved"), "wendy", lands="/tickets/"),
    Page("members of an admin", "/accounts/members/", "bob"),
    Page("members of a member", "/accounts/members/", "alice"),
    Page("member removal", _link("removal"), "bob"),
    Page("profile", "/accounts/profile/", "alice"),
    Page("notices", "/notices/", "alice"),
    Page("notices chosen", "/notices/choices/", "bob"),
    Page("sessions", "/accounts/sessions/", "alice"),
    Page("mail folder", "/mail/", "alice"),
    Page("mail", _newest_mail, "alice"),
    Page("password change", "/accounts/password/change/", "alice"),
    Page("sign out", "/accounts/logout/", "alice"),
    Page("password asked again", "/accounts/reauthenticate/", "bob"),
    Page("second factor", "/accounts/2fa/", "alice"),
    Page("second factor on", "/accounts/2fa/", "max"),
    Page("second factor set up", "/accounts/2fa/totp/activate/", "alice"),
    Page("second factor off", "/accounts/2fa/totp/deactivate/", "max"),
    Page("recovery codes", "/accounts/2fa/recovery-codes/", "max"),
    Page("recovery codes new", "/accounts/2fa/recovery-codes/generate/", "max"),
    Page("invitation of a member", _link("invitation of alice"), "wendy"),
)
STAFF = (
    Page("queue", QUEUE, "erin"),
    *(
        Page(f"queue {view}", f"{QUEUE}?view={view}", who)
        for view, who in (
            ("mine", "frank"), ("tier", "rita"), ("unassigned", "erin"), ("at_risk", "erin"), ("overdue", "mona"),
            ("waiting", "erin"), ("resolved", "frank"), ("all", "max"),
        )
    ),
    Page("queue none fits", f"{QUEUE}?q=nothing+is+called+this", "erin"),
    Page("escalate", lambda stage: f"/escalations/tickets/{stage.ticket('alice', status='open').pk}/ask/", "alice"),
    Page(
        "escalate with errors",
        lambda stage: f"/escalations/tickets/{stage.ticket('alice', status='open').pk}/ask/",
        "alice",
        status=422,
        act="document.querySelector('main form.panel').submit()",
    ),
    Page("desk ticket", _desk_ticket("frank", status="open", tier="t2"), "frank"),
    Page("desk ticket waiting", _desk_ticket("erin", status="waiting_customer"), "erin"),
    Page(
        "desk investigation with errors", _desk_ticket("frank", status="open", tier="t2"), "frank", status=422, act=NOTE_TOO_MUCH
    ),
    Page("desk ticket overdue", _desk_ticket("rita", tier="rnd"), "rita"),
    Page("desk ticket resolved", _desk_ticket("erin", status="resolved"), "erin"),
    Page("desk ticket long", _desk_ticket("erin", subject=LONG_WORD), "erin"),
    Page("desk receipt", _desk_ticket("rita", "admin:tickets_ticket_receipt", tier="rnd"), "rita"),
    Page("desk ticket with a call", _link("desk ticket with a call"), "erin"),
    Page("desk call new", lambda stage: f"{stage.links['ticket with a call']}calls/new/", "erin"),
    Page("desk call outcome", _link("call outcome"), "erin"),
    Page("desk call outcome with errors", _link("call outcome"), "erin", status=422, act=SEND),
    Page("desk rooms for calls", "/admin/tickets/callroom/", "ada"),
    Page("desk room for calls", _row(CallRoom, "tickets_callroom"), "ada"),
    Page("hand up", _desk_ticket("erin", "escalation:hand_up", status="open", tier="t1"), "erin"),
    Page(
        "hand up with errors", _desk_ticket("erin", "escalation:hand_up", status="open", tier="t1"), "erin", act=SEND
    ),
    Page("escalations", BOARD, "mona"),
    Page("escalations for an engineer", BOARD, "erin"),
    Page("escalations none fits", f"{BOARD}?q=nothing+is+called+this", "mona"),
    *(
        Page(f"escalation {name}", _desk_ticket_act(name), "mona")
        for name in ("acknowledge", "plan", "reassign", "comment", "close")
    ),
    Page("escalation plan with errors", _desk_ticket_act("plan"), "mona", status=422, act=SEND_EMPTY_PLAN),
    Page("as the customer sees it", _ticket("erin", status="open", tier="t2"), "erin"),
    Page("health of escalation", "/escalations/health/", "ada"),
    Page("staff notices", "/notices/", "erin"),
    Page("staff profile", "/accounts/profile/", "rita"),
    Page("staff article", "/help/hand-up-well/", "erin"),
    Page("desk people", "/admin/accounts/user/", "ada"),
    Page("desk person", _row(User, "accounts_user"), "ada"),
    Page("desk person new", "/admin/accounts/user/add/", "ada"),
    Page("desk organisations", "/admin/accounts/organisation/", "ada"),
    Page("desk organisation", _row(Organisation, "accounts_organisation"), "ada"),
    Page("desk category", _row(Category, "tickets_category"), "ada"),
    Page("desk question", _row(Question, "tickets_question"), "ada"),
    Page("desk log guide", _row(LogGuide, "tickets_logguide"), "ada"),
    Page("desk articles", "/admin/knowledgebase/article/", "ada"),
    Page("desk article", _row(Article, "knowledgebase_article"), "ada"),
    Page("desk calendar", _row(Calendar, "sla_calendar"), "ada"),
    Page("desk calendar preview", _row(Calendar, "sla_calendar"), "ada", act=SEND),
    Page("desk calendar with errors", _row(Calendar, "sla_calendar"), "ada", status=422, act=MISTYPE + SEND),
    Page("desk calendar review", _row(Calendar, "sla_calendar"), "ada", act=SATURDAY),
    Page("desk calendar new", "/admin/sla/calendar/add/", "ada"),
    Page("desk calendar of a manager", _row(Calendar, "sla_calendar"), "max"),
    Page("desk policy", _row(SlaPolicy, "sla_slapolicy"), "ada"),
    Page("desk policy new", "/admin/sla/slapolicy/add/", "ada"),
    Page("desk contract new", "/admin/sla/contract/add/", "ada"),
    Page("desk contract", _contract, "ada"),
    Page("desk messages", "/admin/delivery/outboundmessage/", "ada"),
    *(
        Page(f"desk {path}", f"/admin/{path}/", "ada")
        for path in (
            "accounts/supportplan", "accounts/team", "accounts/sdkproduct", "sla/calendar", "sla/slapolicy", "sla/contract",
            "knowledgebase/section", "tickets/category", "tickets/datasource", "tickets/question",
            "tickets/logguide", "tickets/reminderstep",
            "escalation/stepplan", "escalation/ladderend", "escalation/promisetarget",
            "escalation/escalation", "notifications/stuckevent",
        )
    ),
)  # fmt: skip
ANONYMOUS = (
    Page("sign in", "/accounts/login/"),
    Page("sign in with errors", "/accounts/login/", act=SEND),
    Page("sign in by code", "/accounts/login/code/"),
    Page("code", "/accounts/login/code/confirm/", "awaits a code"),
    Page("sign in second factor", "/accounts/2fa/authenticate/", "owes a code"),
    Page("reset", "/accounts/password/reset/"),
    Page("reset sent", "/accounts/password/reset/done/"),
    Page("reset link", _link("password"), lands="-set-password/"),
    Page("reset link expired", "/accounts/password/reset/key/1-gone/"),
    Page("reset done", "/accounts/password/reset/key/done/"),
    Page("sign up closed", "/accounts/signup/"),
    Page("account inactive", "/accounts/inactive/"),
    Page("invitation", _link("invitation of newcomer")),
    Page("invitation with errors", _link("invitation of newcomer"), act=SEND),
    Page("invitation expired", "/accounts/invitations/gone/", status=404),
    Page("answers", "/help/"),
    Page("search", "/help/search/?q=echo"),
    Page("search finds nothing", "/help/search/?q=zzzz"),
    Page("article", "/help/echo/"),
)
ERRORS = (
    Page("400", "/refused/400/", status=400),
    Page("403", _link("removal"), "alice", status=403),
    Page("404", "/nowhere/", "alice", status=404),
    Page("404 for strangers", "/nowhere/", status=404),
    Page(
        "csrf", "/accounts/login/", status=403, act="document.querySelector('main [name=csrfmiddlewaretoken]').remove();" + SEND
    ),
    Page("429", "/refused/429/", status=429),
    Page("500", "/refused/500/", "alice", status=500),
    Page("503", "/refused/503/", status=503),
)  # fmt: skip
EMPTY = (
    Page("home of a new member", "/", "nina"),
    Page("home of a new organisation", "/", "nell"),
    Page("tickets of a new organisation", "/tickets/", "nell"),
    Page("new ticket without an app", "/tickets/new/", "nell"),
    Page("notices of a new organisation", "/notices/", "nell"),
    Page("members of a new organisation", "/accounts/members/", "nell"),
    Page("home without an organisation", "/", "lone"),
)
PAGES = (*CUSTOMER, *STAFF, *ANONYMOUS, *ERRORS, *EMPTY)
