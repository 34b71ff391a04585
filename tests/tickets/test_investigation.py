"""How a problem is being found out: engineers note it, the customer reads it, and what was believed before is kept."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from notifications.fan_out import run as fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind, Reproduced
from tickets.errors import ActionRefused
from tickets.models import Attempt, Clock, Investigation, Ticket, TicketEvent
from tickets.wording import event_line

LATER = NOW + dt.timedelta(minutes=5)
PLAIN = {
    "revision": 0, "hypothesis": "Lost key frames", "tried": "", "reproduced": "not_tried", "reproduced_how": "",
    "conclusion": "", "fix": "", "prevention": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def five_past():
    with time_machine.travel(LATER, tick=False), translation.override("en"):
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast)


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.erin)
    return client


def note(cast: Cast, ticket: Ticket, revision: int = 0, **findings: str) -> bool:
    return actions.investigate(
        ticket=ticket, by=cast.erin, findings=actions.Findings(**findings), seen_revision=revision, now=LATER
    )


def post(desk: Client, ticket: Ticket, **data: object):
    given = {"note_key": uuid.uuid4(), **PLAIN, **data}
    return desk.post(f"/admin/tickets/ticket/{ticket.pk}/acts/investigate/", given)


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()


def customers_page(cast: Cast, ticket: Ticket, address: str = "tickets:detail") -> str:
    client = Client()
    client.force_login(cast.alice)
    return client.get(reverse(address, args=[ticket.pk])).content.decode()


def noted(ticket: Ticket) -> list[TicketEvent]:
    return list(ticket.events.filter(kind=EventKind.INVESTIGATED).order_by("pk"))


def test_an_engineer_notes_and_the_customer_reads(cast: Cast, desk: Client, ticket: Ticket) -> None:
    answer = post(
        desk, ticket, tried="Ran 4.2.1 at 10 % loss: freezes", reproduced="sometimes", reproduced_how="2 of 10 runs"
    )
    assert answer.status_code == 302
    for address in ("tickets:detail", "tickets:parts"):
        page = customers_page(cast, ticket, address)
        for words in ("Lost key frames", "Ran 4.2.1 at 10 % loss: freezes", "Sometimes", "2 of 10 runs", "Erin Wu"):
            assert words in page, words
    assert "Erin Wu noted a hypothesis, what was tried, that we can reproduce it now and then" in customers_page(
        cast, ticket
    )


def test_the_history_is_append_only(cast: Cast, ticket: Ticket) -> None:
    note(cast, ticket, hypothesis="The network", tried="Looked at the loss")
    note(cast, ticket, 1, hypothesis="The codec", tried="Changed the codec")
    row = Investigation.objects.get(ticket=ticket)
    assert (row.hypothesis, row.revision) == ("The codec", 2)
    assert [each.text for each in row.attempts.all()] == ["Looked at the loss", "Changed the codec"]
    texts = [change["text"] for event in noted(ticket) for change in event.data["changes"]]
    assert texts == ["The network", "Looked at the loss", "The codec", "Changed the codec"]


def test_the_same_again_is_nothing(cast: Cast, desk: Client, ticket: Ticket) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        assert post(desk, ticket, note_key=key, tried="Once").status_code == 302
    assert len(noted(ticket)) == 1
    assert Attempt.objects.count() == 1
    assert not note(cast, ticket, 1, hypothesis="Lost key frames")


def test_who_has_not_seen_a_colleagues_change_overwrites_nothing_and_loses_nothing(
    cast: Cast, desk: Client, ticket: Ticket
) -> None:
    actions.investigate(
        ticket=ticket, by=cast.frank, findings=actions.Findings(hypothesis="A race in the codec"), now=LATER
    )
    answer = post(desk, ticket, hypothesis="My own idea", tried="Mine too")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Frank Zhao changed the investigation meanwhile" in page
    assert "A race in the codec" in page
    assert "My own idea" in page
    assert "Mine too" in page
    assert 'name="revision" value="1"' in page
    assert post(desk, ticket, hypothesis="My own idea", revision=1).status_code == 302
    assert Investigation.objects.get(ticket=ticket).hypothesis == "My own idea"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reproduced": "perhaps"}, {"hypothesis": "x" * 4001}, {"revision": "x"}, {"note_key": "x"}, {"tried": "a\0b"},
        {"revision": -1}, {"revision": 2**70},
    ],
)  # fmt: skip
def test_a_mistake_loses_nothing(desk: Client, ticket: Ticket, wrong: dict[str, object]) -> None:
    answer = post(desk, ticket, **({"conclusion": "Kept words"} | wrong))
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()
    assert not Investigation.objects.exists()


def test_no_clock_takes_a_note_for_an_answer(cast: Cast, ticket: Ticket) -> None:
    before = list(Clock.objects.filter(ticket=ticket).order_by("pk").values())
    note(cast, ticket, hypothesis="The network")
    assert list(Clock.objects.filter(ticket=ticket).order_by("pk").values()) == before


def test_a_closed_ticket_is_not_investigated(cast: Cast, desk: Client, ticket: Ticket) -> None:
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=LATER)
    note(cast, ticket, conclusion="Found later")
    actions.close(ticket=ticket, by=cast.erin, now=LATER)
    with pytest.raises(ActionRefused):
        note(cast, ticket, 1, conclusion="Too late")
    assert "acts/investigate/" not in page_of(desk, ticket)
    assert "Found later" in page_of(desk, ticket)


def test_the_resolution_begins_with_what_was_found_and_says_it_once(cast: Cast, desk: Client, ticket: Ticket) -> None:
    note(cast, ticket, hypothesis="The codec", conclusion="Lost key frame", fix="Take 4.2.2", prevention="Pin it")
    page = page_of(desk, ticket)
    for name, words in (("cause", "Lost key frame"), ("fix", "Take 4.2.2"), ("prevention", "Pin it")):
        assert f'id="id_{name}" name="{name}" rows="2">\n{words}</textarea>' in page
    actions.resolve(
        ticket=ticket, by=cast.erin, message="Done.", cause="Lost key frame", fix="Take 4.2.2", prevention="", now=LATER
    )
    page = customers_page(cast, ticket)
    assert page.count("Lost key frame") == 1
    assert page.count("Take 4.2.2") == 1
    assert page.count("Pin it") == 1


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ({"hypothesis": "x"}, "Erin Wu noted a hypothesis"),
        ({"tried": "x"}, "Erin Wu noted what was tried"),
        ({"reproduced": Reproduced.YES}, "Erin Wu noted that we can reproduce it"),
        ({"reproduced": Reproduced.NO, "fix": "x"}, "Erin Wu noted that we could not reproduce it, the fix"),
    ],
)
def test_the_grey_line_says_what_was_noted(cast: Cast, ticket: Ticket, findings: dict[str, str], words: str) -> None:
    note(cast, ticket, **findings)
    assert event_line(noted(ticket)[-1]) == words


def test_what_is_emptied_is_said_to_be_taken_back(cast: Cast, ticket: Ticket) -> None:
    note(cast, ticket, hypothesis="x")
    note(cast, ticket, 1)
    assert event_line(noted(ticket)[-1]) == "Erin Wu took back a hypothesis"


def test_the_customers_are_told_in_the_site_and_never_by_mail(cast: Cast, ticket: Ticket) -> None:
    fan_out(LATER)
    Notice.objects.all().delete()
    note(cast, ticket, hypothesis="The codec")
    fan_out(LATER)
    assert list(Notice.objects.filter(recipient=cast.alice).values_list("channel", flat=True)) == ["site"]
    assert not Notice.objects.filter(recipient=cast.erin).exists()


def test_customers_reach_no_form(cast: Cast, ticket: Ticket) -> None:
    client = Client()
    client.force_login(cast.alice)
    assert post(client, ticket).status_code in (302, 403)
    assert not Investigation.objects.exists()


def test_however_long_the_list_it_is_one_query(cast: Cast, ticket: Ticket, django_assert_max_num_queries) -> None:
    for number in range(12):
        note(cast, ticket, number, tried=f"Attempt {number}")
    client = Client()
    client.force_login(cast.alice)
    with django_assert_max_num_queries(15):
        assert "Attempt 11" in client.get(ticket.get_absolute_url()).content.decode()
