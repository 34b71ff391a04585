"""The worked lifecycles, through the real actions and the real sweep, at the given instants."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from escalation.replay import ACTS, MalformedScenario, play

FOLDER = Path(__file__).parent.parent / "data"
SCENARIOS = [
    scenario
    for name in ("lifecycle_examples.json", "more_lifecycles.json")
    for scenario in json.loads((FOLDER / name).read_text())["scenarios"]
]


@pytest.mark.django_db
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["id"])
def test_scenario_goes_as_written(scenario: dict[str, Any]) -> None:
    assert [str(each) for each in play(scenario)] == []


def test_the_scenarios_use_every_event_there_is() -> None:
    assert {event["type"] for scenario in SCENARIOS for event in scenario["events"]} == set(ACTS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("status", "resolved"),
        ("tier", "T2"),
        ("manager_paged", True),
        ("first_response", {"due": "2026-06-08T14:00:01+08:00"}),
        ("resolution", {"state": "paused"}),
    ],
)
def test_what_goes_otherwise_than_written_is_said(what: str, value: Any) -> None:
    scenario = copy.deepcopy(SCENARIOS[0])
    scenario["events"] = scenario["events"][:1]
    scenario["events"][0]["expect_after"][what] = value

    (difference,) = play(scenario)

    assert difference.what.startswith(what)
    assert "event 1 (created at" in str(difference)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"events": [{"type": "dance", "at": "2026-06-08T10:00:00+08:00"}]}, "no event of this type"),
        ({"events": [{"type": "sweep", "at": "soon"}]}, "no instant"),
        ({"events": [{"type": "sweep", "at": "2026-06-08T10:00:00"}]}, "no time zone"),
        ({"events": [{"type": "customer_reply", "at": "2026-06-08T10:00:00+08:00"}]}, "must be “created”"),
        ({"calendar": None}, "“calendar” is missing"),
        ({"targets_seconds": {"P9": {}}}, "no priority"),
    ],
)
def test_what_is_no_scenario_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(MalformedScenario, match=words):
        play({**SCENARIOS[0], **change})


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(CommandError, match="is no JSON"):
        call_command("replay_lifecycle", str(tmp_path / "broken.json"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_lifecycle", str(tmp_path / "missing.json"))
