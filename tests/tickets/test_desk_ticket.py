"""The desk's page of a ticket: each button is one action, nothing else can be changed, nothing typed is lost."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Tier
from sla.choices import ClockKind
from tests.cast import NOW, file_ticket
from tickets import actions
from tickets.choices import EventKind, MessageKind, Status
from tickets.models import Attachment, Clock, Message, Ticket, TicketEvent

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def five_past():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def ticket(cast):
    return file_ticket(cast)


@pytest.fixture
def at_desk(client, cast):
    client.force_login(cast.erin)
    return client


def page_of(ticket):
    return f"/admin/tickets/ticket/{ticket.pk}/change/"


def act(client, ticket, name, **data):
    return client.post(f"/admin/tickets/ticket/{ticket.pk}/acts/{name}/", data)


def letter(client, ticket, name="reply", kind="public", **data):
    seen = TicketEvent.objects.filter(ticket=ticket).order_by("-pk").values_list("pk", flat=True).first()
    given = {"submission_key": uuid.uuid4(), "seen": seen, "kind": kind, "body": "Which version do you run?"}
    return act(client, ticket, name, **(given | data))


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))


def test_the_page_shows_all_that_an_engineer_needs(at_desk, cast, ticket):
    cast.acme.success_manager = cast.max
    cast.acme.save()
    actions.note(ticket=ticket, by=cast.frank, body="Looks like the simulcast regression", now=NOW)
    page = at_desk.get(page_of(ticket)).content.decode()
    for words in (
        "Video freezes after 30 s", "P2 Normal", "Nobody yet", "Acme Live", "Standard", "Alice Chen",
        "alice@example.test", "Max Lin", "Acme Meet", "4.2.1", "room-1", cast.category.name, "It is 10:05 there",
        "Looks like the simulcast regression", "Internal note: customers never see this", "First response", "Resolution",
        "Our turn.",
    ):  # fmt: skip
        assert words in page, words


def test_a_public_reply_answers_the_customer_and_stops_the_first_response_clock(at_desk, cast, ticket):
    answer = letter(at_desk, ticket)
    assert answer.headers["Location"] == f"{page_of(ticket)}#newest"
    message = Message.objects.get(ticket=ticket, author=cast.erin)
    assert (message.kind, message.body) == (MessageKind.PUBLIC, "Which version do you run?")
    assert Clock.objects.get(ticket=ticket, kind=ClockKind.FIRST_RESPONSE).stopped_at == LATER
    assert fresh(ticket).status == Status.OPEN


def test_reply_and_wait_sends_and_pauses(at_desk, ticket):
    letter(at_desk, ticket, "reply-and-wait")
    assert kinds(ticket)[-2:] == [EventKind.REPLIED, EventKind.WAITED_ON_CUSTOMER]
    assert fresh(ticket).status == Status.WAITING_CUSTOMER


def test_an_internal_note_never_reaches_the_customer(at_desk, cast, ticket):
    letter(at_desk, ticket, "note", kind="internal", body="Their token server is the cause")
    note = Message.objects.get(ticket=ticket, author=cast.erin)
    assert note.is_internal
    assert not Message.objects.visible_to(cast.alice).filter(pk=note.pk).exists()
    assert Clock.objects.get(ticket=ticket, kind=ClockKind.FIRST_RESPONSE).stopped_at is None


@pytest.mark.parametrize(
    ("name", "kind"), [("reply", "internal"), ("note", "public"), ("resolve", "public"), ("reply", "")]
)
def test_paper_and_button_must_agree_or_nothing_is_sent(at_desk, cast, ticket, name, kind):
    answer = letter(at_desk, ticket, name, kind=kind, body="Between us: they are wrong")
    assert answer.status_code == 422
    assert "Between us: they are wrong" in answer.content.decode()
    assert not Message.objects.filter(ticket=ticket, author=cast.erin).exists()


def test_resolving_tells_the_customer_and_keeps_what_was_found(at_desk, cast, ticket):
    letter(
        at_desk,
        ticket,
        "resolve",
        kind="resolve",
        body="Take 4.2.2",
        cause="Lost key frame",
        fix="4.2.2",
        prevention="Pin",
    )
    found = ticket.resolutions.get()
    assert (found.by, found.cause, found.fix, found.prevention) == (cast.erin, "Lost key frame", "4.2.2", "Pin")
    assert fresh(ticket).status == Status.RESOLVED
    assert Message.objects.get(ticket=ticket, author=cast.erin).body == "Take 4.2.2"
    assert "Lost key frame" in at_desk.get(page_of(ticket)).content.decode()


def test_resolving_without_a_word_to_the_customer_keeps_what_was_typed(at_desk, ticket):
    answer = letter(at_desk, ticket, "resolve", kind="resolve", body=" ", cause="Lost key frame")
    assert answer.status_code == 422
    assert "Write to the customer what the solution is." in answer.content.decode()
    assert "Lost key frame" in answer.content.decode()
    assert fresh(ticket).status == Status.OPEN


def test_take_and_assign(at_desk, cast, ticket):
    act(at_desk, ticket, "take")
    assert fresh(ticket).assignee == cast.erin
    act(at_desk, ticket, "assign", to=cast.frank.pk)
    assert fresh(ticket).assignee == cast.frank
    assert act(at_desk, ticket, "assign", to=cast.alice.pk).status_code == 422
    assert act(at_desk, ticket, "assign", to="x").status_code == 422
    assert fresh(ticket).assignee == cast.frank
    act(at_desk, ticket, "assign", to="")
    assert fresh(ticket).assignee is None


def test_start_wait_and_resume(at_desk, ticket):
    act(at_desk, ticket, "start")
    assert fresh(ticket).status == Status.IN_PROGRESS
    act(at_desk, ticket, "wait-internally")
    assert fresh(ticket).status == Status.WAITING_INTERNAL
    act(at_desk, ticket, "resume")
    assert fresh(ticket).status == Status.OPEN
    assert kinds(ticket)[-3:] == [EventKind.STARTED, EventKind.WAITED_INTERNALLY, EventKind.RESUMED]


def test_waiting_on_a_customer_who_has_no_answer_is_refused_in_words(at_desk, ticket):
    answer = act(at_desk, ticket, "wait-on-customer")
    assert answer.status_code == 409
    assert "The customer has no answer yet" in answer.content.decode()
    assert fresh(ticket).status == Status.OPEN


def test_severity_changes_with_a_reason_only(at_desk, ticket):
    answer = act(at_desk, ticket, "severity", severity="p0", reason=" ")
    assert answer.status_code == 422
    assert fresh(ticket).severity == "p2"
    act(at_desk, ticket, "severity", severity="p0", reason="All viewers hit")
    assert fresh(ticket).severity == "p0"
    assert TicketEvent.objects.get(ticket=ticket, kind=EventKind.SEVERITY_CHANGED).data["reason"] == "All viewers hit"
    assert act(at_desk, ticket, "severity", severity="p7", reason="x").status_code == 422


def test_reopening_needs_a_reason_and_tells_the_customer(at_desk, cast, ticket):
    actions.resolve(ticket=ticket, by=cast.frank, message="Done", cause="", fix="", prevention="", now=NOW)
    seen = TicketEvent.objects.latest("pk").pk
    empty = act(at_desk, ticket, "reopen", reason="", submission_key=uuid.uuid4(), seen=seen)
    assert empty.status_code == 422
    act(at_desk, ticket, "reopen", reason="The fix was pulled", submission_key=uuid.uuid4(), seen=seen)
    assert fresh(ticket).status == Status.OPEN
    assert Message.objects.visible_to(cast.alice).filter(body="The fix was pulled").exists()


def test_a_double_click_sends_one_letter(at_desk, cast, ticket):
    key = uuid.uuid4()
    for _click in range(2):
        assert letter(at_desk, ticket, submission_key=key).status_code == 302
    assert Message.objects.filter(ticket=ticket, author=cast.erin).count() == 1


@pytest.mark.parametrize("by", ["frank", "alice"])
@pytest.mark.parametrize("name", ["reply", "reply-and-wait", "resolve"])
def test_a_letter_waits_while_its_writer_has_not_seen_what_another_wrote(at_desk, cast, ticket, by, name):
    seen = TicketEvent.objects.filter(ticket=ticket).latest("pk").pk
    other = getattr(cast, by)
    write = actions.reply if other.is_staff else actions.customer_reply
    write(ticket=ticket, by=other, body="Wait, I found it", now=LATER - dt.timedelta(seconds=20))
    key = uuid.uuid4()
    kind = "resolve" if name == "resolve" else "public"
    held = letter(at_desk, ticket, name, kind=kind, seen=seen, submission_key=key, body="My long answer")
    page = held.content.decode()
    assert held.status_code == 409
    assert f"{other.name} wrote 20 s ago" in page
    assert "My long answer" in page
    assert "anyway" in page
    assert not Message.objects.filter(author=cast.erin).exists()
    again = letter(
        at_desk, ticket, name, kind=kind, seen=held.context["seen"], submission_key=key, body="My long answer"
    )
    assert again.status_code == 302
    assert Message.objects.filter(author=cast.erin).count() == 1


def test_one_s_own_letter_and_an_internal_answer_hold_nothing_back(at_desk, cast, ticket):
    seen = TicketEvent.objects.filter(ticket=ticket).latest("pk").pk
    letter(at_desk, ticket)
    assert letter(at_desk, ticket, seen=seen).status_code == 302
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Hello?", now=LATER)
    assert letter(at_desk, ticket, "note", kind="internal", seen=seen).status_code == 302


def test_files_go_with_the_letter_and_outlive_a_mistake(at_desk, cast, ticket):
    key = uuid.uuid4()
    files = [SimpleUploadedFile("patch.diff", b"--- a"), SimpleUploadedFile("empty.log", b"")]
    refused = letter(at_desk, ticket, submission_key=key, files=files)
    assert refused.status_code == 422
    assert "empty.log" in refused.content.decode()
    assert "patch.diff" in refused.content.decode()
    letter(at_desk, ticket, submission_key=key)
    message = Message.objects.get(ticket=ticket, author=cast.erin)
    assert [each.name for each in message.attachments.all()] == ["patch.diff"]
    assert "patch.diff" in at_desk.get(page_of(ticket)).content.decode()


def test_a_kept_file_can_be_removed_before_sending(at_desk, ticket):
    key = uuid.uuid4()
    letter(at_desk, ticket, submission_key=key, kind="", files=[SimpleUploadedFile("wrong.log", b"secret")])
    kept = Attachment.objects.get(draft_key=key)
    answer = letter(at_desk, ticket, submission_key=key, discard=str(kept.key), body="Still typing")
    assert answer.status_code == 200
    assert "Still typing" in answer.content.decode()
    assert not Attachment.objects.filter(draft_key=key).exists()


@pytest.mark.parametrize(
    "data",
    [
        {"body": "\x00"}, {"body": "x" * 60_000}, {"submission_key": "x"}, {"submission_key": ""}, {"kind": "z"},
        {"seen": "x"}, {"seen": "-1"}, {"body": ""}, {"discard": "x"}, {"discard": "\x00"}, {"cause": "\x00"},
    ],
)  # fmt: skip
def test_bad_input_gets_a_clear_answer_and_sends_nothing(at_desk, cast, ticket, data):
    assert letter(at_desk, ticket, **data).status_code in (200, 422)
    assert not Message.objects.filter(author=cast.erin).exists()


def test_a_key_of_another_ticket_is_refused(at_desk, cast, ticket):
    other = file_ticket(cast)
    key = Message.objects.get(ticket=other).submission_key
    assert letter(at_desk, ticket, submission_key=key).status_code == 422


def test_raw_fields_cannot_be_written(client, cast, ticket):
    client.force_login(cast.ada)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    stolen = {
        "status": "closed", "tier": "rnd", "assignee": cast.ada.pk, "severity": "p0", "subject": "Other",
        "next_due_at": "", "sla_terms": "{}", "clocks-0-breached_at": "",
    }  # fmt: skip
    assert client.post(page_of(ticket), stolen).status_code == 405
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    act(client, ticket, "start", **stolen)
    after = Ticket.objects.filter(pk=ticket.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "updated_at"}
    assert after["status"] == Status.IN_PROGRESS


@pytest.mark.parametrize("name", ["reply", "note", "take", "resolve", "severity", "assign", "start", "reopen"])
@pytest.mark.parametrize("who", ["alice", "mallory"])
def test_customers_cannot_act_at_the_desk(client, cast, ticket, who, name):
    client.force_login(getattr(cast, who))
    before = kinds(ticket)
    answer = letter(client, ticket, name, severity="p0", reason="x", to=cast.erin.pk)
    assert answer.status_code in (302, 403, 404)
    assert kinds(ticket) == before


@pytest.mark.parametrize("who", ["alice", "mallory", None])
def test_customers_and_strangers_read_nothing_here(client, cast, ticket, who):
    actions.note(ticket=ticket, by=cast.frank, body="Secret note", now=NOW)
    if who:
        client.force_login(getattr(cast, who))
    for address in (
        page_of(ticket),
        f"/admin/tickets/ticket/{ticket.pk}/news/",
        f"/admin/tickets/ticket/{ticket.pk}/history/",
    ):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404)
        assert "Secret note" not in answer.content.decode()


@pytest.mark.parametrize("who", ["erin", "frank", "rita", "mona", "max", "ada"])
def test_all_staff_open_the_page_and_may_act(client, cast, ticket, who):
    client.force_login(getattr(cast, who))
    assert client.get(page_of(ticket)).status_code == 200
    assert letter(client, ticket).status_code == 302


@pytest.mark.parametrize(
    "address", ["999999/change/", "9" * 30 + "/change/", "x/change/", "999999/acts/take/", "999999/news/"]
)
def test_a_ticket_that_is_not_there_is_not_found(at_desk, cast, address):
    assert at_desk.get(f"/admin/tickets/ticket/{address}").status_code == 404


def test_an_act_that_is_not_there_is_not_found_and_reading_changes_nothing(at_desk, ticket):
    assert act(at_desk, ticket, "close").status_code == 404
    before = kinds(ticket)
    assert at_desk.get(f"/admin/tickets/ticket/{ticket.pk}/acts/take/").status_code == 302
    assert kinds(ticket) == before


def test_the_history_leads_to_the_ticket_s_own_timeline(at_desk, ticket):
    assert at_desk.get(f"/admin/tickets/ticket/{ticket.pk}/history/").headers["Location"] == page_of(ticket)


@pytest.mark.parametrize(
    ("status", "offered", "missing"),
    [
        (Status.OPEN, {"reply", "note", "resolve", "start", "take", "severity"}, {"reopen", "resume"}),
        (Status.WAITING_CUSTOMER, {"reply", "note", "resolve", "resume"}, {"start", "wait-on-customer", "reopen"}),
        (Status.RESOLVED, {"note", "reopen", "take"}, {"reply", "resolve", "severity", "start"}),
        (Status.CLOSED, {"note"}, {"reply", "resolve", "reopen", "take", "severity"}),
    ],
)
def test_only_what_is_possible_now_is_offered(at_desk, ticket, status, offered, missing):
    Ticket.objects.filter(pk=ticket.pk).update(status=status)
    page = at_desk.get(page_of(ticket)).content.decode()
    for name in offered:
        assert f"/acts/{name}/" in page, name
    for name in missing:
        assert f"/acts/{name}/" not in page, name


def lead(page):
    """The one primary act of the row over the conversation."""
    row = page[page.index('class="desk-acts"') : page.index('class="ticket-body"')]
    return re.findall(r'class="btn btn-primary btn-sm[^>]*>([^<]+)<', row)


def test_one_act_leads_by_state(at_desk, cast, ticket):
    def shown():
        page = at_desk.get(page_of(ticket)).content.decode()
        return re.sub(r'<form class="menu-list.*?</form>', "", page, flags=re.DOTALL)

    assert lead(shown()) == ["Assign to me"]
    actions.take(ticket=ticket, by=cast.erin, now=LATER)
    assert lead(shown()) == ["Reply"]
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.WAITING_INTERNAL)
    assert lead(shown()) == ["Stop waiting"]
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.WAITING_CUSTOMER)
    assert lead(shown()) == []


def test_r_and_d_hands_nothing_up(at_desk, ticket):
    assert f"/escalations/tickets/{ticket.pk}/hand-up/" in at_desk.get(page_of(ticket)).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(tier=Tier.RND)
    assert f"/escalations/tickets/{ticket.pk}/hand-up/" not in at_desk.get(page_of(ticket)).content.decode()


def test_the_number_of_questions_does_not_grow_with_the_conversation(at_desk, cast, ticket):
    def questions():
        with CaptureQueriesContext(connection) as captured:
            assert at_desk.get(page_of(ticket)).status_code == 200
        return len(captured)

    questions()
    few = questions()
    for number in range(70):
        write = actions.reply if number % 2 else actions.note
        write(ticket=ticket, by=(cast.erin, cast.frank)[number % 2], body=f"Letter {number}", now=LATER)
    questions()
    many = questions()
    assert 5 < few == many <= 21


def test_a_long_conversation_shows_its_newest_letters_and_leads_back(at_desk, cast, ticket):
    for number in range(60):
        actions.note(ticket=ticket, by=cast.frank, body=f"Letter number {number} ends", now=LATER)
    newest = at_desk.get(page_of(ticket))
    assert "Letter number 59 ends" in newest.content.decode()
    assert "Letter number 3 ends" not in newest.content.decode()
    earlier = at_desk.get(page_of(ticket), {"before": newest.context["thread"].earlier}).content.decode()
    assert "Letter number 3 ends" in earlier
    for nonsense in ("x", "-1", "9" * 30):
        assert at_desk.get(page_of(ticket), {"before": nonsense}).status_code == 200


def test_the_open_page_hears_what_others_did(at_desk, cast, ticket):
    latest = TicketEvent.objects.latest("pk").pk
    address = f"/admin/tickets/ticket/{ticket.pk}/news/?after={latest}"
    assert at_desk.get(address).json() == {"latest": 0, "words": ""}
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Now it is worse", now=LATER)
    assert at_desk.get(address).json()["words"] == "Alice Chen wrote · show"


def test_letters_that_came_since_the_last_visit_are_marked(at_desk, cast, ticket):
    at_desk.get(page_of(ticket))
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Now it is worse", now=LATER)
    first, second = at_desk.get(page_of(ticket)), at_desk.get(page_of(ticket))
    assert [item.is_new for item in first.context["thread"].items if item.is_letter] == [False, True]
    assert [item.is_new for item in second.context["thread"].items if item.is_letter] == [False, False]


def test_taking_what_a_colleague_took_meanwhile_is_refused_and_says_who(at_desk, cast, ticket):
    actions.take(ticket=ticket, by=cast.frank, now=LATER)
    answer = act(at_desk, ticket, "take", owner=0)  # the page still showed nobody
    assert answer.status_code == 409
    assert "Frank Zhao took this ticket a moment ago." in answer.content.decode()
    assert fresh(ticket).assignee == cast.frank
    assert act(at_desk, ticket, "take", owner=cast.frank.pk).status_code == 302
    assert fresh(ticket).assignee == cast.erin
