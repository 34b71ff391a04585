"""The chain over a ticket's public events. PURE: facts in, links out.

What a link is, is written once: in the script that lies in each bundle and checks it without this project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evidence.verify_evidence import BEGINNING, link


def linked(events: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each event with its place in the chain, in order; links are 64 hexadecimal digits."""
    before = BEGINNING
    for event in events:
        now = link(before, event)
        yield {"event": event, "before": before, "link": now}
        before = now
