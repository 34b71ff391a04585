"""The people of the demonstration, as people.toml lists them."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.choices import MemberRole, Role


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the table of who can sign in."""

    email: str
    name: str
    who: str
    role: str
    organisations: tuple[str, ...]
    member_role: str
    team: str
    language: str
    time_zone: str
    phone: str
    is_new: bool  # has not put away what newcomers are told


@functools.cache
def book() -> tuple[str, tuple[Person, ...]]:
    """The password that all share, and the people."""
    read = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
    return read["password"], tuple(_person(row) for row in read["people"])


def _person(row: dict[str, Any]) -> Person:
    return Person(
        email=row["email"],
        name=row["name"],
        who=row["is"],
        role=row.get("role", Role.CUSTOMER),
        organisations=tuple(row.get("organisations", ())),
        member_role=row.get("member_role", MemberRole.MEMBER),
        team=row.get("team", ""),
        language=row["language"],
        time_zone=row["time_zone"],
        phone=row.get("phone", ""),
        is_new=row.get("is_new", False),
    )
