"""The description coach: what it finds, what it asks for, and that nothing hostile slows it down."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from django.utils import translation

from tickets.coach import Aspect, Told, assess, example_of, label, needs, questions
from tickets.models import Category

CASES = tomllib.loads((Path(__file__).parent.parent / "data" / "descriptions.toml").read_text(encoding="utf-8"))
LANGUAGES = ("en", "zh")
LEAST = 40


def said(category: str, text: str, **more) -> Told:
    return Told(description=text, category=category, **more)


def cases(kind: str) -> list[tuple[str, str]]:
    return [(category, text) for language in LANGUAGES for category, text in CASES[language][kind]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["vague", "good"])
def test_there_are_enough_examples_of_each(language: str, kind: str) -> None:
    texts = [text for _, text in CASES[language][kind]]
    assert len(set(texts)) == len(texts) >= LEAST


@pytest.mark.parametrize(("category", "text"), cases("vague"))
def test_a_vague_description_is_called_so_and_something_is_asked(category: str, text: str) -> None:
    assessment = assess(said(category, text))
    assert assessment.is_vague, f"found {sorted(assessment.found)}"
    assert questions(assessment, category)


@pytest.mark.parametrize(("category", "text"), cases("good"))
def test_a_good_description_is_not_called_vague(category: str, text: str) -> None:
    assessment = assess(said(category, text))
    assert not assessment.is_vague, f"missing {assessment.missing}"


@pytest.mark.parametrize(("category", "aspect", "verdict", "text"), CASES["traps"]["facts"])
def test_what_looks_like_a_fact_and_is_none(category: str, aspect: str, verdict: str, text: str) -> None:
    assessment = assess(said(category, text))
    where = {"said": assessment.found, "unknown": assessment.unknown, "missing": frozenset(assessment.missing)}
    assert [name for name, aspects in where.items() if aspect in aspects] == [verdict]


class TestAsking:
    def test_what_the_form_knows_is_not_asked_again(self) -> None:
        known = frozenset({Aspect.DEVICE, Aspect.PLACE, Aspect.VERSION})
        assessment = assess(said("stutter_freeze", "It stutters", known=known))
        assert {Aspect.DEVICE, Aspect.PLACE} <= assessment.found
        assert not {Aspect.DEVICE, Aspect.PLACE} & set(assessment.asked)
        assert (assessment.answered, len(assessment.needed)) == (2, 6)

    def test_what_somebody_says_not_to_know_counts_as_answered(self) -> None:
        assessment = assess(said("black_screen", "Black. SDK version: unknown."))
        assert Aspect.VERSION in assessment.unknown
        assert Aspect.VERSION not in assessment.missing
        assert assessment.answered == 1

    def test_what_is_said_counts_even_where_somebody_is_unsure_beside_it(self) -> None:
        assessment = assess(said("black_screen", "Not sure about the version, I think SDK 4.3.1"))
        assert Aspect.VERSION in assessment.found
        assert assessment.unknown == frozenset()

    def test_a_file_is_a_log(self) -> None:
        assert Aspect.LOG in assess(said("no_audio", "No sound", files=1)).found

    def test_few_things_are_asked_at_once_and_of_a_p0_only_one(self) -> None:
        assert len(assess(said("no_audio", "No sound")).asked) == 3
        assert len(assess(said("no_audio", "No sound", severity="p0")).asked) == 1

    def test_whoever_has_said_everything_is_asked_nothing(self) -> None:
        text = example_of("no_audio", "en").replace("The driver", "One driver").replace("Logs of both", "Both logs")
        assessment = assess(said("no_audio", text, files=2))
        assert (assessment.is_ready, assessment.asked, assessment.completeness) == (True, (), 1.0)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_our_own_example_says_nothing(self, language: str) -> None:
        for code in CODES:
            assert assess(said(code, example_of(code, language))).answered == 0, code

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_the_examples_are_good_ones(self, language: str) -> None:
        for code in CODES:
            words = example_of(code, language).replace(".", ". ", 1).replace("，", "， ", 1).replace("。", "。 ", 1)
            assert assess(said(code, f"{words} !", files=1)).is_ready, code

    def test_a_kind_of_ones_own_is_judged_like_something_else(self) -> None:
        assert needs("made_up") == needs("other")
        assert example_of("made_up", "en") == example_of("other", "en")

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_every_fact_has_a_name_and_every_need_a_question(self, language: str) -> None:
        with translation.override(language):
            for code in CODES:
                assert all(str(each.text).strip() for each in questions(assess(said(code, "")), code))
                assert all(str(label(each)).strip() for each in needs(code))


CODES = (
    *(
        "join_failure",
        "stutter_freeze",
        "black_screen",
        "no_audio",
        "echo_noise",
        "crash_anr",
        "reconnect_drop",
        "latency",
    ),
    *("screen_share", "device_bluetooth", "cpu_heat", "recording_cdn", "token_auth", "integration_howto"),
    *("billing_console", "compliance_security", "other"),
)


@pytest.mark.django_db
def test_every_kind_that_an_installation_gets_has_its_own_needs() -> None:
    assert set(Category.objects.values_list("code", flat=True)) >= set(CODES)


HOSTILE = (
    "a" * 200_000, "1." * 100_000, "-" * 200_000, "<!--" * 50_000, "((((e.g. " * 20_000, "unknown " * 25_000, "进房" * 100_000,
    "when join " * 20_000, "先" * 200_000, "every 1 " * 25_000, ":\n" * 100_000, "at a(" * 40_000, "\u0000\ufdfa" * 100_000,
    "error code " * 20_000, "0x" * 100_000, "ＡＢ：" * 60_000, "1 2 3 4 5 6 " * 20_000, "`" * 200_000, "sdk@" * 50_000,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:8]))
def test_a_hostile_text_costs_no_more_than_a_long_one(text: str) -> None:
    """Measured against an honest text of the same length, with room for a busy machine."""
    honest = example_of("no_audio", "en") * 1000
    assert _seconds(text) < 12 * _seconds(honest) + 0.05


def _seconds(text: str) -> float:
    """The fastest of three, of all kinds of problem together."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        for code in ("join_failure", "stutter_freeze", "recording_cdn", "integration_howto", "latency"):
            assess(Told(subject=text, description=text, category=code))
        times.append(time.perf_counter() - begin)
    return min(times)
