"""What people say about themselves: name, language, time zone."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import Cast

GOOD = {"name": "Alice C.", "phone": "+86 138 0000 0000", "language": "zh-hans", "time_zone": "Asia/Urumqi"}


def test_the_profile_is_saved(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    assert client.post(reverse("people:profile"), GOOD).status_code == 302
    assert User.objects.filter(pk=cast.alice.pk, **GOOD).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 121), ("time_zone", "Nowhere"), ("language", "tlh"), ("phone", "1" * 41)],
)
def test_a_bad_field_is_named_and_nothing_is_saved(client: Client, cast: Cast, field: str, value: str) -> None:
    client.force_login(cast.alice)
    answer = client.post(reverse("people:profile"), GOOD | {field: value, "role": "administrator", "email": "x@y.z"})
    assert answer.context["form"].errors.keys() == {field}
    assert User.objects.get(pk=cast.alice.pk).name == "Alice Chen"


def test_fields_that_are_not_on_the_form_are_ignored(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    client.post(reverse("people:profile"), GOOD | {"role": "administrator", "email": "x@y.z", "is_active": ""})
    alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.role, alice.email, alice.is_active) == ("customer", "alice@example.test", True)


def test_the_language_is_switched_for_a_visitor_by_cookie(client: Client, db: None) -> None:
    answer = client.post(reverse("people:language"), {"language": "zh-hans", "next": "/accounts/login/?next=%2F"})
    assert answer.url == "/accounts/login/?next=%2F"
    assert client.cookies["django_language"].value == "zh-hans"
    assert 'lang="zh-Hans"' in client.get("/accounts/login/").content.decode()
    assert "sessionid" not in client.cookies


def test_the_language_is_kept_with_the_person(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    client.post(reverse("people:language"), {"language": "zh-hans", "next": "/accounts/profile/"})
    assert User.objects.get(pk=cast.alice.pk).language == "zh-hans"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/\\evil.example", "/a\x00b"]
)
def test_the_switch_stays_on_this_site(client: Client, db: None, wanted: str) -> None:
    answer = client.post(reverse("people:language"), {"language": "en", "next": wanted})
    assert answer.url == reverse("tickets:home")


def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    assert client.post(reverse("people:language"), {"language": "../etc"}).status_code == 302
    assert "django_language" not in client.cookies


def test_the_switch_on_a_page_that_answered_a_post_does_not_lead_back_to_it(client: Client, cast: Cast) -> None:
    page = client.post("/accounts/login/", {"login": "a", "password": "b"}).content.decode()
    assert 'action="/accounts/language/"' in page
    assert 'name="next"' not in page.split("</header>")[0]
