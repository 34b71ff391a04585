"""Real order of SDK versions, pre-releases too. Pure: text in, sortable text out."""

import re

_PIECES = re.compile(r"^\s*[vV]?(\d+(?:\.\d+)*)\s*(?:[-._+@ ]?(.*))?$")
_STAGES = {
    "dev": "0",
    "nightly": "0",
    "daily": "0",
    "alpha": "1",
    "a": "1",
    "beta": "2",
    "b": "2",
    "pre": "3",
    "rc": "3",
}
_FINAL = "9"
_DEPTH = 4
_WIDTH = 6


def version_key(text: str) -> str:
    """A string of digits that sorts, in any collation, as the versions do: 4.2.0-beta.2 < 4.2.0-rc.1 < 4.2.0 < 4.2.0.1 < 4.10.

    Text that is no version gives "" (sorts before every version). The order of stages is that of SemVer 2.0 section 11
    for the stage names that RTC vendors use.
    """
    match = _PIECES.match(text)
    if not match:
        return ""
    numbers = [min(int(number[:18]), 10**_WIDTH - 1) for number in match[1].split(".")][:_DEPTH]
    numbers += [0] * (_DEPTH - len(numbers))
    return "".join(f"{number:0{_WIDTH}d}" for number in numbers) + _stage_key(match[2] or "")


def _stage_key(suffix: str) -> str:
    stage = re.match(r"([a-zA-Z]+)[-._]?(\d*)", suffix)
    if not stage or stage[1].lower() not in _STAGES:
        return _FINAL + "0" * _WIDTH
    number = min(int(stage[2][:18] or 0), 10**_WIDTH - 1)
    return f"{_STAGES[stage[1].lower()]}{number:0{_WIDTH}d}"
