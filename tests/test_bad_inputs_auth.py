"""The catalogue of bad inputs, its entries on other people's objects and on signing in: each is asserted somewhere.

`ELSEWHERE` names the tests of other files that do; `ABSENT` the entries about pages that this site does not have.
"""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions as account_actions
from accounts.choices import Role
from accounts.models import Membership, Organisation, User
from delivery.models import OutboundMessage
from notifications.fan_out import run as fan_out
from tests.bad_inputs import entries, entry, value
from tests.cast import NOW, PASSWORD, Cast, file_ticket
from tests.test_every_url import routes
from tickets import actions
from tickets.models import Ticket

GROUPS = ("idor", "auth_session")
SIGN_IN = "tests/accounts/test_sign_in.py"
EVERY_URL = "tests/test_every_url.py"
ELSEWHERE = {
    "ID02": (EVERY_URL, "test_posting"),
    "ID03": (EVERY_URL, "test_reading"),
    "ID07": (EVERY_URL, "test_filters_of_the_list_find_nothing_of_another_organisation"),
    "ID16": (EVERY_URL, "test_reading"),
    "AU01": ("tests/accounts/test_error_pages.py", "test_a_poisoned_host_is_refused"),
    "AU05": (SIGN_IN, "test_the_password_signs_in_and_the_session_changes_its_id"),
    "AU09": (SIGN_IN, "test_known_and_unknown_addresses_get_the_same_page_and_strangers_no_mail"),
    "AU16": ("tests/accounts/test_error_pages.py", "test_a_forged_form_is_refused_with_a_page_that_says_what_to_do"),
    "AU17": ("tests/accounts/test_cookies.py", "test_cookies_are_bound_to_this_host_and_hidden_from_scripts"),
    "AU18": ("tests/accounts/test_error_pages.py", "test_no_page_is_shown_in_a_frame"),
    "AU22": (SIGN_IN, "test_known_and_unknown_addresses_cost_one_hash_each"),
}
# What a page of that kind would be called, were there one.
ABSENT = {
    "ID12": r"^t/|public|share",  # links that show a ticket without signing in
    "ID13": r"lookup|find|status",  # a ticket by its number and an e-mail address
}
HERE = {"ID01", "ID04", "ID09", "ID15", "ID18", "AU04", "AU11", "AU14", "AU15", "AU23"}
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def fresh(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sign_in(client: Client, user: User) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


# --- Nothing is left out ----------------------------------------------------------------------------------------------
def test_every_entry_is_asserted_somewhere() -> None:
    assert {each["id"] for each in entries(*GROUPS)} == ELSEWHERE.keys() | ABSENT.keys() | HERE


@pytest.mark.parametrize("entry_id", sorted(ELSEWHERE))
def test_the_tests_elsewhere_are_there(entry_id: str) -> None:
    path, name = ELSEWHERE[entry_id]
    names = {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}
    assert name in names


@pytest.mark.parametrize("entry_id", sorted(ABSENT))
def test_there_is_no_such_page(entry_id: str) -> None:
    assert [route for route in routes() if re.search(ABSENT[entry_id], route)] == []


@pytest.mark.parametrize(
    "form", ["json", "pdf", "print", "feed", "rss", "atom", "api", "export", "thumbnail", "analysis"]
)
def test_a_ticket_has_no_other_form_that_would_have_to_be_guarded(form: str) -> None:
    """Of one ticket, that is: the list's table holds what the list shows, and the evidence is among the pages of ID01."""
    assert [route for route in routes() if "<" in route and re.search(rf"\b{form}\b", route)] == []


# --- Other people's objects -------------------------------------------------------------------------------------------
def test_id01_another_organisations_ticket_answers_as_one_that_is_not_there(cast: Cast) -> None:
    ticket = file_ticket(cast)
    mallory = signed_in(cast.mallory)
    parts = [f"/tickets/%s/{part}" for part in ("", "parts/", "live/", "solved/", "receipt/", "people/", "rating/")]
    for part in (*parts, "/evidence/tickets/%s/"):
        theirs, nobodys = (mallory.get(part % pk) for pk in (ticket.pk, 999_999))
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert without_chance(theirs.content, ticket.pk) == without_chance(nobodys.content, 999_999), part
        assert theirs.headers.keys() == nobodys.headers.keys()


def without_chance(page: bytes, pk: int) -> str:
    """The page without its own address, its moment and its form tokens."""
    text = page.decode().replace(f"/tickets/{pk}/", "/tickets/N/")
    return re.sub(r'(value="\w{64}"|content="2\d{3}-[^"]+")', "", text)


def test_id04_internal_words_reach_the_customer_nowhere(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    actions.note(ticket=ticket, by=cast.erin, body="zebra-internal-zebra", now=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="A public word", now=NOW)
    fan_out(NOW)
    alice = signed_in(cast.alice)
    addresses = [
        "/", "/tickets/", "/tickets/?show=all&q=zebra", f"/tickets/{ticket.pk}/", f"/tickets/{ticket.pk}/parts/",
        f"/tickets/{ticket.pk}/parts/?after=0", f"/tickets/{ticket.pk}/?before=999999", "/notices/", "/notices/bell/",
        "/help/search/?q=zebra",
    ]  # fmt: skip
    for address in addresses:
        answer = alice.get(address)
        assert answer.status_code == 200, address
        assert b"zebra-internal" not in answer.content, address
    assert b"A public word" in alice.get(f"/tickets/{ticket.pk}/").content
    from_us = [each for each in sent_to(cast.alice) if "zebra-internal" in each]
    assert from_us == []
    assert b"zebra-internal" in signed_in(cast.erin).get(f"/admin/tickets/ticket/{ticket.pk}/change/").content


def sent_to(user: User) -> list[str]:
    rows = OutboundMessage.objects.filter(address=user.email)
    found = [f"{row.subject}{row.body_text}{row.body_html}{row.payload}{row.headers}" for row in rows]
    assert found, "mails are owed"
    return found


def test_id09_whoever_left_the_organisation_sees_nothing_of_it_at_once(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.reply(ticket=ticket, by=cast.erin, body="Hello", now=NOW)
    fan_out(NOW)
    alice = signed_in(cast.alice)
    assert alice.get(f"/tickets/{ticket.pk}/").status_code == 200
    notice = re.search(r"/notices/(\d+)/", alice.get("/notices/").content.decode())
    assert notice
    elsewhere = Organisation.objects.create(name="Org C", plan=cast.plan)
    Membership.objects.filter(user=cast.alice).update(organisation=elsewhere)
    for address in (f"/tickets/{ticket.pk}/", f"/tickets/{ticket.pk}/parts/", f"/tickets/{ticket.pk}/live/", notice[0]):
        assert alice.get(address).status_code == 404, address
    answer = alice.post(f"/tickets/{ticket.pk}/replies/", {"body": "x", "submission_key": ticket.submission_key})
    assert answer.status_code == 404
    for address in ("/", "/tickets/?show=all", "/notices/"):
        assert ticket.subject not in alice.get(address).content.decode(), address


def test_id15_an_engineer_reads_every_tiers_tickets_as_the_house_allows(cast: Cast) -> None:
    """Whoever is handed a ticket must have seen where it came from: staff read all, customers none of the desk."""
    ticket = file_ticket(cast)
    Ticket.objects.filter(pk=ticket.pk).update(tier="t2")
    desk = f"/admin/tickets/ticket/{ticket.pk}/change/"
    assert signed_in(cast.erin).get(desk).status_code == 200
    assert signed_in(cast.alice).get(desk).status_code in (302, 403)


@pytest.mark.parametrize("address", ["/", "/tickets/", "/tickets/new/", "/notices/", "/accounts/profile/"])
def test_id18_no_cache_may_hand_one_persons_page_to_another(cast: Cast, address: str) -> None:
    file_ticket(cast)
    for user in (cast.alice, cast.mallory):
        answer = signed_in(user).get(address)
        assert "private" in answer["Cache-Control"]
        assert "no-store" in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]
    if address == "/tickets/":
        assert "Video freezes" not in answer.content.decode()


# --- Signing in -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/", "/admin/", "/accounts/profile/"])
def test_au04_headers_that_name_a_user_sign_nobody_in(cast: Cast, address: str) -> None:
    given, name = value(entry("AU04")).split(": ")
    for header in ("Remote-User", "X-User", given):
        for who in (name, cast.ada.email):
            client = Client(headers={header: who}, REMOTE_USER=who)
            assert "/accounts/login/" in client.get(address, follow=True).redirect_chain[-1][0]
            assert "_auth_user_id" not in client.session


def reset_link(user: User) -> str:
    Client().post(reverse("account_reset_password"), {"email": user.email})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def is_usable(link: str) -> bool:
    """Does the link lead to a form for a new password?"""
    return 'type="password"' in Client().get(link, follow=True).content.decode()


def test_au11_a_reset_link_ends_with_its_use_its_day_a_sign_in_and_the_address(cast: Cast, monkeypatch) -> None:
    link = reset_link(cast.alice)
    assert is_usable(link)
    real_now = dt.datetime.now
    for days, usable in ((0, True), (4, False)):
        monkeypatch.setattr(
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
            lambda self, days=days: real_now() + dt.timedelta(days=days),
        )
        assert is_usable(link) is usable, days
    monkeypatch.undo()
    User.objects.filter(pk=cast.alice.pk).update(email="moved@example.test")
    assert not is_usable(link)
    cast.alice.refresh_from_db()
    cache.clear()
    link = reset_link(cast.alice)
    sign_in(Client(), cast.alice)
    assert not is_usable(link)


def test_au14_an_address_is_one_person_however_it_is_written_and_makes_nobody_staff(cast: Cast) -> None:
    given = value(entry("AU14"))
    account_actions.invite(by=cast.olga, organisation=cast.acme, email=given, role="member", now=timezone.now())
    found = re.search(r"(/accounts/invitations/\S+)", mail.outbox[-1].body)
    assert found
    new = {
        "name": "Admin",
        "password": "a much newer passphrase",
        "language": "en",
        "time_zone": "UTC",
        "role": "administrator",
    }
    Client().post(found[1], new)
    made = User.objects.get(email=given.lower())
    assert (made.role, made.is_staff, made.is_superuser) == (Role.CUSTOMER, False, False)
    for again in (given, given.lower(), given.upper()):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(again, PASSWORD, name="Twin")
    people = User.objects.count()
    Client().post(reverse("account_signup"), {"email": given, "password1": "a much newer passphrase"})
    assert User.objects.count() == people


@pytest.mark.parametrize(
    ("headers", "is_secure"),
    [({}, False), ({"Origin": "null"}, False), ({"Origin": "null"}, True), ({}, True)],
)
def test_au15_a_form_without_token_origin_or_referer_changes_nothing(
    cast: Cast, headers: dict[str, str], is_secure: bool
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice)
    page = client.get("/accounts/profile/", secure=is_secure)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token
    # With a token that fits where something else is missing: Origin "null", or over HTTPS neither Origin nor Referer.
    sent = {"name": "Forged"} | ({"csrfmiddlewaretoken": token[1]} if headers or is_secure else {})
    answer = client.post("/accounts/profile/", sent, headers=headers, secure=is_secure)
    assert answer.status_code == 403
    cast.alice.refresh_from_db()
    assert cast.alice.name == "Alice Chen"


def test_au23_when_all_sessions_are_lost_people_sign_in_again_and_nothing_else_is_gone(cast: Cast) -> None:
    ticket = file_ticket(cast)
    client = Client()
    sign_in(client, cast.alice)
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 200
    Session.objects.all().delete()
    cache.clear()
    answer = client.get(f"/tickets/{ticket.pk}/")
    assert answer.headers["Location"] == f"/accounts/login/?next=/tickets/{ticket.pk}/"
    sign_in(client, cast.alice)
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 200
