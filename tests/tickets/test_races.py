"""Two people, or a person and the sweep, at the same instant over real connections."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.db.models import ProtectedError

from accounts.models import Organisation
from delivery import sending
from delivery.actions import owe_email
from delivery.models import OutboundMessage
from escalation import sweep
from escalation.actions import hand_up
from escalation.models import Escalation
from notifications import fan_out
from tests.cast import NOW, Cast, file_ticket, make_cast
from tickets import actions
from tickets.choices import EventKind
from tickets.drafting import Stand
from tickets.errors import ActionRefused, DraftMoved
from tickets.models import Draft, Message, Rating, Resolution, Ticket, TicketEvent

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 8
DUE = NOW + dt.timedelta(minutes=15)
TICK = dt.timedelta(microseconds=1)


@pytest.fixture
def people(transactional_db: None) -> Cast:
    if connection.vendor != "postgresql":
        pytest.skip("real concurrent connections are PostgreSQL's to show; SQLite has one writer")
    return make_cast()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each made of its work, all started together; a refusal is a result, any other error fails the test."""
    gate, results, errors = threading.Barrier(len(works)), [None] * len(works), []

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[place] = work()
        except ActionRefused as refusal:
            results[place] = refusal
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_an_answer_at_the_due_and_a_sweep_just_after_it_never_both_win(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")
        at_once(
            lambda ticket=ticket: actions.reply(ticket=ticket, by=people.erin, body="Looking.", now=DUE),
            lambda: sweep.run(DUE + TICK),
            lambda: fan_out.run(DUE),
        )
        ticket.refresh_from_db()
        clock = ticket.clocks.get(kind="first_response")
        assert clock.stopped_at is not None
        if clock.state == "met":
            assert ticket.tier == "t1"
            assert not Escalation.objects.filter(ticket=ticket).exists()
        else:
            assert clock.breached_at == DUE
        assert [each.step for each in clock.segments.all()] == ["started", "stopped"]


def test_a_reply_sent_twice_at_once_is_written_once(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket, key = file_ticket(people, severity="p0"), uuid.uuid4()

        def send(ticket: Ticket = ticket, key: uuid.UUID = key) -> Message:
            return actions.customer_reply(
                ticket=ticket, by=people.alice, body="More.", submission_key=key, now=NOW + TICK
            )

        first, second, third = at_once(send, send, send)
        assert first.pk == second.pk == third.pk
        assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.CUSTOMER_REPLIED).count() == 1


@pytest.mark.parametrize("scores", [[4] * 10, [1, 2, 3, 4, 5] * 2])
def test_a_solution_that_is_scored_ten_times_at_once_is_scored_once(people: Cast, scores: list[int]) -> None:
    """RA13: the same score again changes nothing, and another one is refused, as its sender saw none."""
    ticket = actions.confirm_solved(ticket=file_ticket(people), by=people.alice, now=NOW)
    rating = Rating.objects.get(ticket=ticket)

    def rate(score: int) -> Rating:
        given = actions.Score(score=score)
        return actions.rate(rating=rating, by=people.alice, score=given, revision=0, now=NOW + TICK)

    at_once(*(partial(rate, score) for score in scores))
    rating.refresh_from_db()
    told = TicketEvent.objects.get(ticket=ticket, kind=EventKind.RATED).data
    assert (rating.revision, told["score"]) == (1, rating.score)


def test_the_customer_and_the_engineer_solve_it_at_once_and_it_is_solved_once(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")
        at_once(
            lambda ticket=ticket: actions.confirm_solved(ticket=ticket, by=people.alice, now=NOW + TICK),
            lambda ticket=ticket: actions.resolve(
                ticket=ticket, by=people.erin, message="Done.", cause="c", fix="f", prevention="p", now=NOW + TICK
            ),
        )
        ticket.refresh_from_db()
        assert ticket.status == "resolved"
        assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.RESOLVED).count() == 1
        assert Resolution.objects.filter(ticket=ticket).count() in (0, 1)
        steps = [each.step for each in ticket.clocks.get(kind="resolution").segments.all()]
        assert steps == ["started", "stopped"]


def test_a_hand_up_and_the_ladder_at_once_move_the_ticket_one_tier(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")
        late = DUE + dt.timedelta(minutes=1)
        results = at_once(
            lambda ticket=ticket, late=late: hand_up(
                ticket=ticket, by=people.erin, reason="r", tried="t", ask="a", seen_step=0, now=late
            ),
            lambda late=late: sweep.run(late),
        )
        steps = list(Escalation.objects.filter(ticket=ticket).order_by("step_no").values_list("from_tier", "target"))
        ticket.refresh_from_db()
        assert steps == [("t1", "t2")]
        assert isinstance(results[0], ActionRefused) == (Escalation.objects.get(ticket=ticket).by is None)
        assert (ticket.tier, ticket.step_no) == ("t2", 1)


def test_a_hand_up_sent_twice_at_once_is_one_step(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")

        def send(ticket: Ticket = ticket) -> Escalation:
            return hand_up(ticket=ticket, by=people.erin, reason="r", tried="t", ask="a", seen_step=0, now=NOW + TICK)

        first, second = at_once(send, send)
        assert first.pk == second.pk
        assert Ticket.objects.get(pk=ticket.pk).tier == "t2"


def test_the_owner_of_before_follows_on_however_close_the_next_one_comes(people: Cast) -> None:
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")
        at_once(
            lambda ticket=ticket: actions.assign(ticket=ticket, to=people.frank, by=people.max, now=NOW + TICK),
            lambda ticket=ticket: actions.assign(ticket=ticket, to=people.rita, by=people.max, now=NOW + TICK),
        )
        ticket.refresh_from_db()
        before = {people.frank.pk, people.rita.pk} - {ticket.assignee_id}
        assert set(ticket.followers.values_list("user", flat=True)) == before


def test_two_engineers_take_a_ticket_at_once_and_one_of_them_has_it(people: Cast) -> None:
    """RA04: the other one is told whose it is."""
    for _ in range(ROUNDS):
        ticket = file_ticket(people, severity="p0")
        results = at_once(
            lambda ticket=ticket: actions.take(ticket=ticket, by=people.erin, seen_owner=0, now=NOW + TICK),
            lambda ticket=ticket: actions.take(ticket=ticket, by=people.frank, seen_owner=0, now=NOW + TICK),
        )
        assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.ASSIGNED).count() == 1
        ticket.refresh_from_db()
        (told,) = [each for each in results if isinstance(each, ActionRefused)]
        assert ticket.assignee is not None
        assert ticket.assignee.name in told.message


def test_a_ticket_is_closed_and_answered_at_once_and_both_are_in_its_history(people: Cast) -> None:
    """RA05: the word reopens it before it is closed, or is refused because it is closed: never lost in silence."""
    for _ in range(ROUNDS):
        ticket = file_ticket(people)
        actions.resolve(ticket=ticket, by=people.erin, message="Done.", cause="c", fix="f", prevention="p", now=NOW)
        closed, said = at_once(
            lambda ticket=ticket: actions.close(ticket=ticket, by=people.erin, now=NOW + TICK),
            lambda ticket=ticket: actions.customer_reply(
                ticket=ticket, by=people.alice, body="Still bad.", now=NOW + TICK
            ),
        )
        ticket.refresh_from_db()
        kinds = set(TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True))
        is_said = ticket.messages.filter(body="Still bad.").exists()
        assert isinstance(said, ActionRefused) is not is_said
        assert isinstance(closed, ActionRefused) is is_said
        assert ticket.status == ("open" if is_said else "closed")
        assert (EventKind.CUSTOMER_REPLIED in kinds, EventKind.CLOSED in kinds) == (is_said, not is_said)


def test_a_ticket_is_resolved_and_answered_at_once_and_both_stand(people: Cast) -> None:
    """RA05: the customer's word is kept whichever comes first; after the solution it reopens the ticket."""
    for _ in range(ROUNDS):
        ticket = file_ticket(people)
        at_once(
            lambda ticket=ticket: actions.resolve(
                ticket=ticket, by=people.erin, message="Done.", cause="c", fix="f", prevention="p", now=NOW + TICK
            ),
            lambda ticket=ticket: actions.customer_reply(ticket=ticket, by=people.alice, body="More.", now=NOW + TICK),
        )
        ticket.refresh_from_db()
        kinds = list(TicketEvent.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))
        is_last = kinds.index(EventKind.CUSTOMER_REPLIED) > kinds.index(EventKind.RESOLVED)
        assert ticket.messages.filter(body="More.").count() == 1
        assert ticket.status == ("open" if is_last else "resolved")
        assert (EventKind.REOPENED in kinds) == is_last


