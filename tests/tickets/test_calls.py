"""Screen-sharing calls: either side proposes, the other chooses, both get a calendar file, and the outcome is written down."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from delivery.models import OutboundMessage
from delivery.transport import as_email
from evidence.record import record_of
from notifications import fan_out
from notifications.models import Notice
from tests.calls import DAY, agree_on_call, propose
from tests.cast import NOW, Cast, file_ticket
from tests.tickets.secrets_table import HEX
from tickets import actions
from tickets.actions import note_outcome
from tickets.calling import ASKED_AFTER, is_template, link_of, may_answer, may_cancel, may_note
from tickets.errors import ActionRefused
from tickets.models import Call, CallRoom, Ticket, TicketEvent

LATER = NOW + timedelta(hours=1)
SECRET = f"App certificate: {HEX}"
OVER = NOW + DAY + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch):
    def set_to(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    set_to(NOW)
    return set_to


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    ticket = file_ticket(cast)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    return Ticket.objects.get()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(ticket.get_absolute_url()).content.decode()


def kinds(ticket: Ticket) -> list[str]:
    calls = TicketEvent.objects.filter(ticket=ticket, kind__startswith="call_").order_by("pk")
    return [each.kind.removeprefix("call_") for each in calls]


# --- Rules ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("text", "expected"), [
    ("https://meet.example/{ticket}-{key}", True),
    ("https://meet.example:8443/rooms?name={key}", True),
    ("https://meet.example/{ticket}", False),
    ("http://meet.example/{key}", False),
    ("https://{key}.example/", False),
    ("https://me@meet.example/{key}", False),
    ("https:///{key}", False),
    ("https://meet.example/{key}{name}", False),
    ("https://meet.example/{key.__class__}", False),
    ("https://meet.example/{key!r}", False),
    ("https://meet.example/{key:>9}", False),
    ("https://meet.example/{", False),
    ("https://[meet/{key}", False),
    ("https://meet.example/{key}\r\nX: y", False),
    ('https://meet.example/"{key}', False),
    ("javascript:alert({key})", False),
])  # fmt: skip
def test_which_addresses_of_rooms_will_do(text: str, expected: bool) -> None:
    assert is_template(text) is expected


def test_the_link_of_a_call() -> None:
    assert link_of("https://meet.example/{ticket}-{key}", ticket=7, key="ab") == "https://meet.example/7-ab"
    assert link_of("", ticket=7, key="ab") == ""


@pytest.mark.parametrize(("state", "from_staff", "by_staff", "answers", "cancels"), [
    ("proposed", True, False, True, False),
    ("proposed", True, True, False, True),
    ("proposed", False, True, True, False),
    ("accepted", True, True, False, True),
    ("accepted", True, False, False, True),
    ("declined", True, False, False, False),
    ("over", True, True, False, False),
])  # fmt: skip
def test_who_may_do_what(state: str, from_staff: bool, by_staff: bool, answers: bool, cancels: bool) -> None:
    side: dict[str, Any] = {"is_from_staff": from_staff, "by_staff": by_staff}
    assert may_answer(state, **side) is answers
    assert may_cancel(state, starts_at=LATER, now=NOW, **side) is cancels


@pytest.mark.parametrize(("state", "starts_in", "expected"), [
    ("accepted", 1, False), ("accepted", 0, True), ("over", -90, True), ("held", -90, False), ("proposed", -90, False),
])  # fmt: skip
def test_when_the_outcome_may_be_written_down(state: str, starts_in: int, expected: bool) -> None:
    assert may_note(state, starts_at=NOW + timedelta(minutes=starts_in), now=NOW) is expected


# --- Acts -------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_from_the_proposal_to_the_outcome(cast: Cast, ticket: Ticket) -> None:
    CallRoom.objects.create(template="https://meet.example/{ticket}-{key}")
    call = propose(ticket, cast.erin)
    call = actions.accept_call(call=call, by=cast.alice, at=NOW + DAY, now=LATER)
    assert (call.state, call.starts_at, call.ends_at, call.decided_by) == ("accepted", NOW + DAY, OVER, cast.alice)
    assert call.link == f"https://meet.example/{ticket.pk}-{call.key.hex}"
    with pytest.raises(ActionRefused, match="is agreed"):
        note_outcome(call=call, by=cast.erin, outcome="Done", took_place=True, now=LATER)
    told = note_outcome(call=call, by=cast.erin, outcome="It is the layer switch.", took_place=True, now=OVER)
    assert (told.state, told.outcome_by, told.outcome_at) == ("held", cast.erin, OVER)
    assert kinds(ticket) == ["proposed", "accepted", "held"]
    assert TicketEvent.objects.filter(ticket=ticket, kind__startswith="call_", is_public=False).count() == 0


@pytest.mark.django_db
def test_customers_propose_as_well(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.bob)
    for own in (cast.alice, cast.bob):
        with pytest.raises(ActionRefused, match="other side answers"):
            actions.accept_call(call=call, by=own, at=NOW + DAY, now=LATER)
    assert actions.accept_call(call=call, by=cast.frank, at=NOW + 2 * DAY, now=LATER).caller == cast.frank
    assert set(ticket.followers.values_list("user", flat=True)) >= {cast.bob.pk, cast.frank.pk}


@pytest.mark.django_db
def test_a_double_click_does_a_thing_once(cast: Cast, ticket: Ticket) -> None:
    key = uuid.uuid4()
    call = propose(ticket, cast.erin, submission_key=key)
    assert propose(ticket, cast.erin, submission_key=key) == call
    for _ in range(2):
        actions.accept_call(call=call, by=cast.alice, at=NOW + DAY, now=LATER)
    for _ in range(2):
        actions.cancel_call(call=call, by=cast.alice, reason="We found it.", now=LATER)
    assert kinds(ticket) == ["proposed", "accepted", "cancelled"]
    assert Call.objects.get().sequence == 1


@pytest.mark.django_db
def test_two_tabs_do_not_run_over_each_other(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.erin)
    with pytest.raises(ActionRefused, match="Erin Wu proposed a call meanwhile"):
        propose(ticket, cast.alice)
    other = propose(ticket, cast.alice, seen=call.pk, topic="The other one")
    call.refresh_from_db()
    assert call.state == "replaced"
    with pytest.raises(ActionRefused, match="Replaced"):
        actions.accept_call(call=call, by=cast.alice, at=NOW + DAY, now=LATER)
    actions.decline_call(call=other, by=cast.erin, reason="Not this week.", now=LATER)
    with pytest.raises(ActionRefused, match="Declined"):
        actions.accept_call(call=other, by=cast.frank, at=NOW + DAY, now=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "words"), [
    ({"times": []}, "one to three"),
    ({"times": [NOW + DAY * n for n in range(1, 5)]}, "one to three"),
    ({"times": [NOW]}, "still to come"),
    ({"times": [NOW + DAY * 61]}, "60 days"),
    ({"minutes": 14}, "15 to 120"),
    ({"minutes": 121}, "15 to 120"),
])  # fmt: skip
def test_what_is_no_proposal(cast: Cast, ticket: Ticket, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ActionRefused, match=words):
        propose(ticket, cast.erin, **fields)
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_only_a_time_that_was_proposed_and_is_to_come(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.erin)
    with pytest.raises(ActionRefused, match="that were proposed"):
        actions.accept_call(call=call, by=cast.alice, at=LATER, now=NOW)
    with pytest.raises(ActionRefused, match="past"):
        actions.accept_call(call=call, by=cast.alice, at=NOW + DAY, now=NOW + DAY)
    actions.accept_call(call=call, by=cast.alice, at=NOW + 2 * DAY, now=NOW + DAY)


@pytest.mark.django_db
def test_a_closed_ticket_takes_no_new_call_but_an_old_one_can_be_ended(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.erin)
    actions.resolve(ticket=ticket, by=cast.erin, message="Done.", cause="", fix="", prevention="", now=NOW)
    actions.close(ticket=ticket, by=cast.erin, now=NOW)
    for refused in (
        lambda: propose(ticket, cast.alice, seen=call.pk),
        lambda: actions.accept_call(call=call, by=cast.alice, at=NOW + DAY, now=NOW),
    ):
        with pytest.raises(ActionRefused, match="Closed"):
            refused()
    assert actions.cancel_call(call=call, by=cast.frank, reason="Closed.", now=NOW).state == "cancelled"


@pytest.mark.django_db
def test_reasons_and_outcomes_are_needed_and_hold_no_secret(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.erin, topic=SECRET)
    assert HEX not in call.topic
    with pytest.raises(ActionRefused, match="Say why"):
        actions.decline_call(call=call, by=cast.alice, reason=" \n", now=NOW)
    call = actions.decline_call(call=call, by=cast.alice, reason=SECRET, now=NOW)
    call = agree_on_call(cast, ticket)
    told = note_outcome(call=call, by=cast.alice, outcome=SECRET, took_place=False, now=OVER)
    assert told.state == "missed"
    events = TicketEvent.objects.filter(ticket=ticket)
    assert HEX not in str([each.data for each in events])
    assert events.filter(kind="secrets_masked").count() == 3


@pytest.mark.django_db
def test_our_side_is_asked_once_what_came_of_it(cast: Cast, ticket: Ticket) -> None:
    call = agree_on_call(cast, ticket)
    assert actions.ask_for_outcomes(now=OVER + ASKED_AFTER - timedelta(seconds=1)) == 0
    assert [actions.ask_for_outcomes(now=OVER + ASKED_AFTER) for _ in range(2)] == [1, 0]
    assert kinds(ticket)[-1] == "outcome_asked"
    fan_out.run(OVER + ASKED_AFTER)
    asked = Notice.objects.filter(event__kind="call_outcome_asked")
    assert set(asked.values_list("recipient", "channel")) == {(cast.erin.pk, "site"), (cast.erin.pk, "email")}
    assert "not written down" not in page_of(client_of(cast.bob), ticket).split('id="letters"')[1]
    assert note_outcome(call=call, by=cast.alice, outcome="Found.", took_place=True, now=OVER + DAY).state == "held"


@pytest.mark.django_db
def test_a_call_whose_outcome_is_missing_is_in_nobodys_way(cast: Cast, ticket: Ticket) -> None:
    first = agree_on_call(cast, ticket)
    with pytest.raises(ActionRefused, match="just now"):
        propose(ticket, cast.alice, seen=first.pk, now=NOW + DAY)
    second = propose(ticket, cast.alice, seen=first.pk, now=OVER)
    first.refresh_from_db()
    assert (first.state, first.outcome_asked_at, second.state) == ("over", OVER, "proposed")
    assert actions.ask_for_outcomes(now=OVER + DAY) == 0


@pytest.mark.django_db
def test_one_without_an_outcome_is_asked_about_whoever_has_the_ticket_now(cast: Cast, ticket: Ticket) -> None:
    agree_on_call(cast, ticket)
    actions.assign(ticket=ticket, to=cast.frank, by=cast.mona, now=LATER)
    actions.ask_for_outcomes(now=OVER + DAY)
    fan_out.run(OVER + DAY)
    asked = Notice.objects.filter(event__kind="call_outcome_asked", channel="email")
    assert set(asked.values_list("recipient", flat=True)) == {cast.erin.pk, cast.frank.pk}


@pytest.mark.django_db
def test_only_good_addresses_of_rooms_are_saved() -> None:
    CallRoom(template="").full_clean()
    CallRoom(template="https://meet.example/{key}").full_clean()
    with pytest.raises(ValidationError):
        CallRoom(template="https://meet.example/{ticket}").full_clean()


# --- Mails ------------------------------------------------------------------------------------------------------------
def calendars(address: str) -> list[str]:
    """The calendar files that were mailed there, each as `METHOD SEQUENCE`; each unfolds to one UID."""
    found = []
    for row in OutboundMessage.objects.filter(address=address).order_by("pk"):
        for part in message_from_bytes(as_email(row).message().as_bytes()).walk():
            if part.get_content_type() == "text/calendar":
                text = part.get_payload(decode=True).decode()
                assert "\r\n" in text
                assert part.get_param("method") in text
                found.append(f"{part.get_param('method')} {re.findall(r'SEQUENCE:(.*)', text)[0].strip()}")
    return found


@pytest.mark.django_db
def test_both_get_the_calendar_file_and_its_cancellation(cast: Cast, ticket: Ticket, settings) -> None:
    call = agree_on_call(cast, ticket)
    fan_out.run(NOW)
    assert calendars(cast.alice.email) == calendars(cast.erin.email) == ["REQUEST 0"]
    actions.cancel_call(call=call, by=cast.alice, reason="We found it.", now=LATER)
    fan_out.run(LATER)
    assert calendars(cast.alice.email) == calendars(cast.erin.email) == ["REQUEST 0", "CANCEL 1"]
    mail = OutboundMessage.objects.filter(address=cast.erin.email).latest("pk")
    assert "We found it." in mail.body_text
    assert calendars(cast.bob.email) == []


@pytest.mark.django_db
def test_other_times_take_the_agreed_one_out_of_the_calendars(cast: Cast, ticket: Ticket) -> None:
    call = agree_on_call(cast, ticket)
    fan_out.run(NOW)
    propose(ticket, cast.erin, seen=call.pk, times=[NOW + 3 * DAY])
    fan_out.run(LATER)
    assert calendars(cast.alice.email) == calendars(cast.erin.email) == ["REQUEST 0", "CANCEL 1"]


@pytest.mark.django_db
def test_a_proposal_is_mailed_to_the_side_that_chooses(cast: Cast, ticket: Ticket) -> None:
    call = propose(ticket, cast.erin)
    fan_out.run(NOW)
    mail = OutboundMessage.objects.filter(address=cast.alice.email).latest("pk")
    assert "proposes a screen-sharing call" in mail.subject
    assert "10:00" in mail.body_text, "in the reader's zone"
    assert not OutboundMessage.objects.filter(address=cast.erin.email, subject__contains="screen-sharing").exists()
    actions.decline_call(call=call, by=cast.alice, reason="Not this week.", now=LATER)
    fan_out.run(LATER)
    assert "Not this week." in OutboundMessage.objects.filter(address=cast.erin.email).latest("pk").body_text
    assert calendars(cast.erin.email) == []


@pytest.mark.django_db
def test_the_mail_goes_out_with_its_file(cast: Cast, ticket: Ticket, settings, tmp_path) -> None:
    from delivery.sending import send_due  # noqa: PLC0415

    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    agree_on_call(cast, ticket)
    fan_out.run(NOW)
    send_due(NOW)
    written = "".join(each.read_text() for each in tmp_path.iterdir())
    assert written.count("Content-Type: text/calendar") == 2


# --- Pages ------------------------------------------------------------------------------------------------------------
def typed(ticket: Ticket, **fields: str) -> dict[str, str]:
    values = {
        "topic": "The freeze", "minutes": "30", "time_1": "2026-06-09T10:00", "submission_key": str(uuid.uuid4()),
        "replaces": "",
    }  # fmt: skip
    return values | fields


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["alice", "erin"])
def test_times_are_proposed_on_ones_own_clock(cast: Cast, ticket: Ticket, now, who: str) -> None:
    by = getattr(cast, who)
    User.objects.filter(pk=by.pk).update(time_zone="Europe/Berlin")
    client, address = client_of(by), reverse("tickets:propose_call", args=[ticket.pk])
    assert "Europe/Berlin" in client.get(address).content.decode()
    answer = client.post(address, typed(ticket, time_2="2026-06-10T09:30"))
    assert answer.status_code == 302
    times = [each.at.isoformat() for each in Call.objects.get().times.all()]
    assert times == ["2026-06-09T08:00:00+00:00", "2026-06-10T07:30:00+00:00"]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "fields", "words"), [
    ("UTC", {"time_1": ""}, "at least one time"),
    ("UTC", {"time_1": "soon"}, "like 2026-11-22 14:05"),
    ("UTC", {"time_1": "2026-06-08T01:00"}, "This is past"),
    ("UTC", {"time_1": "2027-06-08T01:00"}, "next 60 days"),
    ("UTC", {"time_1": "9999-12-31T23:59"}, "next 60 days"),
    ("UTC", {"time_2": "2026-06-09T10:00"}, "stands above"),
    ("UTC", {"topic": " "}, "what the call is about"),
    ("UTC", {"minutes": "5"}, "Select a valid choice"),
    ("America/New_York", {"time_1": "2026-11-01T01:30"}, "comes twice"),
    ("Europe/Berlin", {"time_1": "2027-03-28T02:30"}, "put forward"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    cast: Cast, ticket: Ticket, now, zone: str, fields: dict[str, str], words: str
) -> None:
    User.objects.filter(pk=cast.alice.pk).update(time_zone=zone)
    if "put forward" in words or "twice" in words:
        now(datetime.fromisoformat(fields["time_1"] + "+00:00") - 10 * DAY)
    sent = typed(ticket, time_3="2026-06-11T11:00") | fields
    answer = client_of(cast.alice).post(reverse("tickets:propose_call", args=[ticket.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="2026-06-11T11:00"' in page
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_whoever_did_not_see_the_others_proposal_is_shown_it(cast: Cast, ticket: Ticket, now) -> None:
    call = propose(ticket, cast.erin)
    client, address = client_of(cast.alice), reverse("tickets:propose_call", args=[ticket.pk])
    sent = typed(ticket)
    refused = client.post(address, sent)
    assert refused.status_code == 409
    assert "Erin Wu has proposed times already" in refused.content.decode()
    assert f'name="replaces" value="{call.pk}"' in refused.content.decode()
    assert client.post(address, sent | {"replaces": str(call.pk)}).status_code == 302
    assert [each.state for each in Call.objects.order_by("pk")] == ["replaced", "proposed"]


@pytest.mark.django_db
def test_the_pages_of_both_sides(cast: Cast, ticket: Ticket, now) -> None:
    CallRoom.objects.create(template="https://meet.example/{key}")
    alice, erin, desk = (
        client_of(cast.alice),
        client_of(cast.erin),
        reverse("admin:tickets_ticket_change", args=[ticket.pk]),
    )
    new = reverse("tickets:propose_call", args=[ticket.pk])
    assert new in page_of(alice, ticket)
    assert new in erin.get(desk).content.decode()
    call = propose(ticket, cast.erin)
    assert page_of(alice, ticket).count('name="at"') == 2
    at_desk = erin.get(desk).content.decode()
    assert "the other side chooses a time" in at_desk
    assert 'name="at"' not in at_desk
    seen_by_staff = page_of(erin, ticket)
    assert reverse("tickets:cancel_call", args=[call.key]) not in seen_by_staff, "staff act at the desk"
    accept = reverse("tickets:accept_call", args=[call.key])
    assert alice.post(accept, {"at": "tomorrow"}, follow=True).status_code == 200
    assert alice.post(accept, {"at": (NOW + DAY).isoformat()}, follow=True).status_code == 200
    call.refresh_from_db()
    for page in (page_of(alice, ticket), erin.get(desk).content.decode()):
        assert call.link in page
        assert reverse("tickets:call_calendar", args=[call.key]) in page
    now(OVER)
    outcome = reverse("tickets:call_outcome", args=[call.key])
    assert outcome in page_of(alice, ticket)
    assert erin.post(outcome, {"text": "Found", "took_place": ""}).status_code == 422
    assert erin.post(outcome, {"text": "Found it.", "took_place": "yes"}).headers["Location"] == desk
    assert "took place. Erin Wu: “Found it.”" in page_of(alice, ticket)
    assert erin.post(outcome, {"text": "Another", "took_place": "yes"}).status_code == 409


@pytest.mark.django_db
def test_declining_and_calling_off_ask_for_a_reason(cast: Cast, ticket: Ticket, now) -> None:
    alice = client_of(cast.alice)
    call = propose(ticket, cast.erin)
    decline = reverse("tickets:decline_call", args=[call.key])
    assert alice.get(decline).status_code == 200
    assert alice.post(decline, {"text": ""}).status_code == 422
    assert alice.post(decline, {"text": "Next week"}).status_code == 302
    assert alice.get(decline).status_code == 302
    call = agree_on_call(cast, ticket)
    cancel = reverse("tickets:cancel_call", args=[call.key])
    assert alice.post(cancel, {"text": "We found it"}).status_code == 302
    assert "called off the screen-sharing call" in page_of(alice, ticket)
    refused = alice.post(decline, {"text": "Too late"})
    assert refused.status_code in (302, 409)


@pytest.mark.django_db
def test_the_calendar_file_is_in_the_readers_language_and_for_the_tickets_readers(
    cast: Cast, ticket: Ticket, now
) -> None:
    call = agree_on_call(cast, ticket)
    address = reverse("tickets:call_calendar", args=[call.key])
    answer = client_of(cast.bob).get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode().replace("\r\n ", "")
    assert {"METHOD:PUBLISH", "DTSTART:20260609T020000Z"} <= set(text.split("\r\n"))
    assert "ATTENDEE" not in text
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    assert "屏幕共享" in client_of(cast.alice).get(address).content.decode().replace("\r\n ", "")
    assert client_of(cast.mallory).get(address).status_code == 404
    actions.cancel_call(call=call, by=cast.erin, reason="x", now=NOW)
    assert client_of(cast.bob).get(address).status_code == 404


@pytest.mark.django_db
def test_a_page_without_calls_asks_nothing_about_them_and_one_with_a_call_once(cast: Cast, ticket: Ticket, now) -> None:
    desk = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    def asked(client: Client, address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    alice, erin = client_of(cast.alice), client_of(cast.erin)
    before = asked(alice, ticket.get_absolute_url()), asked(erin, desk)
    agree_on_call(cast, ticket)
    after = asked(alice, ticket.get_absolute_url()), asked(erin, desk)
    assert before[0] <= 15
    assert before[1] <= 21
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


@pytest.mark.django_db
def test_the_evidence_has_the_calls(cast: Cast, ticket: Ticket) -> None:
    call = agree_on_call(cast, ticket)
    note_outcome(call=call, by=cast.erin, outcome="Found.", took_place=True, now=OVER)
    told = record_of(ticket, {})["calls"]
    assert [(each["state"], each["outcome"], len(each["times"])) for each in told] == [("held", "Found.", 2)]
    assert timezone.is_aware(datetime.fromisoformat(told[0]["starts_at"]))
