"""The first page of a new member: what to expect, whom to call, where the answers are; put away for good in one click."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Organisation, SupportPlan
from tests.cast import NOW, Cast

SIGN = "New to the support of"


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    """Alice on her first day."""
    Membership.objects.filter(user=cast.alice).update(welcomed_at=None)
    client.force_login(cast.alice)
    return client


def page_of(client: Client) -> str:
    return client.get("/").content.decode()


def away(organisation: Organisation) -> str:
    return f"/accounts/members/{organisation.pk}/welcomed/"


def test_it_says_what_her_plan_promises_whom_to_call_and_where_the_answers_are(cast: Cast, alice: Client) -> None:
    page = page_of(alice)
    for words in (
        f"{SIGN} Acme Live?", "the Standard plan promises", "An engineer answers within 15 min",
        "solved within 4 h, day and night", "An engineer answers within 4 working hours", "solved within 2 working days",
        "An engineer answers within 1 working day", 'href="tel:+861055550100"', 'href="/help/"',
    ):  # fmt: skip
        assert words in page


def test_one_click_puts_it_away_for_good_and_for_her_alone(cast: Cast, alice: Client) -> None:
    Membership.objects.filter(user=cast.bob).update(welcomed_at=None)
    assert alice.post(away(cast.acme)).headers["Location"] == "/"
    assert alice.post(away(cast.acme)).status_code == 302  # a double click
    assert SIGN not in page_of(alice)
    assert Membership.objects.get(user=cast.bob).welcomed_at is None
    first = Membership.objects.get(user=cast.alice).welcomed_at
    alice.post(away(cast.acme))
    assert Membership.objects.get(user=cast.alice).welcomed_at == first


def test_nobody_puts_it_away_for_an_organisation_that_is_not_theirs(cast: Cast, alice: Client) -> None:
    assert alice.post(away(cast.other)).status_code == 404
    assert alice.get(away(cast.acme)).status_code == 405
    assert "/accounts/login/" in Client().post(away(cast.acme)).headers["Location"]
    assert SIGN in page_of(alice)


def test_members_of_old_see_nothing_of_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.bob)
    assert SIGN not in page_of(client)


def test_each_new_organisation_welcomes_once_one_after_the_other(cast: Cast, alice: Client) -> None:
    Membership.objects.create(organisation=cast.other, user=cast.alice)
    assert page_of(alice).count(SIGN) == 1
    alice.post(away(cast.acme))
    assert f"{SIGN} Other Corp?" in page_of(alice)
    alice.post(away(cast.other))
    assert SIGN not in page_of(alice)


def test_a_plan_without_phone_or_targets_of_its_own_shows_the_defaults_and_no_number(cast: Cast, alice: Client) -> None:
    bare = SupportPlan.objects.create(code="bare", name_en="Bare", name_zh="无")
    Organisation.objects.filter(pk=cast.acme.pk).update(plan=bare)
    page = page_of(alice)
    assert f"{SIGN} Acme Live?" in page
    assert "An engineer answers within 15 min" in page
    assert "call us as well" not in page
    assert "tel:" not in page


def test_it_is_free_for_those_who_put_it_away(cast: Cast, alice: Client) -> None:
    page_of(alice)
    with CaptureQueriesContext(connection) as new:
        page_of(alice)
    with_it = len(new)
    Membership.objects.update(welcomed_at=NOW)
    with CaptureQueriesContext(connection) as old:
        page_of(alice)
    assert with_it <= 15
    assert not [each for each in old if "slapolicy" in each["sql"]]


def test_who_was_a_member_before_is_not_welcomed(cast: Cast, alice: Client) -> None:
    from django.apps import apps  # noqa: PLC0415 the registry stands in for the historical one

    __import__("accounts.migrations.0006_welcome_members", fromlist=["mark"]).mark(apps, None)
    assert SIGN not in page_of(alice)
