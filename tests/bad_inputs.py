"""The catalogue of bad inputs, `tests/data/bad_inputs.json`, as values that a test can send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parent / "data" / "bad_inputs.json"


def entries(*groups: str, where: str = "") -> list[dict[str, Any]]:
    """The entries of these groups whose `how` contains `where`."""
    found = json.loads(CATALOGUE.read_text())["inputs"]
    return [entry for entry in found if entry["group"] in groups and where in entry["how"]]


def entry(entry_id: str) -> dict[str, Any]:
    return next(each for each in json.loads(CATALOGUE.read_text())["inputs"] if each["id"] == entry_id)


def value(entry: dict[str, Any]) -> Any:
    """The input itself: text, or what the small language of the catalogue builds."""
    given = entry["input"]
    if isinstance(given, dict) and given.get("gen") == "nested_list":
        return "".join("  " * depth + "- x\n" for depth in range(given["n"]))
    if isinstance(given, dict) and "repeat" in given:
        return given.get("prefix", "") + given["repeat"] * given["times"] + given.get("suffix", "")
    return given
