"""Two tickets of one problem become one; nobody gets a fresh clock by it, and no breach is lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from escalation import sweep
from escalation.models import Escalation
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.errors import ActionRefused
from tickets.models import Clock, Follower, Ticket

HOUR = dt.timedelta(hours=1)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def clocks(ticket: Ticket) -> list[dict[str, object]]:
    return list(Clock.objects.filter(ticket=ticket).order_by("kind").values())


@pytest.mark.django_db
def test_the_survivor_goes_on_as_it_was_and_the_other_points_to_it(cast: Cast) -> None:
    old, new = file_ticket(cast), file_ticket(cast, by=cast.bob, now=NOW + HOUR)
    before = clocks(old)

    actions.merge(ticket=new, into=old, by=cast.erin, now=NOW + HOUR)

    assert (fresh(new).status, fresh(new).merged_into, fresh(new).check_at) == ("closed", old, None)
    assert {each["state"] for each in clocks(new)} == {"cancelled"}
    assert clocks(old) == before
    assert (fresh(old).status, fresh(old).tier) == ("open", "t1")
    assert Follower.objects.filter(ticket=old, user=cast.bob).exists()


@pytest.mark.django_db
def test_a_merged_ticket_keeps_its_breach_and_never_escalates(cast: Cast) -> None:
    old, new = file_ticket(cast, severity="p3"), file_ticket(cast, severity="p0")
    sweep.run(NOW + HOUR)
    steps = Escalation.objects.count()

    actions.merge(ticket=new, into=old, by=cast.erin, now=NOW + 2 * HOUR)
    sweep.run(NOW + 3 * HOUR)

    assert Clock.objects.get(ticket=new, kind="first_response").breached_at == NOW + dt.timedelta(minutes=15)
    assert Escalation.objects.count() == steps


@pytest.mark.django_db
def test_a_second_time_changes_nothing(cast: Cast) -> None:
    old, new = file_ticket(cast), file_ticket(cast)
    actions.merge(ticket=new, into=old, by=cast.erin, now=NOW)
    events = old.events.count()

    actions.merge(ticket=new, into=old, by=cast.frank, now=NOW + HOUR)

    assert old.events.count() == events


@pytest.mark.django_db
def test_what_does_not_fit_is_refused_in_words(cast: Cast) -> None:
    ours, twin, gone = file_ticket(cast), file_ticket(cast), file_ticket(cast)
    theirs = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    actions.merge(ticket=gone, into=twin, by=cast.erin, now=NOW)

    for into in (ours, theirs, gone):
        with pytest.raises(ActionRefused):
            actions.merge(ticket=ours, into=into, by=cast.erin, now=NOW)
    with pytest.raises(ActionRefused):
        actions.merge(ticket=gone, into=ours, by=cast.erin, now=NOW)
    assert fresh(ours).status == "open"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_who_merge_each_into_the_other_end_with_one_survivor(cast: Cast) -> None:
    one, two = file_ticket(cast), file_ticket(cast)
    refused: list[str] = []

    def run(ticket: Ticket, into: Ticket) -> None:
        try:
            actions.merge(ticket=ticket, into=into, by=cast.erin, now=NOW)
        except ActionRefused as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((one, two), (two, one))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)

    assert len(refused) == 1
    assert sorted((fresh(one).status, fresh(two).status)) == ["closed", "open"]
