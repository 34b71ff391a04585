"""Answers to the questions of a category, as its form sends them."""

from __future__ import annotations

from accounts.models import SdkProduct
from tickets.asking import Asked, asked_of
from tickets.choices import KnownFact, QuestionKind
from tickets.forms.questions import field_name, part_name
from tickets.models import Category

BY_KIND = {
    QuestionKind.TEXT: "kNotReady",
    QuestionKind.LONG_TEXT: "1. join\n2. it stops",
    QuestionKind.VERSION: "4.2.1",
    QuestionKind.USER_ID: "1001, 1002",
    QuestionKind.TIME_RANGE: "2026-06-01T10:58",
    QuestionKind.NUMBER: "7",
}


def answered(category: str, *, only_needed: bool = True, **changes: str) -> dict[str, str]:
    """A fitting answer to each question of the category that needs one, or to every one; the first choice of several."""
    row = Category.objects.filter(code=category).first() if category.isprintable() else None
    typed: dict[str, str] = {}
    for asked in asked_of(row) if row else ():
        if only_needed and not asked.rule.is_required:
            continue
        name = field_name(asked)
        typed[name] = value_for(asked)
        if asked.question.kind == QuestionKind.TIME_RANGE:
            typed |= {part_name(name, "_until"): "2026-06-01T11:02", part_name(name, "_zone"): "Europe/Berlin"}
    return typed | changes


def value_for(asked: Asked) -> str:
    if asked.question.fact == KnownFact.PRODUCT:
        return str(SdkProduct.objects.first().pk)
    if asked.question.kind == QuestionKind.CHOICE:
        return asked.choices[0][0]
    return BY_KIND[QuestionKind(asked.question.kind)]
