"""The Chinese catalogue: complete, compiled, and set as Chinese is set."""

from __future__ import annotations

import gettext
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from tests import catalogue
from tests.catalogue import Entry

ENTRIES = catalogue.read()

CHINESE = r"[\u3400-\u9fff]"
MARKUP = re.compile(r"<[^>]*>")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
# What a placeholder holds for a Chinese reader decides on the space beside it. Most hold a name, a number or a time.
HOLDS_CHINESE = {
    "tier",
    "from_tier",
    "to_tier",
    "clock",
    "plan",
    "model",
    "object_name",
    "objects_name",
    "module_name",
    "filter_title",
} | {
    "verbose_name",
    "verbose_name_plural",
    "what",
}
ENDS_IN_BRACKET = {"at", "by"}  # 2026-11-22 14:05（北京时间）; so does {time}, while %(time)s is the hour alone
ENDS_IN_CHINESE = {"within", "ago", "age", "duration", "counted", "answer", "solution"}  # as in 15 分钟
# These are the admin's: their %s and name are the name of a kind of row, which is Chinese.
NAMES_A_KIND = re.compile(r"^(Select|Add|Change|View) %s|^Add %\(name\)s|^The \{name\}")
NAMES_WHAT_IS_TYPED = ("Markdown: ", "JSON in wall time")  # in half-width, as one types it


def as_read(entry: Entry, text: str) -> str:
    """The text without markup, each placeholder as a letter of the script that it will hold."""

    def letter(match: re.Match[str]) -> str:
        name = match[1] or match[2] or ""
        if name in HOLDS_CHINESE or (NAMES_A_KIND.search(entry.msgid) and name in ("", "name")):
            return "汉"
        if name in ENDS_IN_BRACKET or match[0] == "{time}":
            return "7）"
        return "7 汉" if name in ENDS_IN_CHINESE else "x"

    return PLACEHOLDER.sub(letter, MARKUP.sub("", text))


def fields(text: str) -> Counter[str]:
    return Counter(match[0] for match in PLACEHOLDER.finditer(text))


def test_there_is_a_catalogue() -> None:
    assert len(ENTRIES) > 1000
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


def test_every_string_has_its_chinese() -> None:
    lacking = [str(entry) for entry in ENTRIES if entry.is_fuzzy or entry.is_obsolete or not all(entry.texts)]
    assert lacking == []


def test_what_is_compiled_is_what_was_written() -> None:
    with catalogue.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in ENTRIES:
        if entry.plural is not None:
            found = compiled.ngettext(entry.msgid, entry.plural, 2)
        elif entry.context is not None:
            found = compiled.pgettext(entry.context, entry.msgid)
        else:
            found = compiled.gettext(entry.msgid)
        assert found == entry.texts[0], f"{entry}: run compilemessages"


def test_placeholders_are_those_of_the_english() -> None:
    for entry in ENTRIES:
        for text in entry.texts:
            # "One ticket" is counted in words in English and in figures in Chinese.
            assert fields(text) in (fields(entry.msgid), fields(entry.plural or entry.msgid)), str(entry)


def offenders(pattern: str) -> list[str]:
    return [
        text
        for entry in ENTRIES
        for text in entry.texts
        if not entry.msgid.startswith(NAMES_WHAT_IS_TYPED) and re.search(pattern, as_read(entry, text))
    ]


def test_punctuation_beside_chinese_is_full_width_and_takes_no_space() -> None:
    assert offenders(rf"{CHINESE}[,.;:!?()\"']|[,;:!?()\"']{CHINESE}") == []
    assert offenders(r"[，。：；！？、（）“] | [，。：；！？、（）]") == []


def test_a_space_parts_chinese_from_latin_and_digits() -> None:
    assert offenders(rf"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9%]{CHINESE}") == []


def test_strings_mark_no_string_that_the_catalogue_lacks(tmp_path: Path, monkeypatch, settings: Settings) -> None:
    """What `makemessages` would find is exactly what the catalogue has."""
    if not (shutil.which("xgettext") and shutil.which("msgmerge")):
        pytest.skip("gettext's programs are not installed")
    source = tmp_path / "source"
    hidden = shutil.ignore_patterns(".*", "var", "tests", "benchmarks", "static", "__pycache__", "migrations")
    shutil.copytree(catalogue.ROOT, source, ignore=hidden)
    monkeypatch.chdir(source)
    settings.LOCALE_PATHS = [source / "locale"]
    call_command("makemessages", locale=["zh_Hans"], no_obsolete=True, add_location="never", verbosity=0)
    found = {entry.key for entry in catalogue.read(source / catalogue.PO.relative_to(catalogue.ROOT))}
    assert found == {entry.key for entry in ENTRIES}
