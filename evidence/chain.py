"""The chain over a ticket's public events. PURE: facts in, links out.

Each link is the SHA-256 of the link before it, a line feed, and the event as JSON with sorted keys, no blanks, ASCII only.
`verify_evidence.py` computes the same from the bundle, without this project.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

BEGINNING = "0" * 64  # what the first link follows


def canonical(value: Any) -> bytes:
    """One form for one value, whatever wrote or read it."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")


def link(before: str, event: Mapping[str, Any]) -> str:
    """The link of an event after the link `before`: 64 hexadecimal digits."""
    return hashlib.sha256(before.encode("ascii") + b"\n" + canonical(event)).hexdigest()


def linked(events: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each event with its place in the chain, in order."""
    before = BEGINNING
    for event in events:
        now = link(before, event)
        yield {"event": event, "before": before, "link": now}
        before = now
