"""The catalogue of bad inputs, its entries that are sent to forms, as files and at once: each is named by the test that asserts it.

A name is an identifier such as AT13 within a test: in its docstring, its parameters or its words. Entries about pages
that this site does not have stand in `ABSENT`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.bad_inputs import entries
from tests.test_every_url import routes

GROUPS = (
    "ticket_form", "attachment", "unicode", "long_values", "race", "export", "pagination_filter", "markdown", "datetime",
)  # fmt: skip
# What a page of that kind would be called, were there one.
ABSENT = {
    "TF15": r"guest|anonymous|\bcontact/",  # filing without an account, by an address that one types
}
_NAME = re.compile(r"\b(?:TF|AT|UN|LV|RA|EX|PF|MD|DT)\d\d\b")


def named_in(source: str) -> set[str]:
    """The entries that the tests of a module name, decorators included; what only stands in a comment is none."""
    tests = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    texts = [
        node.value
        for test in tests
        for node in ast.walk(test)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {name for text in texts for name in _NAME.findall(text)}


def test_every_entry_is_named_by_the_test_that_asserts_it() -> None:
    sources = [path.read_text() for path in Path(__file__).parent.rglob("test_*.py") if path != Path(__file__)]
    named = set().union(*map(named_in, sources))
    assert sorted({each["id"] for each in entries(*GROUPS)} - named - ABSENT.keys()) == []
    assert sorted(ABSENT.keys() & named) == []


def test_only_tests_name_entries() -> None:
    source = 'X = "AT01"  # AT02\n\ndef helper():\n    "AT03"\n\n\ndef test_it():\n    """AT04"""\n    assert "AT05"  # AT06\n'
    assert named_in(source) == {"AT04", "AT05"}


@pytest.mark.parametrize("entry_id", sorted(ABSENT))
def test_there_is_no_such_page(entry_id: str) -> None:
    assert [route for route in routes() if re.search(ABSENT[entry_id], route)] == []
