"""The order of SDK versions, without a database."""

import itertools

import pytest

from accounts.models import VersionedModel
from accounts.versions import version_key

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
