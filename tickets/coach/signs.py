"""By which signs a text says a fact. PURE.

The signs stand in signs_en.toml and signs_zh.toml; both are looked for in every text, as people mix languages. What only code
can tell apart (an SDK's version from a browser's, a log from a story) is decided in `versions` and here.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tickets.coach.aspects import Aspect
from tickets.coach.versions import says_version

LOG_LINES_NEEDED = 3


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _compiled() -> dict[str, re.Pattern[str]]:
    """One pattern for each fact, of both files, macros filled in."""
    files = [_read("signs_en.toml"), _read("signs_zh.toml")]
    macros = {f"%{name}%": "|".join(lines) for file in files for name, lines in file.pop("macros").items()}
    found: dict[str, list[str]] = {}
    for file in files:
        for aspect, signs in file.items():
            words = "|".join(signs.get("words", ()))
            found.setdefault(aspect, []).extend([*([rf"\b(?:{words})\b"] if words else []), *signs["patterns"]])
    compiled = {}
    for aspect, patterns in found.items():
        pattern = "|".join(patterns)
        for name, value in macros.items():
            pattern = pattern.replace(name, value)
        compiled[aspect] = re.compile(pattern, re.I)
    return compiled


_SIGNS = _compiled()
_LOG_LINE = re.compile(
    r"^(?:[^\n]{0,12}\d{1,2}:\d{2}:\d{2}[^\n]{6}"  # a stamp
    r"|[ \t]{0,8}at [\w$.<>]{4,120}\("  # a frame of Java or JavaScript
    r"|[ \t]{0,4}#\d{1,3} {1,4}(?:pc|0x)"  # of Android's native stacks
    r"|[ \t]{0,4}\d{1,3} {1,8}\S{2,60} {1,20}0x[0-9a-f]{6,16})",  # of Apple's
    re.M | re.I,
)
_LOG_LINK = re.compile(r"https?://\S{3,200}(?:log|dump|trace|crash|har|zip|rec)", re.I)


def says(aspect: Aspect, text: str) -> bool:
    """Does the text say this? `text` is in somebody's own words (see `tickets.coach.text`)."""
    if aspect == Aspect.VERSION:
        return says_version(text)
    if aspect == Aspect.LOG:
        return len(_LOG_LINE.findall(text)) >= LOG_LINES_NEEDED or bool(_LOG_LINK.search(text))
    return bool(_SIGNS[aspect].search(text))
