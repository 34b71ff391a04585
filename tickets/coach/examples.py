"""A good description of each kind of problem, from examples.toml. PURE."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tickets.coach.aspects import OTHER

_EXAMPLES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("examples.toml").read_text(encoding="utf-8")
)


def example_of(category: str, language: str) -> str:
    """A good description in the reader's language ("en", "zh-hans"); for a kind of one's own that of “something else”."""
    return _EXAMPLES.get(category, _EXAMPLES[OTHER])["zh" if language.startswith("zh") else "en"]
