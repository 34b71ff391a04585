"""Filing with the questions of a category, and adding details later: what is asked, kept, shown, and to whom."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.utils.html import escape

from accounts.models import User
from tests.answers import answered
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.admin.categories import CategoryAdmin
from tickets.asking import asked_of
from tickets.choices import EventKind, Status
from tickets.forms.questions import field_name
from tickets.migrations._questions import CATEGORIES
from tickets.models import Answer, Category, CategoryQuestion, Question, QuestionChoice, Ticket, TicketEvent

NEW, QUESTIONS = "/tickets/new/", "/tickets/new/questions/"
KINDS = sorted(CATEGORIES)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice(cast: Cast) -> Client:
    return as_(cast.alice)


def typed(cast: Cast, category: str, **changes: Any) -> dict[str, Any]:
    return {
        "submission_key": str(uuid.uuid4()), "app": str(cast.app.pk), "category": category, "severity": "p2",
        "subject": f"About {category}", "description": "Since this morning.",
    } | answered(category) | changes  # fmt: skip


def errors_of(response) -> str:
    assert response.status_code == 422
    page = response.content.decode()
    return page[page.index("error-summary") : page.index("</ul>")]


# --- Every category ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_a_ticket_of_every_kind_is_filed_with_every_question_answered(cast: Cast, alice: Client, kind: str) -> None:
    full = answered(kind, only_needed=False)
    response = alice.post(NEW, typed(cast, kind) | full)
    assert response.status_code == 302, errors_of(response)
    ticket = Ticket.objects.get()
    told = {name: value for name, value in full.items() if name.startswith("q_")}
    kept = {f"q_{answer.question.code}": answer for answer in ticket.answers.select_related("question", "choice")}
    appear = {name for name in told if name in kept}
    asked = asked_of(ticket.category)
    conditional = {field_name(each) for each in asked if each.rule.needs or each.rule.only_on}
    assert set(told) - appear - {name for name in told if name.endswith(("_until", "_zone"))} <= conditional
    for answer in kept.values():
        assert answer.choice or answer.text or answer.number is not None or answer.starts_at
    page = alice.get(ticket.get_absolute_url()).content.decode()
    for answer in kept.values():
        assert answer.question.label in page


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_needs_is_asked_for_at_once_and_not_knowing_is_an_answer(
    cast: Cast, alice: Client, kind: str
) -> None:
    bare = typed(cast, kind)
    for name in answered(kind):
        bare.pop(name, None)
    needs = [each for each in asked_of(Category.objects.get(code=kind)) if each.rule.is_required]
    unconditional = [each for each in needs if not each.rule.needs and not each.rule.only_on]
    response = alice.post(NEW, bare)
    if not unconditional:
        assert response.status_code == 302
        return
    summary = errors_of(response)
    for each in unconditional:
        assert f'href="#id_{field_name(each)}">{escape(each.question.label)}: ' in summary
    assert alice.post(NEW, bare | {f"{field_name(each)}_unknown": "on" for each in needs}).status_code == 302
    ticket = Ticket.objects.get()
    assert {answer.question.code for answer in ticket.answers.filter(is_unknown=True)} == {
        each.question.code for each in unconditional
    }


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_a_p0_of_any_kind_is_filed_with_three_fields_and_asked_for_the_rest_after(
    cast: Cast, alice: Client, kind
) -> None:
    three = {"severity": "p0", "app": str(cast.app.pk), "subject": "All down", "description": "Error 110"}
    response = alice.post(NEW, three | ({"category": kind} if kind else {}))
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == f"/tickets/{ticket.pk}/details/"
    page = alice.get(response.headers["Location"]).content.decode()
    assert "clocks are running" in page
    assert page.count('id="div_id_') == len(asked_of(ticket.category))


# --- The form ---------------------------------------------------------------------------------------------------------
def test_integration_asks_for_no_channel_whatever_is_sent(cast: Cast, alice: Client) -> None:
    page = alice.get(f"{NEW}?category=integration_howto").content.decode()
    assert 'name="channel"' not in page
    assert 'name="q_goal"' in page
    alice.post(NEW, typed(cast, "integration_howto", channel="room-7"))
    assert Ticket.objects.get().environment.channel == ""


def test_what_is_known_of_the_app_is_filled_in(cast: Cast, alice: Client) -> None:
    form = alice.get(f"{NEW}?category=no_audio").context["form"]
    assert (form["platform"].value(), form["sdk_version"].value()) == ("android", "4.2.1")
    assert form["product"].value() == str(cast.app.product_id)


def test_what_the_last_ticket_said_is_offered_and_filled_in_where_nothing_stands(cast: Cast, alice: Client) -> None:
    facts = actions.EnvironmentFacts(platform="android", device="Pixel 9", os_version="Android 15", network="wifi")
    file_ticket(cast, environment=facts)
    file_ticket(cast, by=cast.bob, environment=actions.EnvironmentFacts(device="Bob's own"))
    page = alice.get(f"{NEW}?category=stutter_freeze").content.decode()
    assert "Last time you told us: Pixel 9 · Android 15 · Wi-Fi." in page
    asked = typed(cast, "stutter_freeze", device="Mate 70", fill="last")
    form = alice.post(NEW, asked).context["form"]
    assert (form["device"].value(), form["os_version"].value()) == ("Mate 70", "Android 15")
    assert "Last time you told us" not in alice.get(f"{NEW}?category=billing_console").content.decode()


def test_typed_values_survive_another_kind_and_back(cast: Cast, alice: Client) -> None:
    told = typed(cast, "no_audio", q_mic_muted="yes", channel="room-7", ask="1")
    page = alice.post(NEW, told | {"category": "billing_console"})
    assert page.status_code == 200
    body = page.content.decode()
    assert '<input type="hidden" name="q_mic_muted" value="yes">' in body
    assert '<input type="hidden" name="channel" value="room-7">' in body
    form = alice.post(NEW, told | {"category": "no_audio"}).context["form"]
    assert form["q_mic_muted"].value() == "yes"
    assert not Ticket.objects.exists()


def test_the_questions_come_as_a_part_of_the_page_with_what_was_typed(cast: Cast, alice: Client) -> None:
    told = {"category": "join_failure", "q_error_code": "<b>110", "q_mic_muted": "yes", "platform": "ios"}
    page = alice.post(QUESTIONS, told).content.decode()
    assert 'value="&lt;b&gt;110"' in page
    assert '<input type="hidden" name="q_mic_muted" value="yes">' in page
    assert "How to get the log: iOS" in page
    assert "<html" not in page
    assert "Does a temporary console token let you join?" in page
    assert not Ticket.objects.exists()
    assert alice.get(f"{QUESTIONS}?category=nonsense&platform=%00").status_code == 200


def test_conditions_decide_what_is_needed_and_kept(cast: Cast, alice: Client) -> None:
    told = typed(cast, "recording_cdn", q_rest_service="push", q_push_host="live.example", q_resource_id="r1")
    assert alice.post(NEW, told).status_code == 302
    kept = set(Ticket.objects.get().answers.values_list("question__code", flat=True))
    assert "push_host" in kept
    assert "resource_id" not in kept
    told = typed(cast, "recording_cdn", q_rest_service="push", q_push_host="", q_resource_id="not one id")
    summary = errors_of(alice.post(NEW, told))
    assert 'href="#id_q_push_host"' in summary
    assert "resource_id" not in summary  # not asked, not judged


def test_a_question_of_one_platform_is_needed_there_alone(cast: Cast, alice: Client) -> None:
    told = typed(cast, "crash_anr", q_build_abi="", platform="ios")
    assert alice.post(NEW, told).status_code == 302
    assert "id_q_build_abi" in errors_of(alice.post(NEW, typed(cast, "crash_anr", q_build_abi="", platform="android")))


def test_answers_are_kept_in_the_column_of_their_type(cast: Cast, alice: Client) -> None:
    told = typed(
        cast, "recording_cdn", q_rest_status="404 / kNoTask", q_started_at="2026-06-01T10:00",
        q_started_at_until="2026-06-01T10:30", q_started_at_zone="Asia/Shanghai",
    )  # fmt: skip
    told["q_rest_status"] = "404, kNoTask"
    alice.post(NEW, told)
    alice.post(NEW, typed(cast, "latency", q_delay_measured="1,200 ms"))
    started = Answer.objects.get(question__code="started_at")
    assert (started.starts_at, started.ends_at) == (
        dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, 2, 30, tzinfo=dt.UTC),
    )  # fmt: skip
    assert started.zone == "Asia/Shanghai"
    assert Answer.objects.get(question__code="rest_status").key == "404, knotask"
    assert Answer.objects.get(question__code="delay_measured").number == Decimal(1200)
    assert Answer.objects.get(question__code="viewer_kind").choice.code == "rtc"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"occurred_until": "2026-06-01T10:57"}, "The end is before the beginning"),
        ({"occurred_at": "", "occurred_until": "2026-06-01T10:57"}, "Give the beginning"),
        ({"occurred_until": "soon"}, "like 2026-11-22 14:05"),
        ({"q_mic_muted": "perhaps"}, "Choose from the list"),
        ({"q_mic_muted": "yes\x00"}, "Choose from the list"),
        ({"sdk_version": "newest"}, "in digits"),
        ({"user_local": "x"}, ""),
        ({"channel": "a\x00b"}, "cannot be stored"),
        ({"channel": "x" * 129}, "At most 128"),
        ({"steps": "x" * 20001}, "At most 20000"),
        ({"q_user_local": "x" * 300}, "255"),
    ],
)
def test_an_answer_that_cannot_be_is_explained_and_kept_in_the_form(cast: Cast, alice: Client, changes, words) -> None:
    response = alice.post(NEW, typed(cast, "no_audio", **changes))
    if not words:
        assert response.status_code == 302
        return
    assert words in errors_of(response)
    assert not Ticket.objects.exists()
    for value in changes.values():
        if "\x00" not in value and "perhaps" not in value:
            assert value in response.content.decode()


def test_two_tickets_of_a_double_click_have_one_set_of_answers(cast: Cast, alice: Client) -> None:
    page = typed(cast, "no_audio")
    for _again in range(5):
        alice.post(NEW, page)
    assert Ticket.objects.count() == 1
    assert Answer.objects.filter(question__code="mic_muted").count() == 1


# --- Details ----------------------------------------------------------------------------------------------------------
def details_of(ticket: Ticket) -> str:
    return f"/tickets/{ticket.pk}/details/"


def shown_on(client: Client, ticket: Ticket) -> dict[str, str]:
    """What the open page would send: each field, and beside it what it showed."""
    form = client.get(details_of(ticket)).context["form"]
    sent: dict[str, str] = {}
    for bound in form:
        value = bound.value()
        text = value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, dt.datetime) else str(value or "")
        sent |= {bound.html_name: text, bound.html_initial_name: text}
    return sent


def test_details_added_later_are_an_event_and_stand_on_both_pages(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, severity="p0")
    sent = shown_on(alice, ticket) | {"q_stutter_what": "both", "device": "Pixel 9", "q_freeze_rate": "12,5 %"}
    assert alice.post(details_of(ticket), sent).headers["Location"] == ticket.get_absolute_url()
    event = TicketEvent.objects.get(kind=EventKind.DETAILS_ADDED)
    assert event.actor == cast.alice
    assert {change.get("question") or change["fact"] for change in event.data["changes"]} == {
        "stutter_what", "device", "freeze_rate",
    }  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.environment.device, ticket.environment.channel) == ("Pixel 9", "room-1")
    for client, path in (
        (alice, ticket.get_absolute_url()), (as_(cast.erin), f"/admin/tickets/ticket/{ticket.pk}/change/"),
    ):  # fmt: skip
        page = client.get(path).content.decode()
        assert "Pixel 9" in page
        assert "12.5 %" in page
        assert "Alice Chen added details" in page


def test_what_is_sent_again_changes_nothing(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    sent = shown_on(alice, ticket) | {"q_stutter_what": "both"}
    for _again in range(3):
        alice.post(details_of(ticket), sent)
    assert TicketEvent.objects.filter(kind=EventKind.DETAILS_ADDED).count() == 1


def test_what_was_told_is_there_to_be_mended_and_the_event_keeps_what_stood_before(cast: Cast, alice: Client) -> None:
    alice.post(NEW, typed(cast, "latency", q_delay_measured="900", q_viewer_kind="cdn"))
    ticket = Ticket.objects.get()
    sent = shown_on(alice, ticket)
    assert (sent["q_delay_measured"], sent["q_viewer_kind"], sent["occurred_at"]) == ("900", "cdn", "2026-06-01T10:58")
    assert sent["occurred_zone"] == "Europe/Berlin"
    alice.post(details_of(ticket), sent | {"q_delay_measured": "950", "q_viewer_kind": ""})
    event = TicketEvent.objects.get(kind=EventKind.DETAILS_ADDED)
    assert {(each["question"], each["before"]) for each in event.data["changes"]} == {
        ("delay_measured", "900"), ("viewer_kind", "cdn"),
    }  # fmt: skip
    assert not ticket.answers.filter(question__code="viewer_kind").exists()


def test_two_who_add_at_once_take_nothing_from_each_other(cast: Cast, alice: Client) -> None:
    ticket, bob = file_ticket(cast), as_(cast.bob)
    of_alice, of_bob = shown_on(alice, ticket), shown_on(bob, ticket)
    alice.post(details_of(ticket), of_alice | {"q_stutter_what": "both", "device": "Pixel 9"})
    bob.post(details_of(ticket), of_bob | {"q_stutter_who": "all", "os_version": "15"})
    ticket.refresh_from_db()
    assert set(ticket.answers.values_list("question__code", flat=True)) == {"stutter_what", "stutter_who"}
    assert (ticket.environment.device, ticket.environment.os_version) == ("Pixel 9", "15")
    assert ticket.followers.filter(user=cast.bob).exists()


def test_a_ticket_that_waited_for_its_customer_goes_on(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which device?", now=NOW)
    alice.post(details_of(ticket), shown_on(alice, ticket))
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING_CUSTOMER  # nothing was added
    alice.post(details_of(ticket), shown_on(alice, ticket) | {"device": "Pixel 9"})
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


def test_mistakes_in_details_are_explained_and_keep_the_rest(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    sent = shown_on(alice, ticket) | {"q_freeze_rate": "a lot", "device": "Pixel 9"}
    response = alice.post(details_of(ticket), sent)
    assert "Give a number" in errors_of(response)
    assert 'value="Pixel 9"' in response.content.decode()
    assert not TicketEvent.objects.filter(kind=EventKind.DETAILS_ADDED).exists()


def test_a_solved_ticket_asks_nothing_more(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    sent = shown_on(alice, ticket) | {"device": "Pixel 9"}
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    assert alice.get(details_of(ticket)).headers["Location"] == ticket.get_absolute_url()
    assert alice.post(details_of(ticket), sent).status_code == 409
    ticket.refresh_from_db()
    assert ticket.environment.device == ""


def test_nobody_else_sees_or_adds_answers(cast: Cast, alice: Client) -> None:
    alice.post(NEW, typed(cast, "no_audio"))
    ticket = Ticket.objects.get()
    Ticket.objects.filter(pk=ticket.pk).update(is_shared=False)
    for person in (cast.mallory, cast.bob):
        assert as_(person).get(details_of(ticket)).status_code == 404
        assert as_(person).post(details_of(ticket), {"device": "x", "initial-device": ""}).status_code == 404
        assert not Answer.objects.visible_to(person).exists()
    assert Answer.objects.visible_to(cast.alice).count() == Answer.objects.visible_to(cast.erin).count() > 0


def test_the_page_costs_the_same_however_much_was_answered(
    cast: Cast, alice: Client, django_assert_max_num_queries
) -> None:
    alice.post(NEW, typed(cast, "stutter_freeze") | answered("stutter_freeze", only_needed=False))
    ticket = Ticket.objects.get()
    for path, most in (
        (ticket.get_absolute_url(), 15),
        (details_of(ticket), 12),
        (f"{NEW}?category=stutter_freeze", 18),
    ):
        alice.get(path)
        with django_assert_max_num_queries(most):
            alice.get(path)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sdk_version": "latest"}, "SDK version: latest"),
        ({"q_error_code": "(one)\nhundred"}, "Error code: (one) hundred"),
        ({"device": "iPhone " * 30}, "Device model: iPhone iPhone"),
        ({"occurred_at": "yesterday", "occurred_until": "2026-06-08T10:00"}, "happened: yesterday – 2026-06-08T10:00"),
        ({"occurred_at": "", "occurred_until": "2026-06-08T10:00"}, "happened: 2026-06-08T10:00"),
        ({"platform": "toaster"}, "Platform: toaster"),
    ],
    ids=["version", "code", "length", "time", "beginning", "choice"],
)
def test_no_mistake_in_an_answer_holds_up_a_p0_and_what_was_typed_goes_along(
    cast: Cast, alice: Client, wrong: dict[str, str], words: str
) -> None:
    errors_of(alice.post(NEW, typed(cast, "join_failure", **wrong)))
    answer = alice.post(NEW, typed(cast, "join_failure", severity="p0", channel="room-7", **wrong))
    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == f"/tickets/{ticket.pk}/details/"
    assert words in ticket.messages.get().body
    assert ticket.environment.channel == "room-7"
    assert alice.get(answer.headers["Location"]).status_code == 200


# --- The admin --------------------------------------------------------------------------------------------------------
def inline(category: Category, *changes: dict[str, Any]) -> dict[str, Any]:
    """The category's page as it stands, with rows changed or added."""
    rows = [
        {"id": row.pk, "position": row.position, "question": row.question_id, "only_if": row.only_if_id or "",
         "only_on": row.only_on, **({"is_required": "on"} if row.is_required else {})}
        for row in category.questions.all()
    ]  # fmt: skip
    started = len(rows)
    rows += [dict(change) for change in changes]
    sent = {f"questions-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    names = ("name_en", "name_zh", "example_en", "example_zh", "first_question_en", "first_question_zh",
             "attachments_en", "attachments_zh", "position")  # fmt: skip
    return sent | {name: getattr(category, name) for name in names} | {
        "questions-TOTAL_FORMS": len(rows), "questions-INITIAL_FORMS": started, "is_offered": "on",
    }  # fmt: skip


