"""Is this the same fault as that one? PURE: two texts in, a number from 0 to 1 out, in English and Chinese alike.

A text becomes weighted features: error codes weigh most, then what is wrong in the words of either language, then where
and when, then single words and pairs of Chinese characters. Two texts are as alike as their weights point the same way
(the cosine), less where both name faults, codes or platforms and share none. No model and no index: a person's handful
of recent tickets is compared in milliseconds, and every judgement can be read off the table of words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TypeVar

from textsearch.tokens import stem
from tickets.similar_words import CIRCUMSTANCES, HOLDING, PLATFORMS, STOPPED, SYMPTOMS, compiled

LIKE_FROM = 0.5  # judged on the pairs of tests/data/similar_pairs.toml
_READ_MOST = 1200  # characters of a description: how it begins says what it is about
CODE, SYMPTOM, CIRCUMSTANCE, PLATFORM, WORD, PAIR = 4.0, 3.0, 1.5, 1.0, 1.0, 0.5
_IN_THE_DESCRIPTION = {
    CODE: 1.0,
    SYMPTOM: 0.4,
    CIRCUMSTANCE: 0.4,
    PLATFORM: 0.6,
    WORD: 0.15,
    PAIR: 0.15,
}  # of their weight

Features = Mapping[str, float]
Item = TypeVar("Item")

_KINDS = (("symptom", SYMPTOM, compiled(SYMPTOMS)), ("platform", PLATFORM, compiled(PLATFORMS)),
          ("circumstance", CIRCUMSTANCE, compiled(CIRCUMSTANCES)))  # fmt: skip
# Hexadecimal, names in code, a number beside a word for "code", or any other of three to nine digits that is no year,
# time, version or measure.
_CODES = re.compile(
    r"0x[0-9a-f]+"
    r"|(?<![a-z0-9])[a-z]+(?:_[a-z0-9]+)+"
    r"|(?:codes?|errors?|err|错误码?|返回码?|报错?)[ :：=#是为]{0,3}(?P<beside>-?\d{1,9})(?!\d|[a-z]|\.\d)"
    r"|(?<![\d.:/a-z-])-?(?!(?:19|20)\d\d(?!\d))(?P<bare>\d{3,9})(?![\d:/]|\.\d|\s?(?:p|k|kb|mb|ms|s|fps|x|%|秒|分|毫秒|年|月|日)(?![a-z]))"
)
_WORDS = re.compile(r"[a-z][a-z0-9']{2,}|[\u3400-\u9fff]{2,}")


def features(subject: str, description: str = "") -> Features:
    """What a text says, by weight; of the description less, but for codes."""
    found: dict[str, float] = {}
    for name, weight in _read(_folded(description[:_READ_MOST])):
        found[name] = max(found.get(name, 0), weight * _IN_THE_DESCRIPTION[weight])
    for name, weight in _read(_folded(subject)):
        found[name] = weight
    return found


def likeness(one: Features, other: Features) -> float:
    """From 0, nothing in common, to 1."""
    shared = one.keys() & other.keys()
    if not any(name.startswith(("symptom:", "code:")) for name in shared) and len(shared) < 3:
        return 0.0
    together = sum(one[name] * other[name] for name in shared)
    cosine = together / (_length(one) * _length(other)) if together else 0.0
    return cosine * math.prod(
        factor for kind, factor in (("symptom:", 0.4), ("code:", 0.7), ("platform:", 0.75)) if _differ(one, other, kind)
    )


def alike(
    wanted: Features, others: Iterable[tuple[Item, Features]], *, most: int = 3, from_likeness: float = LIKE_FROM
) -> list[Item]:
    """Those that are like the wanted one, the likest first; of equals the one that came first."""
    judged = [(likeness(wanted, features), item) for item, features in others]
    found = sorted((each for each in judged if each[0] >= from_likeness), key=lambda each: -each[0])
    return [item for _likeness, item in found[:most]]


def _differ(one: Features, other: Features, kind: str) -> bool:
    """Do both name some of a kind, and none in common?"""
    first, second = ({name for name in each if name.startswith(kind)} for each in (one, other))
    return bool(first and second and not first & second)


def _length(found: Features) -> float:
    return math.sqrt(sum(weight * weight for weight in found.values()))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


def _read(text: str) -> Iterable[tuple[str, float]]:
    """Each feature once or more; what one reading took, the next does not see."""
    for code in _CODES.finditer(text):
        yield f"code:{code['beside'] or code['bare'] or code[0]}", CODE
    text = _CODES.sub(" ", text)
    for kind, weight, table in _KINDS:
        for name, pattern in table:
            text, times = pattern.subn(" ", text)
            if times:
                yield f"{kind}:{name}", weight
    for piece in _WORDS.findall(text):
        if piece[0] >= "\u3400":
            pairs = (piece[at : at + 2] for at in range(len(piece) - 1))
            yield from ((pair, PAIR) for pair in pairs if not HOLDING & set(pair))
        elif piece not in STOPPED:
            yield stem(piece), WORD
