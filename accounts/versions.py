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
_KEY_LENGTH = _DEPTH * _WIDTH + 1 + _WIDTH
_ANY_END = re.compile(r"(?:\.[xX*])+$")


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


def version_range(text: str) -> tuple[str, str] | None:
    """The lowest and the highest key of the versions that begin so: "4.2", "4.2.x" and "4.2.*" hold 4.2.0-beta.1 to 4.2.999.

    A pre-release is itself alone. None for text that is no version.
    """
    wanted = _ANY_END.sub("", text.strip())
    match = _PIECES.match(wanted)
    if not match:
        return None
    if _stage_key(match[2] or "")[0] != _FINAL:
        return version_key(wanted), version_key(wanted)
    prefix = version_key(wanted)[: _WIDTH * min(len(match[1].split(".")), _DEPTH)]
    return prefix.ljust(_KEY_LENGTH, "0"), prefix.ljust(_KEY_LENGTH, "9")


def _stage_key(suffix: str) -> str:
    stage = re.match(r"([a-zA-Z]+)[-._]?(\d*)", suffix)
    if not stage or stage[1].lower() not in _STAGES:
        return _FINAL + "0" * _WIDTH
    number = min(int(stage[2][:18] or 0), 10**_WIDTH - 1)
    return f"{_STAGES[stage[1].lower()]}{number:0{_WIDTH}d}"
