"""The administrators' list of messages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from delivery.actions import owe_email
from delivery.models import OutboundMessage
from tests.cast import Cast

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
LIST = "/admin/delivery/outboundmessage/"


@pytest.fixture
def secret(db: None) -> OutboundMessage:
    owe_email(
        key="k", address="a@example.test", subject="VXTR is your code", body_text="VXTR", is_sensitive=True, now=NOW
    )
    return OutboundMessage.objects.get()


def test_administrators_see_that_an_account_mail_went_out_but_not_its_code(
    cast: Cast, client: Client, secret: OutboundMessage
) -> None:
    client.force_login(cast.ada)
    for address in (LIST, reverse("admin:delivery_outboundmessage_change", args=[secret.pk])):
        page = client.get(address)
        assert page.status_code == 200
        assert "a@example.test" in page.content.decode()
        assert "VXTR" not in page.content.decode()


def test_engineers_and_managers_do_not_see_the_list(cast: Cast, client: Client, secret: OutboundMessage) -> None:
    for person in (cast.erin, cast.max, cast.alice):
        client.force_login(person)
        assert client.get(LIST).status_code in (302, 403)


def test_send_again_owes_failed_ones_and_leaves_the_others(cast: Cast, client: Client, secret: OutboundMessage) -> None:
    client.force_login(cast.ada)
    chosen = {"action": "send_again", "_selected_action": [secret.pk]}
    client.post(LIST, chosen)
    OutboundMessage.objects.update(state="failed", attempts=7)
    client.post(LIST, chosen)
    secret.refresh_from_db()
    assert (secret.state, secret.attempts) == ("owed", 0)
