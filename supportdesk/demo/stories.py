"""The demonstration's tickets, as stories.toml tells them."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did `after` minutes since filing. `more` is what some verbs take besides the text, `findings` what
    was noted of the investigation."""

    after: float
    who: str
    verb: str
    text: str = ""
    more: tuple[str, ...] = ()
    findings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket filed `ago` minutes before the load, and what happened to it."""

    requester: str
    app: str
    category: str
    severity: str
    subject: str
    description: str
    ago: float
    environment: dict[str, str] = field(default_factory=dict)
    log: str = ""
    acts: tuple[Act, ...] = ()


@functools.cache
def stories() -> tuple[Story, ...]:
    read = tomllib.loads((Path(__file__).parent / "stories.toml").read_text(encoding="utf-8"))
    return tuple(
        Story(
            **{**row, "acts": tuple(Act(**{**act, "more": tuple(act.get("more", ()))}) for act in row.get("acts", ()))}
        )
        for row in read["stories"]
    )