def test_an_administrator_writes_a_question_and_asks_it(cast: Cast, alice: Client) -> None:
    ada = as_(cast.ada)
    new = {
        "code": "moon", "kind": "choice", "group": "problem", "label_en": "Is the moon full", "label_zh": "是否满月",
        "pattern": "any", "choices-TOTAL_FORMS": 2, "choices-INITIAL_FORMS": 0, "choices-0-code": "yes",
        "choices-0-label_en": "Yes", "choices-0-label_zh": "是", "choices-0-position": 1, "choices-1-code": "no",
        "choices-1-label_en": "No", "choices-1-label_zh": "否", "choices-1-position": 2,
    }  # fmt: skip
    assert ada.post("/admin/tickets/question/add/", new).status_code == 302
    question = Question.objects.get(code="moon")
    category = Category.objects.get(code="billing_console")
    row = {"position": 1, "question": question.pk, "is_required": "on", "only_if": "", "only_on": ""}
    answer = ada.post(f"/admin/tickets/category/{category.pk}/change/", inline(category, row))
    assert answer.status_code == 302
    assert category.questions.first().question == question
    page = alice.get(f"{NEW}?category=billing_console").content.decode()
    assert "Is the moon full" in page
    assert page.index("Is the moon full") < page.index("Billing period")
    assert 'href="#id_q_moon"' in errors_of(alice.post(NEW, typed(cast, "billing_console") | {"q_moon": ""}))


