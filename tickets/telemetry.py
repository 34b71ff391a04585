"""When is what we recorded of a call erased? PURE: a call and the sources' retention in, instants out; no ORM."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(hours=24)  # when less is left, it is shown as being at risk


@dataclass(frozen=True, slots=True)
class Source:
    """Something that records calls and keeps each record `kept_for`. Empty `products` and `categories` mean all of them."""

    key: int
    kept_for: timedelta
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """The call that a ticket is about, as far as it is known. `occurred_at` is an aware instant."""

    occurred_at: datetime | None
    has_channel: bool
    is_about_a_call: bool  # says the kind of problem
    category: int
    product: int | None


@dataclass(frozen=True, slots=True)
class Erasure:
    source: int
    at: datetime


def is_traceable(call: Call) -> bool:
    """Could anything be looked up: do we know when it was, and that it was a call?"""
    return call.occurred_at is not None and (call.has_channel or call.is_about_a_call)


def covers(source: Source, call: Call) -> bool:
    """Does this source record such calls? One for some products only covers no call of an unknown product."""
    is_of_product = not source.products or call.product in source.products
    is_of_kind = not source.categories or call.category in source.categories
    return is_of_product and is_of_kind


def erasures(call: Call, sources: Iterable[Source]) -> list[Erasure]:
    """When each source erases its record of the call, the first to go first. Nothing for a call that cannot be traced."""
    if call.occurred_at is None or not is_traceable(call):
        return []
    found = [Erasure(each.key, call.occurred_at + each.kept_for) for each in sources if covers(each, call)]
    return sorted(found, key=lambda erasure: (erasure.at, erasure.source))


def last_chance(instants: Iterable[datetime], *, now: datetime, is_saved: bool) -> datetime | None:
    """The next erasure to come. None when all is erased or was saved: there is nothing left to hurry for."""
    return None if is_saved else min((at for at in instants if at > now), default=None)


def kept_facts(before: Sequence[Erasure], after: Sequence[Erasure], *, now: datetime) -> list[Erasure]:
    """The erasures after a source was edited: what is erased by now stays as it was, a longer retention brings nothing back."""
    gone = {each.source: each for each in before if each.at <= now}
    merged = [*gone.values(), *(each for each in after if each.source not in gone)]
    return sorted(merged, key=lambda erasure: (erasure.at, erasure.source))
