"""Who of the customer's people reads a ticket and is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, User
from delivery.models import OutboundMessage
from notifications import fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tests.cast import person as make_person
from tickets import actions
from tickets.errors import ActionRefused
from tickets.models import Follower, Ticket, TicketEvent


def as_person(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, ticket: Ticket) -> str:
    answer = as_person(user).get(ticket.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def post(person: User, ticket: Ticket, act: str, **data: Any) -> int:
    return as_person(person).post(f"{ticket.get_absolute_url()}{act}/", data).status_code


def kinds(ticket: Ticket) -> list[str]:
    return list(TicketEvent.objects.filter(ticket=ticket).exclude(kind="opened").values_list("kind", flat=True))


@pytest.mark.parametrize("who", ["alice", "olga"])
def test_requester_and_admin_share_and_end_it(cast: Cast, who: str) -> None:
    ticket, user = file_ticket(cast, is_shared=False), getattr(cast, who)
    assert as_person(cast.bob).get(ticket.get_absolute_url()).status_code == 404
    assert "Share with Acme Live" in page(user, ticket)
    assert post(user, ticket, "sharing", is_shared="1", back="ticket") == 302
    assert "Stop sharing" in page(user, ticket)
    assert "Stop sharing" not in page(cast.bob, ticket)
    assert post(user, ticket, "sharing", is_shared="1") == 302
    assert post(user, ticket, "sharing", is_shared="0") == 302
    assert as_person(cast.bob).get(ticket.get_absolute_url()).status_code == 404
    assert kinds(ticket) == ["shared", "unshared"]


def test_others_decide_nothing(cast: Cast) -> None:
    """ID02: not a colleague, and not whoever is of another organisation."""
    ticket = file_ticket(cast)
    actions.add_follower(ticket=ticket, by=cast.alice, user=cast.olga, now=NOW)
    before = kinds(ticket)
    for act, data in (
        ("sharing", {"is_shared": "0"}),
        ("people", {"email": cast.olga.email}),
        ("people/unfollow", {"user": cast.olga.pk}),
    ):
        assert post(cast.bob, ticket, act, **data) == 403, act
        assert post(cast.mallory, ticket, act, **data) == 404, act
    for refused in (
        lambda: actions.share(ticket=ticket, by=cast.bob, is_shared=False, now=NOW),
        lambda: actions.add_follower(ticket=ticket, by=cast.bob, user=cast.olga, now=NOW),
        lambda: actions.remove_follower(ticket=ticket, by=cast.bob, user=cast.olga, now=NOW),
    ):
        with pytest.raises(ActionRefused):
            refused()
    assert kinds(ticket) == before


def test_whoever_is_added_is_told_reads_it_and_is_told_of_what_follows(cast: Cast) -> None:
    ticket = file_ticket(cast, is_shared=False)
    fan_out.run(NOW)
    assert post(cast.alice, ticket, "people", email=cast.bob.email.upper()) == 302
    assert post(cast.alice, ticket, "people", email=cast.bob.email) == 302
    assert kinds(ticket) == ["follower_added"]
    assert "Alice Chen added Bob Li as a follower" in page(cast.bob, ticket)
    fan_out.run(NOW)
    told = Notice.objects.filter(event__kind="follower_added").values_list("recipient", "channel")
    assert set(told) == {(cast.bob.pk, "site"), (cast.bob.pk, "email")}
    mail = OutboundMessage.objects.get(recipient=cast.bob, channel="email")
    assert mail.subject.startswith(f"Alice Chen added you to #{ticket.pk}")
    actions.reply(ticket=ticket, by=cast.erin, body="Hello", now=NOW)
    fan_out.run(NOW)
    assert Notice.objects.filter(event__kind="replied", recipient=cast.bob).exists()


def test_whoever_is_removed_reads_nothing_more_that_is_not_shared(cast: Cast) -> None:
    ticket = file_ticket(cast, is_shared=False)
    actions.add_follower(ticket=ticket, by=cast.alice, user=cast.bob, now=NOW)
    assert post(cast.olga, ticket, "people/unfollow", user=cast.bob.pk) == 302
    assert as_person(cast.bob).get(ticket.get_absolute_url()).status_code == 404
    assert kinds(ticket) == ["follower_added", "follower_removed"]
    assert post(cast.olga, ticket, "people/unfollow", user=cast.bob.pk) == 404


def test_everybody_who_reads_it_follows_and_stops_by_themselves(cast: Cast) -> None:
    ticket = file_ticket(cast)
    assert post(cast.bob, ticket, "people/follow") == 302
    assert Follower.objects.filter(ticket=ticket, user=cast.bob).exists()
    assert "Stop following" in as_person(cast.bob).get(f"{ticket.get_absolute_url()}people/").content.decode()
    assert post(cast.bob, ticket, "people/unfollow") == 302
    assert not Follower.objects.filter(ticket=ticket).exists()
    private = file_ticket(cast, is_shared=False)
    actions.add_follower(ticket=private, by=cast.alice, user=cast.bob, now=NOW)
    answer = as_person(cast.bob).post(f"{private.get_absolute_url()}people/unfollow/")
    assert answer.headers["Location"] == "/tickets/"


@pytest.mark.parametrize("who", ["mallory", "erin", "gone", "nobody"])
def test_only_members_can_be_added_and_strangers_are_told_apart_from_nobody_by_nothing(cast: Cast, who: str) -> None:
    ticket = file_ticket(cast)
    gone = make_person("gone", "Gone", is_active=False)
    Membership.objects.create(organisation=cast.acme, user=gone)
    email = f"{who}@example.test"
    answer = as_person(cast.alice).post(f"{ticket.get_absolute_url()}people/", {"email": email})
    assert answer.status_code == 422
    content = answer.content.decode()
    assert "No member of the organisation has this address." in content
    assert f'value="{email}"' in content
    assert not Follower.objects.exists()


def test_a_former_requester_decides_nothing_any_more(cast: Cast) -> None:
    """ID09: who left the organisation finds the ticket gone at once."""
    ticket = file_ticket(cast)
    Membership.objects.filter(user=cast.alice).delete()
    assert as_person(cast.alice).get(ticket.get_absolute_url()).status_code == 404
    assert post(cast.alice, ticket, "sharing", is_shared="0") == 404
    assert not actions.manages_people(ticket, cast.alice)


def test_a_merged_ticket_takes_no_new_followers(cast: Cast) -> None:
    ticket, other = file_ticket(cast), file_ticket(cast)
    actions.merge(ticket=ticket, into=other, by=cast.erin, now=NOW)
    assert post(cast.alice, ticket, "people", email=cast.bob.email) == 302
    assert not Follower.objects.filter(ticket=ticket, user=cast.bob).exists()


def test_an_admin_finds_the_invitations_from_the_ticket(cast: Cast) -> None:
    ticket = file_ticket(cast)
    address = f"/accounts/members/{cast.acme.pk}/#invite"
    assert address in page(cast.olga, ticket)
    assert address in as_person(cast.olga).get(f"{ticket.get_absolute_url()}people/").content.decode()
    assert address not in page(cast.alice, ticket)
    assert 'id="invite"' in as_person(cast.olga).get(f"/accounts/members/{cast.acme.pk}/").content.decode()
