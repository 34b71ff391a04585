"""The demonstration's mail folder, which does not exist anywhere else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from delivery.actions import owe_email, owe_webhook
from delivery.models import OutboundMessage

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def mails() -> list[OutboundMessage]:
    for number in range(30):
        owe_email(
            key=f"m{number}",
            address="alice@example.test",
            subject=f"Mail {number} <b>",
            body_text="See https://example.test/x <script>alert(1)</script>",
            body_html="<p>Hello</p>",
            now=NOW + dt.timedelta(minutes=number),
        )
    owe_webhook(key="hook", endpoint="page", payload={"a": 1}, now=NOW)
    return list(OutboundMessage.objects.mails())


def addresses(pk: int) -> list[str]:
    return [reverse("delivery:folder"), reverse("delivery:mail", args=[pk]), reverse("delivery:mail_html", args=[pk])]


def test_it_is_not_there_outside_a_demonstration_not_even_for_administrators(cast, client: Client, mails, settings):
    settings.DEMO = False
    client.force_login(cast.ada)
    assert [client.get(address).status_code for address in addresses(mails[0].pk)] == [404, 404, 404]


def test_it_shows_the_newest_first_by_the_page(
    client: Client, mails, settings: Settings, django_assert_max_num_queries: DjangoAssertNumQueries
):
    settings.DEMO = True
    with django_assert_max_num_queries(3):
        first = client.get(reverse("delivery:folder"))
    assert [each.subject for each in first.context["page"]][:2] == ["Mail 29 <b>", "Mail 28 <b>"]
    assert "Mail 29 &lt;b&gt;" in first.content.decode()
    assert len(client.get(reverse("delivery:folder"), {"page": "2"}).context["page"].object_list) == 5
    assert client.get(reverse("delivery:folder"), {"page": "x"}).status_code == 200


def test_a_mail_opens_with_its_link_and_without_its_script(client: Client, mails, settings):
    settings.DEMO = True
    OutboundMessage.objects.filter(pk=mails[0].pk).update(body_html="")
    page = client.get(reverse("delivery:mail", args=[mails[0].pk])).content.decode()
    assert '<a href="https://example.test/x"' in page
    assert "<script>alert" not in page


def test_the_html_of_a_mail_is_shown_in_a_sandbox(client: Client, mails, settings):
    settings.DEMO = True
    answer = client.get(reverse("delivery:mail_html", args=[mails[0].pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_pages_of_webhooks_are_no_mails(client: Client, mails, settings):
    settings.DEMO = True
    hook = OutboundMessage.objects.get(idempotency_key="hook")
    assert [client.get(address).status_code for address in addresses(hook.pk)[1:]] == [404, 404]
