"""Whole numbers as requests bring them. Pure: no database."""

from __future__ import annotations

import pytest

from accounts.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("42", 42), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), (None, None), ("-1", None),
        ("+1", None), ("1.0", None), (" 1", None), ("1_000", None), ("\u0663", None), ("\u00b2", None), ("1\x00", None),
        ("one", None),
    ],
)  # fmt: skip
def test_only_plain_digits_are_a_number(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number


def test_how_many_digits_there_may_be_is_the_callers() -> None:
    assert whole_number("1234", digits=4) == 1234
    assert whole_number("12345", digits=4) is None
