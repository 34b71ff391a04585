"""What a person may decline to be mailed, and what is mailed whatever they chose."""

from __future__ import annotations

import pytest
from django.test import Client

from delivery.models import OutboundMessage
from notifications import fan_out
from notifications.actions import choose_mail
from notifications.choices import Channel, News
from notifications.models import DeclinedMail, Notice
from notifications.preferences import KINDS, as_chosen, news_of
from notifications.recipients import TABLE, Facts, recipients
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind

ALICE, BOB, ERIN, FRANK, MONA = 1, 2, 3, 4, 5
CUSTOMERS, ALL = frozenset({ALICE, BOB}), frozenset({ALICE, BOB, ERIN, FRANK, MONA})
URL = "/notices/choices/"


def told(kind: str, *, declining: int, **changes: object) -> dict[int, frozenset[Channel]]:
    """Alice filed it, Bob follows, Erin owns it, Frank is on call, Mona manages escalations; one of them declines all mail."""
    values: dict[str, object] = {
        "kind": kind, "severity": "p2", "actor": None, "is_by_customer": False, "requester": ALICE, "handler": ERIN,
        "customer_followers": frozenset({BOB}), "on_call": frozenset({FRANK}), "escalation_managers": frozenset({MONA}),
        "added": BOB,
    }  # fmt: skip
    facts = Facts(**(values | changes))
    found = recipients(facts, allowed=ALL, customers=CUSTOMERS)
    return as_chosen(found, facts, declined={declining: frozenset(News)}, customers=CUSTOMERS)


@pytest.mark.parametrize(
    ("kind", "who", "facts", "is_mailed"),
    [
        ("replied", ALICE, {}, True),  # answers to whoever filed it
        ("waited_on_customer", ALICE, {}, True),
        ("resolved", ALICE, {}, True),
        ("replied", BOB, {}, False),
        ("opened", ALICE, {}, False),
        ("escalated", ALICE, {}, False),
        ("escalated", ALICE, {"severity": "p0"}, False),
        ("severity_changed", BOB, {}, False),
        ("follower_added", BOB, {}, False),
        ("customer_replied", ERIN, {"is_by_customer": True}, False),
        ("customer_replied", ERIN, {"is_by_customer": True, "severity": "p1"}, True),
        ("assigned", ERIN, {}, False),
        ("at_risk", ERIN, {"severity": "p0"}, True),
        ("escalated", FRANK, {}, True),  # it pages
        ("handed_back", FRANK, {}, False),
        ("promise_missed", MONA, {}, False),
        ("promise_missed", MONA, {"severity": "p1"}, True),
    ],
)
def test_what_is_mailed_although_everything_was_declined(
    kind: str, who: int, facts: dict[str, object], is_mailed: bool
) -> None:
    channels = told(kind, declining=who, **facts)[who]
    assert (Channel.EMAIL in channels) is is_mailed


@pytest.mark.parametrize("kind", sorted(TABLE))
@pytest.mark.parametrize("severity", ["p0", "p3"])
def test_a_choice_takes_mail_away_and_nothing_else(kind: str, severity: str) -> None:
    for person in ALL:
        before, after = (told(kind, declining=who, severity=severity) for who in (0, person))
        assert before.keys() == after.keys()
        for each, channels in after.items():
            if each != person:
                assert channels == before[each]
            elif Channel.EMAIL in before[each] and Channel.EMAIL not in channels:
                assert channels == (before[each] - {Channel.EMAIL}) | {Channel.SITE}
            else:
                assert channels == before[each]


def test_every_kind_is_some_news() -> None:
    assert {news_of(kind) for kind in EventKind.values} == set(News)
    assert set(KINDS) <= set(TABLE)


def test_a_choice_holds_from_the_next_event_on(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.add_follower(ticket=ticket, by=cast.alice, user=cast.bob, now=NOW)
    choose_mail(user=cast.bob, declined={News.ANSWERS})
    choose_mail(user=cast.alice, declined=set(News))
    actions.reply(ticket=ticket, by=cast.erin, body="Hello", now=NOW)
    fan_out.run(NOW)
    replied = Notice.objects.filter(event__kind="replied").values_list("recipient", "channel")
    assert set(replied) == {(cast.bob.pk, "site"), (cast.alice.pk, "site"), (cast.alice.pk, "email")}
    opened = Notice.objects.filter(event__kind="opened", recipient=cast.alice).values_list("channel", flat=True)
    assert list(opened) == ["site"]
    mail = OutboundMessage.objects.get(recipient=cast.alice, channel="email")
    assert "http://127.0.0.1:8000/notices/choices/" in mail.body_text


def test_the_page_keeps_what_is_chosen(cast: Cast, client: Client) -> None:
    client.force_login(cast.alice)
    assert client.get(URL).content.decode().count(" checked>") == len(News)
    client.post(URL, {"answers": "on", "state": "on"})
    client.post(URL, {"answers": "on", "state": "on"})
    kept = set(DeclinedMail.objects.filter(user=cast.alice).values_list("news", flat=True))
    assert kept == {"filed", "escalations"}
    assert client.get(URL).content.decode().count(" checked>") == 2
    client.post(URL, {news.value: "on" for news in News})
    assert not DeclinedMail.objects.exists()


def test_the_page_says_what_is_always_mailed(cast: Cast, client: Client) -> None:
    for person, words in (
        (cast.alice, "Answers on tickets that you filed"),
        (cast.erin, "Whatever happens on a P0 or P1"),
    ):
        client.force_login(person)
        assert words in client.get(URL).content.decode()
