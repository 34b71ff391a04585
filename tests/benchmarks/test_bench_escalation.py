"""The measurement of the sweep: what it loads is valid, what it asserts is asserted, what it says follows from samples."""

import argparse
import json
from datetime import UTC, datetime

import pytest

from benchmarks.escalation import floor, verify
from benchmarks.escalation.figures import FLOOR, PEER, SWEEP, Figures
from benchmarks.escalation.load import Loader
from benchmarks.escalation.options import Options, add_arguments, options_of
from benchmarks.escalation.table import table
from escalation import sweep
from escalation.models import Escalation
from tickets.models import Clock, ClockSegment, Ticket

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


def parsed(*arguments: str) -> Options:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return options_of(parser, arguments)


@pytest.fixture
def loaded(db: None) -> dict[int, tuple[str, int]]:
    """120 tickets, 40 of them overdue; what the sweep has to climb."""
    Loader(tickets=120, overdue=40, now=NOW).run()
    return verify.overdue(NOW)


def test_the_loader_makes_as_many_tickets_and_as_many_overdue_as_asked(loaded: dict) -> None:
    assert Ticket.objects.count() == 120
    assert len(loaded) == 40
    assert {tier for tier, _ in loaded.values()} == {"t1", "t2"}


def test_every_loaded_clock_says_what_its_ledger_says(loaded: dict) -> None:
    assert Clock.objects.count() == 240
    assert set(Clock.objects.values_list("state", flat=True)) >= {"running", "paused", "met", "breached"}
    assert verify.wrong_clocks() == []


def test_a_loaded_clock_that_lies_is_found(loaded: dict) -> None:
    running = Clock.objects.filter(state="running").first()
    assert running is not None
    assert running.due_at
    Clock.objects.filter(pk=running.pk).update(due_at=NOW)
    assert verify.wrong_clocks() == [f"#{running.ticket_id} {running.kind}"]


def test_keys_go_on_after_the_loaded_ones(loaded: dict) -> None:
    clock = Clock.objects.earliest("pk")
    ClockSegment.objects.create(clock=clock, step="stopped", at=NOW, reason="answered")


def test_one_sweep_climbs_all_that_is_overdue_and_a_second_finds_nothing(loaded: dict) -> None:
    sweep.run(NOW)
    verify.require_climbed(loaded, NOW)
    assert verify.overdue(NOW) == {}


def test_a_missing_escalation_is_missed(loaded: dict) -> None:
    sweep.run(NOW)
    Escalation.objects.filter(created_at=NOW)[0].delete()
    with pytest.raises(verify.Missing, match="1 tickets lack their escalation"):
        verify.require_climbed(loaded, NOW)


def test_the_floor_writes_what_changed_and_what_is_new_and_nothing_else(db: None) -> None:
    table_name = "tickets_follower"  # id, ticket, user, created_at
    empty: dict[str, dict[int, floor.Row]] = {model._meta.db_table: {} for model, _ in floor._tables()}
    before = {**empty, table_name: {1: (1, 7, 3, "then"), 2: (2, 8, 3, "then")}}
    after = {**empty, table_name: {1: (1, 7, 3, "now"), 2: (2, 8, 3, "then"), 3: (3, 8, 4, "now")}}
    update, insert = floor.difference(before, after, "?")
    assert update.changes == [(7, ["now", 1])]
    assert insert.changes == [(8, [8, 4, "now"])]
    batches = floor.in_batches([update, insert], [7, 8], 1)
    assert [[values for _, values in batch] for batch in batches] == [[[["now", 1]], []], [[], [[8, 4, "now"]]]]


def test_options_have_defaults_and_refuse_what_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert parsed() == Options("sqlite", 100_000, 10_000, 10_000, 3, 300, 100, True, 200_000, None)
    for wrong in (
        ["--tickets", "10", "--overdue", "11"],
        ["--tickets", "0"],
        ["--overdue", "-1"],
        ["--db", "mysql"],
        ["--tickets", "1000", "--overdue", "10"],  # fewer open than the sample
        ["--json", "/no/such/folder/x.json"],
    ):
        with pytest.raises(SystemExit):
            parsed(*wrong)
        assert wrong[0] in capsys.readouterr().err


def measured() -> Figures:
    figures = Figures("sqlite", 1_000_000, 100, {"notes": ["A note."]})
    figures.each[SWEEP] += [0.0002, 0.0001, 0.0003]
    figures.each[FLOOR] += [0.00005]
    figures.each[PEER] += [0.014]
    figures.idle[SWEEP][1_000_000] += [0.003, 0.002]
    figures.idle[SWEEP][10_000] += [0.002]
    return figures


def test_ratios_and_targets_follow_from_the_medians() -> None:
    figures = measured()
    assert figures.ratios()["peer_over_sweep"] == pytest.approx(70)
    assert figures.ratios()["sweep_over_executemany"] == pytest.approx(4)
    assert figures.growth(SWEEP) == pytest.approx(1.25)
    assert list(figures.targets().values()) == [True, True, True]
    assert list(Figures("sqlite", 1, 0).targets().values()) == [None, None, None]


def test_the_file_holds_samples_medians_and_ratios() -> None:
    written = json.loads(json.dumps(measured().as_json()))
    assert written["seconds_each"][SWEEP] == {"median": 0.0002, "samples": [0.0002, 0.0001, 0.0003]}
    assert written["seconds_idle"][SWEEP]["10000"]["median"] == 0.002
    assert written["ratios"]["peer_over_sweep"] == 70


def test_the_table_shows_what_was_measured_and_the_notes() -> None:
    text = table(measured())
    assert "django-helpdesk, a ticket" in text
    assert "our fan-out" not in text
    assert "70.0 x our sweep (target: at least 50)" in text
    assert text.endswith("A note.")
