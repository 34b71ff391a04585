"""Signing in by password, by mailed code and with a second factor; forgetting a password."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from accounts.adapter import AccountAdapter
from accounts.backends import RoleBackend
from accounts.models import Team, User
from tests.cast import PASSWORD, Cast

LOGIN = "/accounts/login/"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def fresh(settings) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **data):
    return client.post(LOGIN, {"login": email, "password": password} | data)


def confirm(client: Client):
    """Type the password once more, as the pages of the second factor ask."""
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def totp_code(secret: str) -> str:
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"


def test_the_password_signs_in_and_the_session_changes_its_id(client: Client, cast: Cast) -> None:
    client.post("/accounts/language/", {"language": "en"})
    session = client.session
    session["before"] = 1
    session.save()
    old = session.session_key
    client.cookies["sessionid"] = old
    answer = sign_in(client, "ALICE@Example.test ")
    assert answer.status_code == 302
    assert client.session.session_key != old
    assert not client.session.__class__(old).exists(old)


@pytest.mark.parametrize("email", ["alice@example.test", "nobody@example.test"])
def test_a_wrong_password_gets_the_same_answer_for_known_and_unknown(client: Client, cast: Cast, email: str) -> None:
    answer = sign_in(client, email, "wrong password")
    assert answer.status_code == 200
    assert "do not match" in answer.content.decode()


def test_known_and_unknown_addresses_cost_one_hash_each(client: Client, cast: Cast, monkeypatch) -> None:
    hashes: list[str] = []
    original = User.set_password
    monkeypatch.setattr(User, "set_password", lambda self, raw: (hashes.append("set"), original(self, raw))[1])
    monkeypatch.setattr(User, "check_password", lambda self, raw: bool(hashes.append("check")))
    sign_in(client, "alice@example.test", "wrong password")
    sign_in(client, "nobody@example.test", "wrong password")
    assert hashes == ["check", "set"]


def test_a_password_of_a_megabyte_is_refused_at_once(client: Client, cast: Cast) -> None:
    """LV12"""
    started = time.monotonic()
    answer = sign_in(client, "alice@example.test", "x" * 1_000_000)
    assert answer.status_code == 200
    assert time.monotonic() - started < 1
    assert "4096" in answer.content.decode()


@pytest.mark.parametrize("end", ["switched off", "deleted"])
def test_whoever_is_switched_off_or_deleted_while_signing_in_is_not_in(
    client: Client, cast: Cast, monkeypatch, end: str
) -> None:
    """RA15: it happens between the look at the password and the session."""
    rita = cast.rita
    authenticate = RoleBackend.authenticate

    def found(self, request, **given):
        user = authenticate(self, request, **given)
        people = User.objects.filter(pk=rita.pk)
        Team.objects.update(on_call=None)
        _ = people.delete() if end == "deleted" else people.update(is_active=False)
        return user

    monkeypatch.setattr(RoleBackend, "authenticate", found)
    answer = sign_in(client, rita.email)
    assert answer.status_code in (200, 302, 422)
    assert client.get("/accounts/profile/").headers["Location"].startswith(LOGIN)
    assert client.get("/admin/").status_code == 302


def test_sign_in_follows_only_addresses_of_this_site(client: Client, cast: Cast) -> None:
    assert sign_in(client, "alice@example.test", next="https://evil.example/").url == reverse("tickets:home")


def test_many_wrong_passwords_are_slowed_down(client: Client, cast: Cast) -> None:
    for _ in range(6):
        answer = sign_in(client, "alice@example.test", "wrong password")
    assert "Too many attempts" in answer.content.decode()


def test_too_many_requests_get_a_page_that_says_when_to_come_back(client: Client, cast: Cast) -> None:
    for _ in range(31):
        answer = sign_in(client, "alice@example.test", "")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "Please wait a moment" in answer.content.decode()


def test_a_mailed_code_signs_in(client: Client, cast: Cast) -> None:
    client.post(reverse("account_request_login_code"), {"email": "Alice@Example.test"})
    code = mail.outbox[0].subject.split()[0]
    assert code in mail.outbox[0].body
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(cast.alice.pk)


def test_the_mail_speaks_its_readers_language(client: Client, cast: Cast, monkeypatch) -> None:
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    seen = []
    original = AccountAdapter.render_mail

    def spy(self, *args, **kwargs):
        seen.append(translation.get_language())
        return original(self, *args, **kwargs)

    monkeypatch.setattr(AccountAdapter, "render_mail", spy)
    client.post(reverse("account_reset_password"), {"email": "alice@example.test"})
    assert seen == ["zh-hans"]


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_known_and_unknown_addresses_get_the_same_page_and_strangers_no_mail(cast: Cast, page: str) -> None:
    texts = []
    for email in ("alice@example.test", "nobody@example.test"):
        answer = Client().post(reverse(page), {"email": email}, follow=True)
        text = re.sub(r'value="[^"]{60,}"', "", answer.content.decode()).replace(email, "…")
        texts.append((answer.status_code, re.sub(r'content="2\d{3}-[^"]+"', "", text)))
    assert texts[0] == texts[1]
    assert [message.to for message in mail.outbox] == [["alice@example.test"]]


def test_a_reset_link_works_once_and_signs_out_elsewhere(client: Client, cast: Cast) -> None:
    elsewhere = Client()
    elsewhere.force_login(cast.alice, backend="accounts.backends.RoleBackend")
    client.post(reverse("account_reset_password"), {"email": "alice@example.test"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form_page = client.get(link, follow=True)
    action = form_page.context["action_url"]
    new = {"password1": "a much newer passphrase", "password2": "a much newer passphrase"}
    client.post(action, new)
    assert User.objects.get(pk=cast.alice.pk).check_password("a much newer passphrase")
    assert elsewhere.get(reverse("people:profile")).status_code == 302
    again = Client().get(link, follow=True)
    assert "no longer valid" in again.content.decode()


def test_a_reset_link_is_dead_after_signing_in(client: Client, cast: Cast) -> None:
    client.post(reverse("account_reset_password"), {"email": "alice@example.test"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    sign_in(Client(), "alice@example.test")
    assert "no longer valid" in client.get(link, follow=True).content.decode()


def test_a_new_password_keeps_this_browser_and_ends_the_others(client: Client, cast: Cast) -> None:
    sign_in(client, "alice@example.test")
    elsewhere = Client()
    sign_in(elsewhere, "alice@example.test")
    old = client.session.session_key
    new = {"oldpassword": PASSWORD, "password1": "a much newer passphrase", "password2": "a much newer passphrase"}
    assert client.post(reverse("account_change_password"), new).status_code == 302
    assert client.get(reverse("people:profile")).status_code == 200
    assert client.session.session_key != old
    assert elsewhere.get(reverse("people:profile")).status_code == 302


def test_a_mailed_code_does_not_replace_the_second_factor(client: Client, cast: Cast, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    secret = generate_totp_secret()
    TOTP.activate(cast.erin, secret)
    client.post(reverse("account_request_login_code"), {"email": "erin@example.test"})
    answer = client.post(reverse("account_confirm_login_code"), {"code": mail.outbox[0].subject.split()[0]})
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert client.session["_auth_user_id"] == str(cast.erin.pk)


@pytest.mark.parametrize("page", ["/admin/", "/", "/accounts/profile/", "/accounts/members/"])
def test_staff_go_nowhere_before_they_have_a_second_factor(client: Client, cast: Cast, settings, page: str) -> None:
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, "erin@example.test")
    assert client.get(page).url == reverse("mfa_activate_totp")
    assert confirm(client).status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_second_factor_is_set_up_and_switched_off(client: Client, cast: Cast) -> None:
    sign_in(client, "erin@example.test")
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert b"data:image/svg+xml" in page.content
    code = totp_code(page.context["form"].secret)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert answer.resolver_match.view_name == "mfa_view_recovery_codes"
    assert client.get(reverse("mfa_index")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not cast.erin.authenticator_set.exists()


def test_the_desk_signs_in_where_everybody_does(client: Client, cast: Cast) -> None:
    answer = client.get("/admin/login/?next=/admin/accounts/user/")
    assert answer.url == f"{LOGIN}?next=%2Fadmin%2Faccounts%2Fuser%2F"
    sign_in(client, "alice@example.test")
    assert client.get("/admin/", follow=True).status_code == 403


def test_headers_that_name_a_user_are_ignored(client: Client, cast: Cast) -> None:
    headers = {"Remote-User": "ada@example.test", "X-Remote-User": "ada@example.test", "X-User": "ada@example.test"}
    assert client.get("/accounts/profile/", headers=headers).status_code == 302


def test_nobody_signs_up_without_an_invitation(client: Client, cast: Cast) -> None:
    people = User.objects.count()
    new = {"email": "new@example.test", "password1": "a much newer passphrase"}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", new)):
        assert "by invitation" in answer.content.decode()
    assert User.objects.count() == people


def _library_pages() -> list[str]:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    return sorted(name for name in names if name.startswith(("account_", "mfa_")))


@pytest.mark.parametrize("name", _library_pages())
def test_every_page_of_the_library_is_closed_or_in_our_look(client: Client, cast: Cast, name: str) -> None:
    kwargs = {
        "account_confirm_email": {"key": "abc"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "a-b"},
    }.get(name, {})
    for person in (None, "erin@example.test"):
        if person:
            sign_in(client, person)
            if "reauthenticate" not in name:
                confirm(client)
        answer = client.get(reverse(name, kwargs=kwargs))
        assert answer.status_code in {200, 302, 404}
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            assert 'class="top"' in answer.content.decode()
