"""Whether two reports are about the same fault: pairs that people would judge, in both languages."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tickets.similar import LIKE_FROM, alike, features, likeness

PAIRS: dict[str, list[list[Any]]] = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "similar_pairs.toml").read_text(encoding="utf-8")
)


def judged(pair: list[Any]) -> float:
    one, other = ([text, ""] if isinstance(text, str) else text for text in pair)
    there, back = likeness(features(*one), features(*other)), likeness(features(*other), features(*one))
    assert there == pytest.approx(back)
    return there


@pytest.mark.parametrize("pair", PAIRS["alike"], ids=str)
def test_the_same_fault_is_seen(pair: list[Any]) -> None:
    assert judged(pair) >= LIKE_FROM


@pytest.mark.parametrize("pair", PAIRS["unlike"], ids=str)
def test_another_fault_is_not_taken_for_it(pair: list[Any]) -> None:
    assert judged(pair) < LIKE_FROM


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("error 110 and code: -7", {"110", "-7"}),
        ("错误码：110，返回 0x1F", {"110", "0x1f"}),
        ("It says error 17. Then 1002.", {"17", "1002"}),
        ("ERR_JOIN_TIMEOUT (1003)", {"err_join_timeout", "1003"}),
        ("4.2.1 on 2026-06-01 at 10:58, 1080p, 500 ms, 120 s, 400 kb", set()),
        ("Pixel 9, Android 14, iPhone 15", set()),
        ("１１０３", {"1103"}),
    ],
)
def test_what_is_a_code(text: str, codes: set[str]) -> None:
    assert {name.removeprefix("code:") for name in features(text) if name.startswith("code:")} == codes


def test_the_likest_comes_first_and_few_are_shown() -> None:
    texts = ["Echo", "Nobody can join, 110", "Join fails with error 110 on Android", *["Join fails"] * 5]
    found = alike(features("Users cannot join, error 110"), [(text, features(text)) for text in texts], most=3)
    assert found[0] == "Nobody can join, 110"
    assert len(found) == 3
    assert "Echo" not in found


@pytest.mark.parametrize("piece", ["视频卡顿", "0x", "a_", "code ", "-1", "no ", "共享", "x" * 40 + " "])
def test_long_text_is_read_in_no_time(piece: str) -> None:
    began = time.perf_counter()
    features(piece * 50, piece * 30_000)
    assert time.perf_counter() - began < 0.5
