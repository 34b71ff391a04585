"""Rows by the thousand: read as they stand, claimed as they were seen, and no column written that nobody changed."""

import datetime as dt

from escalation.models import Commitment
from tests.cast import NOW, Cast, file_ticket
from tickets import bulk
from tickets.models import Clock, Follower, Ticket

LATER = NOW + dt.timedelta(hours=1, microseconds=7)
COLUMNS = ("tier", "step_no", "check_at")


def test_what_is_read_is_what_the_model_reads(cast: Cast) -> None:
    file_ticket(cast, severity="p0")
    columns = ("id", "status", "sla_terms", "check_at", "woken_at", "assignee_id", "created_at", "is_shared")
    (row,) = bulk.read(Ticket.objects.all(), columns)
    model = Ticket.objects.get()
    assert [getattr(row, name) for name in columns] == [getattr(model, name) for name in columns]
    assert row.created_at.utcoffset() == dt.timedelta(0)
    assert row == model


def test_nothing_is_read_of_nothing(cast: Cast) -> None:
    assert bulk.read(Ticket.objects.filter(pk__in=[]), ("id",)) == []
    assert bulk.read(Ticket.objects.filter(pk__in=bulk.among([])), ("id",)) == []


def test_among_finds_the_keys_it_is_given(cast: Cast) -> None:
    wanted = {file_ticket(cast).pk, file_ticket(cast).pk}
    file_ticket(cast)
    assert set(Ticket.objects.filter(pk__in=bulk.among(wanted)).values_list("pk", flat=True)) == wanted


def test_joined_rows_ask_no_more(cast: Cast, django_assert_num_queries) -> None:
    ticket = file_ticket(cast, severity="p0")
    clocks = bulk.read(Clock.objects.all(), ("id", "ticket_id", "calendar_id"))
    bulk.join(clocks, "ticket", {ticket.pk: ticket})
    bulk.join(clocks, "calendar", {})
    with django_assert_num_queries(0):
        assert {(each.ticket, each.calendar) for each in clocks} == {(ticket, None)}


def test_of_two_claims_the_one_that_holds_changes_its_row(cast: Cast) -> None:
    kept, lost = file_ticket(cast, severity="p0"), file_ticket(cast, severity="p1")
    rows = [(each.pk, "t2", each.step_no + 1, LATER, each.step_no, each.check_at) for each in (kept, lost)]
    was = [(each.tier, each.step_no, each.check_at) for each in (kept, lost)]
    Ticket.objects.filter(pk=lost.pk).update(check_at=LATER)
    assert bulk.update(Ticket, COLUMNS, rows, was=was, claims=("step_no", "check_at")) == {kept.pk}
    assert Ticket.objects.values_list(*COLUMNS).get(pk=kept.pk) == ("t2", 1, LATER)
    assert Ticket.objects.values_list(*COLUMNS).get(pk=lost.pk) == ("t1", 0, LATER)


def test_a_column_that_no_row_changes_is_not_written(cast: Cast) -> None:
    tickets = [file_ticket(cast), file_ticket(cast)]
    rows = [(each.pk, each.tier, 5, each.check_at) for each in tickets]
    was = [(each.tier, each.step_no, each.check_at) for each in tickets]
    Ticket.objects.update(tier="rnd")
    assert bulk.update(Ticket, COLUMNS, rows, was=was) == {each.pk for each in tickets}
    assert set(Ticket.objects.values_list("tier", "step_no")) == {("rnd", 5)}


def test_a_claim_that_changes_nothing_still_says_whether_it_holds(cast: Cast) -> None:
    ticket = file_ticket(cast)
    same = (ticket.tier, ticket.step_no, ticket.check_at)
    assert bulk.update(Ticket, COLUMNS, [(ticket.pk, *same, "t1")], was=[same], claims=("tier",)) == {ticket.pk}
    assert bulk.update(Ticket, COLUMNS, [(ticket.pk, *same, "t2")], was=[same], claims=("tier",)) == set()


def test_inserted_rows_take_what_they_share_and_their_fields_defaults(cast: Cast) -> None:
    tickets = [file_ticket(cast), file_ticket(cast)]
    rows = [(each.pk, NOW, "clock", LATER) for each in tickets]
    bulk.insert(Commitment, ("ticket_id", "opened_at", "trigger", "expected_at"), rows)
    found = Commitment.objects.values_list("ticket", "opened_at", "trigger", "expected_at", "expects", "slips", "plan")
    assert set(found) == {(each.pk, NOW, "clock", LATER, "takeover", 0, "") for each in tickets}


def test_a_row_that_is_there_takes_the_new_values_also_the_shared_ones(cast: Cast) -> None:
    tickets = [file_ticket(cast), file_ticket(cast)]
    columns = ("ticket_id", "opened_at", "trigger")
    for trigger in ("clock", "customer"):
        rows = [(each.pk, NOW, trigger) for each in tickets]
        bulk.insert(Commitment, columns, rows, replaces="ticket_id")
    assert list(Commitment.objects.values_list("trigger", flat=True)) == ["customer", "customer"]


def test_who_follows_already_is_left_alone(cast: Cast) -> None:
    ticket = file_ticket(cast)
    row = [(ticket.pk, cast.erin.pk)]
    for at in (NOW, LATER):
        bulk.insert(Follower, ("ticket_id", "user_id"), row, same={"created_at": at}, ignore_conflicts=True)
    assert ticket.followers.get(user=cast.erin).created_at == NOW
