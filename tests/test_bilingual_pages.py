"""No page speaks two languages: a Chinese reader finds no English on it, an English reader no Chinese."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from delivery.models import OutboundMessage
from escalation.models import Commitment
from tests.accounts.test_sign_in import totp_code
from tests.cast import NOW, PASSWORD, Cast
from tests.house import House, furnish, write_in_one_language
from tests.reading import heard
from tickets.models import Ticket

CHINESE = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")
# What stands in either language as it is: addresses, files, ids, secrets, the names of languages, a definition in JSON.
CODE = re.compile(
    r"""\S+@\S+|https?://\S+|[\w-]+\.(log|example|test)\b|[A-Z]\w+/[A-Z][\w/]+
    |[A-Z2-7]{32}|Supportdesk[ ]<|(acme|room)-1|notice:[\w:]+|EN[ ]·[ ]中文|简体中文|^中文$|^\{.*\}$|^JSON.*tz.*
    |arm64-v8a|armeabi-v7a|x86_64|ManagementForm|[\w-]*[A-Z]+_FORMS""",
    re.VERBOSE,
)
KEPT = {
    "SDK", "SLA", "ID", "IDs", "App", "Markdown", "CSV", "ZIP", "PDF",
    "Wi", "Fi", "Android", "iOS", "Web", "Windows", "macOS", "Linux",
    "HarmonyOS", "Flutter", "Unity", "React", "Native", "Electron", "VPN", "UTC", "NUL", "Token", "JSON", "HTML", "IANA",
    "Webhook", "Ctrl", "Enter", "kB", "MB", "GB", "LOG", "Pixel", "English", "RTC", "CDN", "CPU", "ABI",
    "REST", "HTTP", "UI", "HAR", "Control", "Command", "Mac",
}  # fmt: skip
OTHERS_TABLES = {"auth", "account", "mfa"}  # not in the menu
LANG = {"en": "en", "zh-hans": "zh-Hans"}


@pytest.fixture(params=["zh-hans", "en"])
def house(request: pytest.FixtureRequest, cast: Cast, settings: Settings) -> Iterator[House]:
    settings.DEMO = True
    with time_machine.travel(NOW + dt.timedelta(hours=3), tick=True):
        yield furnish(cast, request.param, NOW + dt.timedelta(hours=3))


def foreign(text: str, language: str) -> list[str]:
    """The words in it that are not of the language."""
    text = CODE.sub(" ", text)
    if language == "en":
        return CHINESE.findall(text)
    return [word for word in WORD.findall(text) if not KEPT.issuperset(re.split(r"[-']", word))]


def reader(house: House, user: User | None) -> Client:
    client = Client(headers={"accept-language": house.language})
    if user:
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert "_auth_user_id" in client.session
    return client


def mixed(house: House, client: Client, addresses: list[str], *, expect: int = 200) -> dict[str, list[str]]:
    """For each page that is not in one language, what is foreign on it."""
    found = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == expect, address
        page = answer.content.decode()
        assert f'<html lang="{LANG[house.language]}"'.lower() in page.lower().replace("<html dir", "<html lang"), (
            address
        )
        texts = [
            text
            for text in heard(page, LANG[house.language])
            if foreign(text, house.language) and text not in house.codes
        ]
        if texts:
            found[address] = texts
    return found


def test_a_visitors_pages(house: House) -> None:
    pages = [reverse(name) for name in ("account_login", "account_request_login_code", "account_reset_password")]
    pages += [reverse("account_reset_password_done"), reverse("knowledgebase:index"), house.article.get_absolute_url()]
    pages += [reverse("knowledgebase:search") + query for query in ("", "?q=1024", f"?q={house.article.title}")]
    client = reader(house, None)
    assert mixed(house, client, pages) == {}
    assert mixed(house, client, [reverse("people:accept", args=["nonsense"])], expect=404) == {}


def test_a_customers_pages(house: House) -> None:
    pages = [
        reverse(name)
        for name in ("tickets:home", "tickets:list", "tickets:new", "notifications:list", "people:profile")
    ]
    pages += [reverse("tickets:detail", args=[ticket.pk]) for ticket in house.tickets.values()]
    pages += [
        reverse("tickets:list") + "?q=nothing-fits",
        reverse("tickets:list") + "?state=resolved",
        reverse("account_logout"),
    ]
    pages += [
        reverse("account_change_password"),
        reverse("delivery:folder"),
        reverse("delivery:mail", args=[house.mail.pk]),
    ]
    assert mixed(house, reader(house, house.cast.alice), pages) == {}
    assert mixed(house, reader(house, house.cast.mallory), [reverse("tickets:home"), reverse("tickets:list")]) == {}
    assert mixed(house, reader(house, house.cast.olga), [reverse("people:members_of", args=[house.cast.acme.pk])]) == {}


def test_pages_of_the_second_factor(house: House) -> None:
    client = reader(house, house.cast.erin)
    assert mixed(house, client, [reverse("account_reauthenticate")]) == {}
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert mixed(house, client, [reverse("mfa_index"), reverse("mfa_activate_totp")]) == {}
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
    pages = [reverse(name) for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes")]
    assert mixed(house, client, [*pages, reverse("mfa_deactivate_totp")]) == {}
    visitor = Client(headers={"accept-language": house.language})
    answer = visitor.post(reverse("account_login"), {"login": house.cast.erin.email, "password": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")
    assert mixed(house, visitor, [answer.url]) == {}


def test_the_desks_pages(house: House) -> None:
    queue = reverse("admin:tickets_ticket_changelist")
    pages = [queue, *(f"{queue}?view={view}" for view in ("unassigned", "tier", "waiting", "resolved", "all", "risk"))]
    pages += [reverse("admin:tickets_ticket_change", args=[ticket.pk]) for ticket in house.tickets.values()]
    pages += [
        reverse("admin:escalation_commitment_changelist"),
        reverse("escalation:hand_up", args=[house.tickets["answered"].pk]),
    ]
    for user in (house.cast.erin, house.cast.mona):
        assert mixed(house, reader(house, user), pages if user.role == "engineer" else pages[:-1]) == {}


def test_an_administrators_tables_and_forms(house: House) -> None:
    write_in_one_language(house.language)
    client = reader(house, house.cast.ada)
    pages = []
    for model in admin.site._registry:
        if model._meta.app_label in OTHERS_TABLES or model in (Ticket, Commitment):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages += [
            reverse(f"{name}_changelist"),
            reverse(f"{name}_changelist") + "?q=nothing-fits",
            reverse(f"{name}_add"),
        ]
        if row := model._default_manager.first():
            pages += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete")]
    allowed = [page for page in pages if client.get(page).status_code == 200]
    assert len(allowed) > 30
    assert mixed(house, client, allowed) == {}


def test_what_forms_say_of_what_is_missing(house: House) -> None:
    ticket = house.tickets["answered"].pk
    forms = {
        None: [
            (reverse("account_login"), {"login": "nobody@example.test", "password": "wrong"}),
            (reverse("account_login"), {"login": "x"}),
            (reverse("account_request_login_code"), {"email": "x"}),
            (reverse("account_reset_password"), {}),
        ],
        house.cast.alice: [
            (reverse("tickets:new"), {"occurred_at": "x", "severity": "x"}),
            (reverse("tickets:reply", args=[ticket]), {}),
            (reverse("tickets:raise_severity", args=[ticket]), {"severity": "p3"}),
            (reverse("tickets:reopen", args=[house.tickets["solved"].pk]), {}),
            (reverse("people:profile"), {"time_zone": "x"}),
            (reverse("account_change_password"), {"oldpassword": "wrong", "password1": "1234", "password2": "12"}),
            (
                reverse("account_change_password"),
                {"oldpassword": PASSWORD, "password1": "password", "password2": "password"},
            ),
        ],
        house.cast.olga: [(reverse("people:members_of", args=[house.cast.acme.pk]), {"email": "x", "role": "x"})],
        house.cast.erin: [(reverse("escalation:hand_up", args=[house.tickets["reopened"].pk]), {"reason": ""})],
        house.cast.ada: [
            (reverse(f"admin:{name}_add"), {"code": "a b", "email": "x", "definition": "{"})
            for name in ("accounts_user", "accounts_supportplan", "accounts_team", "sla_calendar", "tickets_category")
        ],
    }
    found = {}
    for user, posts in forms.items():
        client = reader(house, user)
        for address, data in posts:
            page = client.post(address, data).content.decode()
            said = bool(re.search("error|invalid|alert", page))
            wrong = [text for text in heard(page, LANG[house.language]) if foreign(text, house.language)]
            if wrong or not said:
                found[address, str(data)] = wrong or "nothing is said"
    assert found == {}


def test_pages_of_what_went_wrong(house: House) -> None:
    client = reader(house, house.cast.alice)
    assert mixed(house, client, ["/no-such-page/"], expect=404) == {}
    assert mixed(house, client, [reverse("escalation:board")], expect=404) == {}


def test_mails(house: House) -> None:
    mails = OutboundMessage.objects.mails()
    assert mails.count() > 15
    found = {}
    for mail in mails:
        texts = [mail.subject, *mail.body_text.splitlines(), *heard(mail.body_html, LANG[house.language])]
        if wrong := [text for text in texts if foreign(text, house.language)]:
            found[mail.subject] = wrong
    assert found == {}
