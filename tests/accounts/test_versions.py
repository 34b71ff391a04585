"""The order of SDK versions, without a database."""

import itertools

import pytest

from accounts.models import VersionedModel
from accounts.versions import version_key, version_range

IN_ORDER = [
    "nonsense",
    "0.9",
    "4.2.0-dev",
    "4.2.0-alpha",
    "4.2.0-alpha.2",
    "4.2.0-beta",
    "4.2.0-beta.2",
    "4.2.0-beta.10",
    "4.2.0-rc.1",
    "4.2.0",
    "4.2.0.1",
    "4.2.1",
    "4.10",
    "5.0.0-rc1",
    "v5",
    "99999999999999999999999.1",
]


@pytest.mark.parametrize(("older", "newer"), list(itertools.pairwise(IN_ORDER)))
def test_a_newer_version_sorts_after_an_older_one(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


@pytest.mark.parametrize(
    ("one", "other"),
    [("4.2", "4.2.0"), ("v4.2.0", "4.2.0"), (" 4.2.0 ", "4.2.0"), ("4.2.0-RC.1", "4.2.0rc1"), ("4.2.0+build7", "4.2")],
)
def test_spellings_of_one_version_are_equal(one: str, other: str) -> None:
    assert version_key(one) == version_key(other) != ""


@pytest.mark.parametrize(
    "text", ["", "   ", "latest", "0x4f2a", "\x00", "…", "９．９", "1" * 10_000, "4." * 5_000, "-1"]
)
def test_a_key_is_ascii_digits_and_fits_its_column(text: str) -> None:
    key = version_key(text)
    assert key == "" or (key.isascii() and key.isdigit())
    assert len(key) <= VersionedModel._meta.get_field("sdk_version_key").max_length


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("4.2.x", ("4.2", "4.2.0", "4.2.1", "4.2.99.3", "4.2.0-beta.1"), ("4.1.9", "4.20", "4.3.0-dev", "14.2", "")),
        ("4.2", ("4.2.0", "4.2.7"), ("4.20.0", "4.3")),
        ("v4.*", ("4", "4.0.1", "4.99"), ("3.9", "5.0.0-dev", "40")),
        ("4.2.1", ("4.2.1", "4.2.1.5", "4.2.1-rc.1"), ("4.2.10", "4.2.2")),
        ("4.2.1-rc.1", ("4.2.1-rc.1",), ("4.2.1", "4.2.1-rc.2")),
        ("4.2.1.7", ("4.2.1.7",), ("4.2.1.8", "4.2.1")),
    ],
)
def test_a_version_stands_for_all_that_begin_so(text: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    found = version_range(text)
    assert found
    assert all(found[0] <= version_key(each) <= found[1] for each in inside)
    assert not any(found[0] <= version_key(each) <= found[1] for each in outside)


@pytest.mark.parametrize("text", ["", "x", "latest", "\x00"])
def test_what_is_no_version_stands_for_none(text: str) -> None:
    assert version_range(text) is None
