"""What may be done with a screen-sharing call, and where it takes place? PURE: facts in, decision out."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tickets.choices import CallState

MOST_TIMES = 3
SHORTEST, LONGEST, USUAL = 15, 120, 30  # minutes
FURTHEST = timedelta(days=60)  # nobody keeps an appointment of next year
ASKED_AFTER = timedelta(minutes=15)  # from its end: calls run over
_PLACES = frozenset({"ticket", "key"})


def may_answer(state: str, *, is_from_staff: bool, by_staff: bool) -> bool:
    """May this side accept or decline? Only the one that did not propose."""
    return state == CallState.PROPOSED and is_from_staff != by_staff


def may_cancel(state: str, *, is_from_staff: bool, by_staff: bool, starts_at: datetime | None, now: datetime) -> bool:
    """A proposal is taken back by its own side; what was agreed is called off by either, until it begins."""
    if state == CallState.PROPOSED:
        return is_from_staff == by_staff
    return state == CallState.ACCEPTED and starts_at is not None and now < starts_at


def may_note(state: str, *, starts_at: datetime | None, now: datetime) -> bool:
    """May its outcome be written down? From its beginning on."""
    has_begun = starts_at is not None and now >= starts_at
    return state in (CallState.ACCEPTED, CallState.OVER) and has_begun


def times_left(times: Sequence[datetime], *, now: datetime) -> list[datetime]:
    """Those of the proposed times that can still be kept."""
    return [at for at in times if at > now]


def is_template(text: str) -> bool:
    """Is it an https address in which `{key}`, and perhaps `{ticket}`, stand behind the host, and nothing else in braces?

    Without the key a room's name could be guessed from the ticket's number.
    """
    try:
        parts = list(string.Formatter().parse(text))
        address = urlsplit(text)
        host, login = address.hostname, address.username
    except ValueError:
        return False
    places = [name for _text, name, _spec, _conversion in parts if name is not None]
    is_plain = all(not spec and not conversion for _text, name, spec, conversion in parts if name is not None)
    is_address = address.scheme == "https" and bool(host) and login is None and "{" not in address.netloc
    is_clean = text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`|')
    return is_address and is_clean and is_plain and "key" in places and set(places) <= _PLACES


def link_of(template: str, *, ticket: int, key: str) -> str:
    """The address of the call's room; empty where no template is set."""
    return template.format(ticket=ticket, key=key) if template else ""
