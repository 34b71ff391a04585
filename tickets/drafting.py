"""Which of two writes of a draft counts, and what of a form is worth keeping. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.utils.text import Truncator

from accounts.numbers import key_of, whole_number

MOST_CHARACTERS = 200_000  # of one draft: a description and its steps at their longest, and some more
MOST_FIELDS = 300
NAME_MOST = 80  # characters
TITLE_MOST = 80
# What the page itself sends: keys, the draft's own stand, buttons. Files are kept by themselves.
_OF_THE_PAGE = frozenset(
    {
        "csrfmiddlewaretoken", "submission_key", "draft_revision", "draft_page", "draft_step", "save_draft",
        "remove", "fill", "ask", "discard", "files", "similar_asked", "follow",
    }
)  # fmt: skip
# Filled in before anybody typed: alone they are no draft.
_READY_MADE = frozenset({"app", "category", "severity", "product", "sdk_version", "platform"})
_READY_MADE_END = "_zone"  # a time comes with the person's time zone

NO_PAGE = uuid.UUID(int=0)

Typed = dict[str, str | list[str]]


class Verdict(Enum):
    WRITE = "write"
    LATE = "late"  # an older write of the same page that came after a newer one
    ELSEWHERE = "elsewhere"  # another tab or device wrote what this page has not seen


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a page stands: the revision it saw last, which page it is, and its how-manieth write this is."""

    revision: int = 0
    page: uuid.UUID = NO_PAGE
    step: int = 0

    @classmethod
    def fresh(cls, revision: int = 0) -> Stand:
        """Of a page that is shown now."""
        return cls(revision, uuid.uuid4())

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Stand:
        """As a form says it; what is no number or key counts as not told."""
        revision, step = (whole_number(sent.get(name), digits=8) or 0 for name in ("draft_revision", "draft_step"))
        return cls(revision, _key(sent.get("draft_page")), step)


def judge(stored: Stand, sent: Stand) -> Verdict:
    """May the write of a page that stands at `sent` replace what is stored?

    A page may write over what it saw and over its own writes, whose answers it need not have waited for: the last one
    of a page that is being left overtakes the one before it.
    """
    if sent.revision == stored.revision:
        return Verdict.WRITE
    if sent.page == stored.page:
        return Verdict.WRITE if sent.step > stored.step else Verdict.LATE
    return Verdict.ELSEWHERE


def typed_of(fields: Mapping[str, Sequence[str]]) -> Typed:
    """Every field of a form with its text, or its texts where there are several; without what the page sends itself.

    NUL is taken out, which no database stores as JSON; a line break is one character.
    """
    typed: Typed = {}
    for name, values in fields.items():
        if name in _OF_THE_PAGE or len(name) > NAME_MOST or not values:
            continue
        texts = [value.replace("\x00", "").replace("\r\n", "\n") for value in values]
        typed[name.replace("\x00", "")] = texts[0] if len(texts) == 1 else texts
    return typed


def single(typed: Typed) -> dict[str, str]:
    """For a form whose fields hold one text each: of several the last, as Django reads a form."""
    return {name: (value[-1] if value else "") if isinstance(value, list) else value for name, value in typed.items()}


def is_too_much(typed: Typed) -> bool:
    length = sum(sum(map(len, value)) if isinstance(value, list) else len(value) for value in typed.values())
    return len(typed) > MOST_FIELDS or length > MOST_CHARACTERS


def is_worth_keeping(typed: Typed) -> bool:
    """Did the person type anything, beyond what the form came with and what one click chooses?"""
    chosen = (name for name in typed if name not in _READY_MADE and not name.endswith(_READY_MADE_END))
    return any(_text(typed[name]) for name in chosen)


def title_of(typed: Typed) -> str:
    """What the draft is called in a list: its subject, else how its text begins, else nothing."""
    for name in ("subject", "description", "body"):
        words = " ".join(_text(typed.get(name, "")).split())
        if words:
            return Truncator(words).chars(TITLE_MOST)
    return ""


def _text(value: str | list[str]) -> str:
    return ("".join(value) if isinstance(value, list) else value).strip()


def _key(text: str | None) -> uuid.UUID:
    return key_of(text) or NO_PAGE
