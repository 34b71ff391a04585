"""Where a person is signed in: every write to it, and how it is read.

A row beside the session's own, because a session does not say whose it is. No address is kept: browser and time are enough
to recognise one's own, and say nothing about where a person was.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import HttpRequest

from accounts.browsers import browser_words
from accounts.models import BrowserSession, User

logger = logging.getLogger(__name__)
_KEY, _DAY = "signed_in_key", "signed_in_day"  # in the session
_LONGEST_HEADER = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One place where the person is signed in; instants aware."""

    pk: int
    browser: str
    begun_at: datetime
    seen_at: datetime
    is_this: bool


def begin(request: HttpRequest, *, user: User, now: datetime) -> None:
    """The person signed in with this request, whose session is new. Rows of sessions that are over go."""
    if not request.session.session_key:
        request.session.save()
    rows = BrowserSession.objects.filter(user=user)
    with transaction.atomic():
        rows.exclude(session_key__in=_alive(rows, now)).delete()
        BrowserSession.objects.update_or_create(
            session_key=request.session.session_key,
            defaults={
                "user": user, "begun_at": now, "seen_at": now,
                "user_agent": request.headers.get("User-Agent", "").replace("\0", "")[:_LONGEST_HEADER],
            },
        )  # fmt: skip
    _note(request, now)


def seen(request: HttpRequest, *, now: datetime) -> None:
    """The person is here: written once a day, and when the session got another key. A page never fails because of it."""
    session = request.session
    key = session.get(_KEY)
    if key is None or (key == session.session_key and session.get(_DAY) == now.date().isoformat()):
        return
    try:
        with transaction.atomic():
            rows = BrowserSession.objects.filter(session_key=key, user=request.user.pk)
            rows.update(session_key=session.session_key, seen_at=now)
    except DatabaseError as error:
        logger.warning("a session could not be noted as seen: %s", type(error).__name__)
        return
    _note(request, now)


def signed_in(request: HttpRequest, *, now: datetime) -> list[SignedIn]:
    """Where the reader is signed in at `now`, the present session first (2 queries)."""
    rows = BrowserSession.objects.filter(user=request.user.pk)
    alive = _alive(rows, now)
    found = [
        SignedIn(
            pk=row.pk, browser=browser_words(row.user_agent), begun_at=row.begun_at, seen_at=row.seen_at,
            is_this=row.session_key == request.session.session_key,
        )
        for row in rows.order_by("-seen_at", "-pk") if row.session_key in alive
    ]  # fmt: skip
    return sorted(found, key=lambda each: not each.is_this)


def end(*, user: User, pk: int) -> bool:
    """Sign the person out there; was there anything to end?"""
    with transaction.atomic():
        row = BrowserSession.objects.filter(user=user, pk=pk).first()
        if row is None:
            return False
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
        return True


def end_others(request: HttpRequest, *, user: User, now: datetime) -> None:
    """Sign the person out everywhere but here, also where no row tells of it: of before there were any."""
    with transaction.atomic():
        others = BrowserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
        Session.objects.filter(session_key__in=list(others.values_list("session_key", flat=True))).delete()
        others.delete()
        User.objects.filter(pk=user.pk).update(sign_outs=F("sign_outs") + 1)
        user.refresh_from_db(fields=["sign_outs"])
        update_session_auth_hash(request, user)
        seen(request, now=now)


def _note(request: HttpRequest, now: datetime) -> None:
    request.session[_KEY], request.session[_DAY] = request.session.session_key, now.date().isoformat()


def _alive(rows, now: datetime) -> Collection[str]:
    keys = list(rows.values_list("session_key", flat=True))
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return set(sessions.values_list("session_key", flat=True))
