"""Which questions appear, and which of them need an answer. PURE: codes in, decision out, no ORM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sla.choices import Severity

PLATFORM = "platform"  # the code of the one question whose answer other rules may name by itself


@dataclass(frozen=True, slots=True)
class Rule:
    """When a question is asked: after the answer `needs` (question, choice) and on the platform `only_on`, if they are given."""

    code: str
    is_required: bool = False
    needs: tuple[str, str] | None = None
    only_on: str = ""


def appearing(rules: Iterable[Rule], told: Mapping[str, str]) -> list[Rule]:
    """The rules that hold for what was told (question to choice), in their order.

    What a question that does not appear was told once counts for nothing, and conditions in a circle are never met.
    """
    by_code = {rule.code: rule for rule in rules}
    return [rule for rule in by_code.values() if _holds(rule, by_code, told, frozenset())]


def needed(rules: Iterable[Rule], told: Mapping[str, str], *, severity: str) -> frozenset[str]:
    """The questions without whose answer a ticket of that severity is not filed. A P0 is filed without any."""
    if severity == Severity.P0:
        return frozenset()
    return frozenset(rule.code for rule in appearing(rules, told) if rule.is_required)


def _holds(rule: Rule, by_code: Mapping[str, Rule], told: Mapping[str, str], above: frozenset[str]) -> bool:
    if rule.code in above:
        return False
    if rule.only_on and told.get(PLATFORM) != rule.only_on:
        return False
    if rule.needs is None:
        return True
    question, choice = rule.needs
    asked = by_code.get(question)
    if asked is None or told.get(question) != choice:
        return False
    return _holds(asked, by_code, told, above | {rule.code})
