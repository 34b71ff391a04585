"""What a category asks: its rows, read once, with the rule of each. Reads, never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices

from accounts.choices import Platform
from tickets.choices import Frequency, KnownFact, Network
from tickets.models import Category, CategoryQuestion, LogGuide, Question
from tickets.questions import Rule

_BUILT_IN: dict[str, type[TextChoices]] = {
    KnownFact.PLATFORM: Platform,
    KnownFact.NETWORK: Network,
    KnownFact.FREQUENCY: Frequency,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a category asks it. `condition` says in words when it counts, empty for always."""

    question: Question
    rule: Rule
    condition: str

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """Code and words of each answer to choose from; a product's are put in by the form, which knows the products."""
        if self.question.fact in _BUILT_IN:
            return [(each.value, str(each.label)) for each in _BUILT_IN[self.question.fact]]
        return [(each.code, each.label) for each in self.question.choices.all()]


def asked_of(category: Category) -> list[Asked]:
    """Every question of the category, in its order (2 queries)."""
    rows = (
        CategoryQuestion.objects.filter(category=category)
        .select_related("question", "only_if__question")
        .prefetch_related("question__choices")
    )
    return [_asked(row) for row in rows]


def _asked(row: CategoryQuestion) -> Asked:
    words = [str(row.only_if)] if row.only_if else []
    if row.only_on:
        words.append(str(Platform(row.only_on).label))
    return Asked(row.question, row.rule, " · ".join(words))


def log_guide(platform: str, product: str) -> LogGuide | None:
    """The card for a platform (its code) and an SDK (its key as text): the SDK's own, or the one for every SDK."""
    if platform not in Platform.values:
        return None
    cards = {str(card.product_id or ""): card for card in LogGuide.objects.filter(platform=platform)}
    return cards.get(product) or cards.get("")
