"""The rows that steps and promises follow, as an administrator edits them: what cannot be is refused by its field, with why."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from escalation import actions, sweep
from escalation.actions.promises import running_promise
from escalation.choices import PromiseKind
from escalation.models import LadderEnd, PromiseTarget, StepPlan
from tests.cast import NOW, Cast, file_ticket
from tickets.models import Ticket

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


def change(client: Client, row: Any, **typed: Any) -> Any:
    """Send the row's page with these values in place of the stored ones."""
    fields = {each.name: each.value_from_object(row) for each in row._meta.fields if each.name != "id"}
    address = reverse(f"admin:escalation_{row._meta.model_name}_change", args=[row.pk])
    return client.post(address, {**fields, **typed})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (0, "Zero seconds: nobody could take a ticket over within that."),
        (-1, "greater than or equal to"),
        (99_999_999_999, "longer than a year"),
        ("soon", "whole number"),
    ],
)
def test_a_plan_without_time_is_refused_by_its_field(ada: Client, typed: Any, words: str) -> None:
    row = StepPlan.objects.get(target="t2", severity="p0")
    answer = change(ada, row, taken_over_within=typed)
    assert any(words in each for each in answer.context["adminform"].form.errors["taken_over_within"])
    assert StepPlan.objects.get(pk=row.pk).taken_over_within == row.taken_over_within
    assert change(ada, row, taken_over_within=60).status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [({"amount": 0}, "Zero: nobody could keep that."), ({"amount": 367, "unit": "days"}, "longer than a year")],
)
def test_a_promise_of_nothing_is_refused_by_its_field(ada: Client, typed: dict[str, Any], words: str) -> None:
    row = PromiseTarget.objects.get(kind="next_update", severity="p0")
    answer = change(ada, row, **typed)
    assert any(words in each for each in answer.context["adminform"].form.errors["amount"])
    assert change(ada, row, amount=20, unit="minutes").status_code == 302
    assert PromiseTarget.objects.get(pk=row.pk).amount == 20


def test_the_database_refuses_rows_of_zero_too() -> None:
    for rows, values in ((StepPlan.objects, {"taken_over_within": 0}), (PromiseTarget.objects, {"amount": 0})):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().update(**values)


@pytest.mark.parametrize("model", ["stepplan", "promisetarget", "ladderend"])
def test_only_administrators_edit_them(cast: Cast, model: str) -> None:
    for person, is_allowed in ((cast.ada, True), (cast.max, False), (cast.mona, False), (cast.erin, False)):
        client = Client()
        client.force_login(person)
        assert (client.get(reverse(f"admin:escalation_{model}_add")).status_code == 200) is is_allowed


def test_a_ladder_ends_at_a_tier_and_can_lead_nowhere_else(ada: Client) -> None:
    answer = ada.post(reverse("admin:escalation_ladderend_add"), {"severity": "p3", "top": "manager"})
    assert "top" in answer.context["adminform"].form.errors
    assert not LadderEnd.objects.exists()


def test_a_ladder_that_goes_on_higher_up_owes_its_step_to_tickets_at_the_old_end(
    cast: Cast, ada: Client, monkeypatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 7 * HOUR)
    ada.post(reverse("admin:escalation_ladderend_add"), {"severity": "p0", "top": "t2"})
    ticket = file_ticket(cast, severity="p0", now=NOW)
    for hours in (5, 6):
        sweep.run(NOW + hours * HOUR)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.tier, row.manager_paged_at, row.check_at) == ("t2", NOW + 6 * HOUR, None)
    change(ada, LadderEnd.objects.get(), top="rnd")
    sweep.run(NOW + 7 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).tier == "rnd"


def test_a_deleted_end_is_that_of_all_ladders_again(cast: Cast, ada: Client) -> None:
    row = LadderEnd.objects.create(severity="p0", top="t2")
    ada.post(reverse("admin:escalation_ladderend_delete", args=[row.pk]), {"post": "yes"})
    assert not LadderEnd.objects.exists()


def test_a_day_of_a_promise_in_business_hours_is_a_working_day(cast: Cast) -> None:
    PromiseTarget.objects.filter(kind="acknowledge", severity="p3").update(amount=1, unit="days", hours="business")
    ticket = file_ticket(cast, severity="p3", now=NOW)
    actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="progress", body="", submission_key=uuid.uuid4(), now=NOW
    )
    promise = running_promise(ticket, PromiseKind.ACKNOWLEDGE)
    assert promise
    assert promise.due_at == NOW + 24 * HOUR  # Tuesday 10:00
