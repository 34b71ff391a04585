"""How long a ticket waited for its customer: the days that nobody but the customer can give back. PURE but for the words.

Read from the ledger of its resolution clock, which stands still exactly then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from sla import wording

_WORTH_A_WORD = timedelta(minutes=1)


class Line(Protocol):
    """What is read of a line of the ledger."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """`since`: when the present wait began, an instant; `total`: what was waited in all, that included."""

    since: datetime
    total: timedelta


def present_wait(lines: Iterable[Line], *, now: datetime) -> Wait | None:
    """The wait that is on at `now`; None where the clock was not paused last. `lines` stand in the order they were written."""
    since, total = None, timedelta()
    for line in lines:
        if line.step == "paused":
            since = since or line.at
        elif since is not None:
            total += line.at - since
            since = None
    return None if since is None else Wait(since=since, total=total + max(now - since, timedelta()))


def wait_words(wait: Wait, *, now: datetime) -> str:
    """“Waiting for your answer for 2 d 3 h (4 d in all)”."""
    present = max(now - wait.since, timedelta())
    words = _("Waiting for your answer for %(present)s")
    if wait.total - present >= _WORTH_A_WORD:
        words = _("Waiting for your answer for %(present)s, %(total)s in all")
    return words % {"present": wording.duration(present), "total": wording.duration(wait.total)}