def test_a_word_while_its_ticket_is_merged_is_kept_or_refused_in_words(people: Cast) -> None:
    """RA06: what was said before stays readable there; what comes after is told which ticket goes on."""
    for _ in range(ROUNDS):
        ticket, into = file_ticket(people), file_ticket(people)
        merged, said = at_once(
            lambda ticket=ticket, into=into: actions.merge(ticket=ticket, into=into, by=people.erin, now=NOW + TICK),
            lambda ticket=ticket: actions.customer_reply(ticket=ticket, by=people.alice, body="More.", now=NOW + TICK),
        )
        ticket.refresh_from_db()
        assert merged == into
        assert (ticket.status, ticket.merged_into_id) == ("closed", into.pk)
        assert ticket.messages.filter(body="More.").exists() is not isinstance(said, ActionRefused)
        assert not isinstance(said, ActionRefused) or f"merged into #{into.pk}" in said.message


def test_an_organisation_is_deleted_while_its_customer_files(people: Cast) -> None:
    """RA11: no page deletes one; where somebody does by hand, the ticket or the organisation stays, and none without the other."""
    for _ in range(ROUNDS):
        gone = Organisation.objects.create(name=f"Gone {uuid.uuid4()}", plan=people.plan)

        def delete(gone: Organisation = gone) -> str:
            try:
                Organisation.objects.get(pk=gone.pk).delete()
            except (ProtectedError, IntegrityError):
                return "kept"
            return "deleted"

        filed, end = at_once(
            lambda gone=gone: file_ticket(people, organisation=gone, app=None, submission_key=uuid.uuid4()), delete
        )
        assert isinstance(filed, ActionRefused) == (end == "deleted")
        assert Organisation.objects.filter(pk=gone.pk).exists() == (end == "kept")
        assert Ticket.objects.filter(organisation_id=gone.pk).count() == (end == "kept")