def test_a_question_that_is_added_comes_last(cast: Cast) -> None:
    category = Category.objects.get(code="billing_console")
    page = as_(cast.ada).get(f"/admin/tickets/category/{category.pk}/change/").content.decode()
    offered = re.search(r'name="questions-__prefix__-position" value="(\d+)"', page)
    assert offered is not None
    assert int(offered[1]) > max(category.questions.values_list("position", flat=True))


def test_conditions_that_can_never_be_met_are_refused(cast: Cast) -> None:
    ada, category = as_(cast.ada), Category.objects.get(code="recording_cdn")
    path, before = f"/admin/tickets/category/{category.pk}/change/", category.questions.count()
    elsewhere = QuestionChoice.objects.get(question__code="uses_token", code="yes")
    row = {"position": 99, "question": Question.objects.get(code="scope").pk, "only_if": elsewhere.pk, "only_on": ""}
    assert "Select a valid choice" in ada.post(path, inline(category, row)).content.decode()
    sent = inline(category)
    for number in range(before):
        if sent[f"questions-{number}-question"] == Question.objects.get(code="rest_service").pk:
            own = QuestionChoice.objects.get(question__code="rest_service", code="push").pk
            itself = sent | {f"questions-{number}-only_if": own}
            gone = sent | {f"questions-{number}-DELETE": "on"}
    assert "cannot depend on its own answer" in ada.post(path, itself).content.decode()
    assert "does not ask that question" in ada.post(path, gone).content.decode()
    assert category.questions.count() == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "text", "fact": "platform"}, "of the type"),
        ({"kind": "number", "least": "5", "most": "1"}, "less than the least"),
        ({"kind": "choice", "least": "1"}, "Only numbers and texts"),
        ({"kind": "number", "pattern": "error_code"}, "Only a line of text"),
        ({"kind": "text", "unit_en": "ms"}, "Only numbers have a unit"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused(cast: Cast, changes: dict[str, str], words: str) -> None:
    Question.objects.filter(fact="platform").update(fact="")
    new = {
        "code": "odd", "group": "problem", "label_en": "Odd", "label_zh": "奇怪", "pattern": "any",
        "choices-TOTAL_FORMS": 0, "choices-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = as_(cast.ada).post("/admin/tickets/question/add/", new | changes)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Question.objects.filter(code="odd").exists()


def test_the_page_of_a_category_costs_the_same_for_many_questions(cast: Cast) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    ada, category = as_(cast.ada), Category.objects.get(code="billing_console")
    path, counts = f"/admin/tickets/category/{category.pk}/change/", []
    for _time in range(2):
        ada.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert ada.get(path).status_code == 200
        counts.append(len(asked))
        for number, question in enumerate(Question.objects.exclude(asked_in__category=category)[:30]):
            CategoryQuestion.objects.create(category=category, question=question, position=200 + number)
    assert counts[0] == counts[1]


def test_an_answered_question_cannot_be_deleted(cast: Cast, alice: Client) -> None:
    alice.post(NEW, typed(cast, "no_audio"))
    question = Question.objects.get(code="mic_muted")
    as_(cast.ada).post(f"/admin/tickets/question/{question.pk}/delete/", {"post": "yes"})
    assert Question.objects.filter(pk=question.pk).exists()


def test_the_numbers_of_the_form_match_its_names(cast: Cast, alice: Client) -> None:
    """Every control has a label of its own, and no id stands twice."""
    for kind in KINDS:
        page = alice.get(f"{NEW}?category={kind}").content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), kind


def test_a_kind_that_is_switched_off_is_offered_no_more_and_its_tickets_keep_it(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, category=Category.objects.get(code="black_screen"))
    Category.objects.filter(code="black_screen").update(is_offered=False)
    assert 'value="black_screen"' not in alice.get(NEW).content.decode()
    refused = alice.post(NEW, typed(cast, "black_screen"))
    assert refused.status_code == 422
    assert "id_category" in errors_of(refused)
    assert ticket.category.name in alice.get(ticket.get_absolute_url()).content.decode()


def test_what_fits_nowhere_else_always_has_a_kind(cast: Cast) -> None:
    form = CategoryAdmin(Category, admin.site).get_form(RequestFactory().get("/"))
    other = form(
        {"code": "other", "name_en": "Other", "name_zh": "其他", "position": "1"}, instance=Category(code="other")
    )
    assert "is_offered" in other.errors
