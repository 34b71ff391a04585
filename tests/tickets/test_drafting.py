"""Whose write of a draft counts, and what is kept of a form."""

from __future__ import annotations

import uuid

import pytest

from tickets.drafting import (
    MOST_CHARACTERS,
    MOST_FIELDS,
    TITLE_MOST,
    Stand,
    Verdict,
    is_too_much,
    is_worth_keeping,
    judge,
    single,
    title_of,
    typed_of,
)

HERE, THERE = uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("stored", "sent", "verdict"),
    [
        (Stand(3, HERE, 3), Stand(3, HERE, 4), Verdict.WRITE),  # the next write of the page
        (Stand(3, HERE, 3), Stand(3, THERE, 0), Verdict.WRITE),  # opened elsewhere, having seen the last one
        (Stand(3, HERE, 3), Stand(2, HERE, 4), Verdict.WRITE),  # did not wait for its own answer
        (Stand(3, HERE, 3), Stand(0, HERE, 9), Verdict.WRITE),
        (Stand(3, HERE, 3), Stand(2, HERE, 3), Verdict.LATE),  # came after the one that overtook it
        (Stand(3, HERE, 3), Stand(1, HERE, 1), Verdict.LATE),
        (Stand(3, HERE, 3), Stand(2, THERE, 9), Verdict.ELSEWHERE),
        (Stand(3, HERE, 3), Stand(0, THERE, 1), Verdict.ELSEWHERE),
        (Stand(3, HERE, 3), Stand(4, THERE, 1), Verdict.ELSEWHERE),  # a revision that never was
    ],
)
def test_whose_write_counts(stored: Stand, sent: Stand, verdict: Verdict) -> None:
    assert judge(stored, sent) == verdict


@pytest.mark.parametrize("bad", ["", "-1", "x", "²", "9" * 30, "1.5", "\x00"])
def test_a_stand_that_makes_no_sense_counts_as_not_told(bad: str) -> None:
    assert Stand.of({"draft_revision": bad, "draft_page": bad, "draft_step": bad}) == Stand()


def test_every_field_is_kept_but_what_the_page_sends_itself() -> None:
    sent = {
        "csrfmiddlewaretoken": ["x"], "submission_key": ["x"], "draft_revision": ["1"], "save_draft": ["1"],
        "subject": ["Sound\x00 gone"], "q_anything": ["a", "b"], "steps": ["1\r\n2"], "n" * 81: ["x"],
    }  # fmt: skip
    assert typed_of(sent) == {"subject": "Sound gone", "q_anything": ["a", "b"], "steps": "1\n2"}


@pytest.mark.parametrize(
    ("typed", "is_worth"),
    [
        ({}, False),
        ({"app": "1", "category": "echo", "severity": "p1", "product": "2", "sdk_version": "4.2"}, False),
        ({"subject": "  ", "q_a": ["", ""]}, False),
        ({"subject": "x"}, True),
        ({"q_a": ["", "yes"]}, True),
        ({"body": "no"}, True),
    ],
)
def test_what_is_worth_keeping(typed: dict[str, str | list[str]], is_worth: bool) -> None:
    assert is_worth_keeping(typed) == is_worth


def test_of_several_texts_a_form_takes_the_last() -> None:
    assert single({"a": ["x", "y"], "b": "z", "c": []}) == {"a": "y", "b": "z", "c": ""}


def test_a_draft_has_its_bounds() -> None:
    assert not is_too_much({"description": "字" * MOST_CHARACTERS})
    assert is_too_much({"description": "x" * MOST_CHARACTERS, "q": ["y"]})
    assert is_too_much({str(number): "" for number in range(MOST_FIELDS + 1)})


def test_its_title_is_how_it_begins() -> None:
    assert title_of({"subject": " No \n sound "}) == "No sound"
    assert title_of({"subject": "", "description": "x" * 500}) == "x" * (TITLE_MOST - 1) + "…"
    assert title_of({"body": "没有声音"}) == "没有声音"
    assert title_of({"app": "1"}) == ""
