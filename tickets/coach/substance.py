"""Is there a question or a fact in a text, or only a sigh? PURE."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

WORDS_NEEDED = 4  # different ones that carry meaning
CHARACTERS_NEEDED = 8  # Chinese ones that carry meaning

_FILLERS = tomllib.loads(Path(__file__).with_name("fillers.toml").read_text(encoding="utf-8"))
_ENGLISH_FILLERS = frozenset(_FILLERS["english"].split())
_CHINESE_FILLERS = re.compile("|".join(_FILLERS["chinese"].split()))
_WORD = re.compile(r"[a-z][a-z'’-]{1,30}|\d{2,12}", re.I)
_CHARACTER = re.compile(r"[\u3400-\u9fff]")


def has_substance(text: str) -> bool:
    """Are there enough words that carry meaning? In a mixed text a Latin word weighs as much as two characters."""
    words = {word.lower() for word in _WORD.findall(text)} - _ENGLISH_FILLERS
    characters = len(_CHARACTER.findall(_CHINESE_FILLERS.sub("", text)))
    if characters:
        return characters + 2 * len(words) >= CHARACTERS_NEEDED
    return len(words) >= WORDS_NEEDED