def test_two_workers_never_send_one_message_twice(people: Cast, settings: Any) -> None:
    """RA10"""
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for number in range(ROUNDS):
        mail.outbox.clear()
        owe_email(key=str(number), address="alice@example.test", subject="Hello", body_text="x", now=NOW)
        at_once(*(lambda: sending.send_due(NOW) for _ in range(3)))
        assert len(mail.outbox) == 1
        assert OutboundMessage.objects.get(idempotency_key=str(number)).attempts == 1


def keep(
    people: Cast, key: uuid.UUID, page: uuid.UUID, *, step: int = 1, revision: int = 0, subject: str = "x"
) -> Draft | None:
    return actions.keep_draft(
        by=people.alice, key=key, typed={"subject": subject}, stand=Stand(revision, page, step), now=NOW
    )


def test_a_save_on_its_way_never_brings_back_the_draft_of_what_was_sent(people: Cast) -> None:
    for number in range(ROUNDS):
        key, page = uuid.uuid4(), uuid.uuid4()
        begun = keep(people, key, page) if number % 2 else None
        revision = begun.revision if begun else 0
        at_once(
            lambda key=key: file_ticket(people, submission_key=key),
            lambda key=key, page=page, revision=revision: keep(people, key, page, step=2, revision=revision),
        )
        assert not Draft.objects.filter(key=key).exists()
        assert Ticket.objects.filter(submission_key=key).count() == 1


def test_of_two_devices_that_save_at_once_one_is_told(people: Cast) -> None:
    for _ in range(ROUNDS):
        key = uuid.uuid4()
        keep(people, key, uuid.uuid4())
        results = at_once(
            *(lambda key=key, words=words: keep(people, key, uuid.uuid4(), revision=1, subject=words) for words in "ab")
        )
        assert sorted(isinstance(each, DraftMoved) for each in results) == [False, True]
        kept = next(each for each in results if isinstance(each, Draft))
        assert Draft.objects.get(key=key).typed == kept.typed


def test_a_draft_begun_twice_at_once_is_one_and_twenty_are_the_most(people: Cast) -> None:
    key, page = uuid.uuid4(), uuid.uuid4()
    at_once(*(lambda step=step: keep(people, key, page, step=step) for step in (1, 2, 3)))
    assert Draft.objects.get().step in (1, 2, 3)
    for _ in range(actions.MOST_DRAFTS - 2):
        keep(people, uuid.uuid4(), page)
    results = at_once(*(lambda: keep(people, uuid.uuid4(), page) for _ in range(4)))
    assert sum(isinstance(each, ActionRefused) for each in results) == 3
    assert Draft.objects.count() == actions.MOST_DRAFTS
