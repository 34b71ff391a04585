"""Where and when it happened, as it is told, and how that becomes the row of a ticket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

from accounts.models import SdkProduct
from tickets.actions.masking import Masker
from tickets.choices import SecretPlace
from tickets.models import Environment


@dataclass(frozen=True, kw_only=True)
class EnvironmentFacts:
    """Where and when it happened. Instants are aware; empty text means not told."""

    product: SdkProduct | None = None
    sdk_version: str = ""
    platform: str = ""
    os_version: str = ""
    device: str = ""
    network: str = ""
    channel: str = ""
    user_ids: str = ""
    occurred_at: datetime | None = None
    occurred_until: datetime | None = None
    occurred_zone: str = ""
    frequency: str = ""
    steps: str = ""


NAMES = frozenset(each.name for each in fields(EnvironmentFacts))


def masked_facts(facts: EnvironmentFacts, masker: Masker) -> EnvironmentFacts:
    """The facts without secrets in what was typed."""

    def clean(text: str) -> str:
        return masker.text(text, SecretPlace.ENVIRONMENT)

    return replace(
        facts,
        sdk_version=clean(facts.sdk_version),
        os_version=clean(facts.os_version),
        device=clean(facts.device),
        channel=clean(facts.channel),
        user_ids=clean(facts.user_ids),
        steps=clean(facts.steps),
    )


def write_facts(row: Environment, facts: EnvironmentFacts, told: Collection[str] = NAMES) -> None:
    """Set the columns in `told`; the caller saves the row."""
    for name in NAMES.intersection(told):
        if name == "sdk_version":
            row.set_version(facts.sdk_version)
        else:
            setattr(row, name, getattr(facts, name))


def changed_facts(row: Environment, facts: EnvironmentFacts, told: Collection[str]) -> list[dict[str, str]]:
    """What the facts in `told` would change in the row: the column, and what stands there now."""
    return [
        {"fact": name, "before": _plain(getattr(row, name))}
        for name in sorted(NAMES.intersection(told))
        if _plain(getattr(row, name)) != _plain(getattr(facts, name))
    ]


def _plain(value: object) -> str:
    if isinstance(value, SdkProduct):
        return value.code
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(value or "")
