"""Which of the facts that a report needs are said, which are not, and which are asked for next. PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sla.choices import Severity
from tickets.coach.aspects import Aspect, needs
from tickets.coach.examples import example_of
from tickets.coach.signs import says
from tickets.coach.substance import has_substance
from tickets.coach.text import own_words
from tickets.coach.versions import is_first_time

ASKED_AT_ONCE = 3
ASKED_OF_P0 = 1  # nobody has time: the rest can follow
_VAGUE_BELOW = 0.5
_LANGUAGES = ("en", "zh-hans")

_NOT_KNOWN = re.compile(
    r"\bunknown\b|\bn/?a\b|\b(?:do(?:es)? ?n[o']?t|cannot|can ?not|can't|not) (?:yet )?"
    r"(?:know|sure|say|tell|determine|clear|certain|find out)(?! (?:why|how|what))"
    r"|\bno idea(?! why| how)|\bunclear|\bunsure|\bunable to (?:tell|say|determine)|\bnot (?:available|recorded|collected)"
    r"|不知道(?!为|怎)|不清楚(?!为|怎)|不确定(?!为|怎)|未知|无法确(?:认|定)|不详|暂无|没有?记录|没法确(?:认|定)|拿不到|无法(?:提供|获取)",
    re.I,
)
_CLAUSE = re.compile(r"[\n,;!?、。]|(?<!\d)\.(?!\d)")
_NAMES: dict[Aspect, re.Pattern[str]] = {
    aspect: re.compile(words, re.I)
    for aspect, words in {
        Aspect.CODE: r"\b(?:error|code|reason|exception|stack)|错误|码|报错|原因|异常|堆栈",
        Aspect.SIDE: r"\b(?:side|who|users?|viewers?|others?|everybody|everyone)\b|哪端|哪边|双方|单方|用户|观众|对方",
        Aspect.PLACE: r"\b(?:network|region|country|where|isp|carrier)\b|网络|地区|区域|运营商|哪里",
        Aspect.DEVICE: r"\b(?:device|phone|model|handset|os version|operating system|browser)s?\b|机型|设备|手机|系统版本|浏览器",
        Aspect.MOMENT: r"\b(?:when|time|moment|date|since when)\b|时间|什么时候|何时|时刻",
        Aspect.FREQUENCY: r"\b(?:often|frequency|reproduc\w{0,6}|rate)\b|频率|必现|复现|概率|几次",
        Aspect.VERSION: r"\b(?:version|release)s?\b|版本",
        Aspect.CALL: r"\b(?:channel|room|uid|user ids?|call id|task id|resource id)\b|频道|房间|用户 ?id|uid|任务|资源 ?id",
        Aspect.STEPS: r"\b(?:steps|reproduc\w{0,6}|how to reproduce)\b|步骤|复现|操作",
        Aspect.FIGURE: r"\b(?:figure|number|measure\w{0,4}|cpu|delay|latency)\b|数值|数据|多少",
        Aspect.LOG: r"\b(?:logs?|dump|trace)\b|日志",
        Aspect.ITEM: r"\b(?:bill|invoice|project|period)\b|账单|发票|项目|账期",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody has written so far. `known` are facts that fields of the form answer; `files` is how many are added."""

    subject: str = ""
    description: str = ""
    category: str = ""
    severity: str = ""
    known: frozenset[Aspect] = frozenset()
    files: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """`needed` in the order of asking; `unknown` are facts of which the person said that they do not know them, which counts as
    an answer; `asked` are the few of `missing` worth asking for now."""

    needed: tuple[Aspect, ...]
    found: frozenset[Aspect]
    unknown: frozenset[Aspect]
    asked: tuple[Aspect, ...]

    @property
    def missing(self) -> tuple[Aspect, ...]:
        return tuple(each for each in self.needed if each not in self.found | self.unknown)

    @property
    def answered(self) -> int:
        return len(self.needed) - len(self.missing)

    @property
    def completeness(self) -> float:
        """From 0 to 1."""
        return self.answered / len(self.needed)

    @property
    def is_vague(self) -> bool:
        """Would an engineer have to ask back before anything else?"""
        return Aspect.WHAT in self.missing or self.completeness < _VAGUE_BELOW

    @property
    def is_ready(self) -> bool:
        return not self.missing


def assess(told: Told) -> Assessment:
    """Judge a report by what its kind needs. Never raises, whatever was typed."""
    needed = needs(told.category)
    examples = tuple(example_of(told.category, language) for language in _LANGUAGES)
    text = own_words(told.subject, told.description, examples=examples)
    found = frozenset(each for each in needed if each in told.known or _is_said(each, text, told))
    unknown = _not_known(text, needed) - found
    missing = [each for each in needed if each not in found | unknown]
    most = ASKED_OF_P0 if told.severity == Severity.P0 else ASKED_AT_ONCE
    return Assessment(needed, found, unknown, tuple(missing[:most]))


def _is_said(aspect: Aspect, text: str, told: Told) -> bool:
    if aspect == Aspect.LOG and told.files > 0:
        return True
    if aspect == Aspect.WHAT:
        return has_substance(text)
    return says(aspect, text)


def _not_known(text: str, needed: tuple[Aspect, ...]) -> frozenset[Aspect]:
    """The facts of which the text says, in one clause, that they are not known. A first integration has no version before."""
    clauses = [clause for clause in _CLAUSE.split(text) if _NOT_KNOWN.search(clause)]
    unknown = {each for each in needed if each in _NAMES and any(_NAMES[each].search(clause) for clause in clauses)}
    if Aspect.VERSION in needed and is_first_time(text):
        unknown.add(Aspect.VERSION)
    return frozenset(unknown)
