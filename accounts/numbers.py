"""Whole numbers and keys as requests and forms bring them. PURE."""

from __future__ import annotations

import uuid

MOST_DIGITS = 18  # every such number fits a column of both databases


def whole_number(text: str | None, *, digits: int = MOST_DIGITS) -> int | None:
    """The number that a text is, written without a sign in at most so many ASCII digits; None for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= digits):
        return None
    return int(text)


def key_of(text: str | None) -> uuid.UUID | None:
    """The UUID that a text is; None for anything else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
