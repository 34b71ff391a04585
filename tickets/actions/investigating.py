"""Writing down how a problem is being found out. No clock changes: what is noted here is no answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import locked, record, require, settle
from tickets.actions.masking import Masker
from tickets.choices import EventKind, Noted, Reproduced, SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Attempt, Investigation, Ticket

_TEXTS = ("hypothesis", "reproduced_how", "conclusion", "fix", "prevention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The investigation as an engineer wants it to read. `tried` is one more thing that was tried, empty for none."""

    hypothesis: str = ""
    tried: str = ""
    reproduced: str = Reproduced.NOT_TRIED
    reproduced_how: str = ""
    conclusion: str = ""
    fix: str = ""
    prevention: str = ""


def investigate(
    *,
    ticket: Ticket,
    by: User,
    findings: Findings,
    now: datetime,
    seen_revision: int = 0,
    key: uuid.UUID | None = None,
) -> bool:
    """Note what is believed and what was tried; was anything new? The event keeps each text that is new.

    What was tried is added once for each `key`. Refused when somebody else changed the investigation after `seen_revision`,
    so that nothing is overwritten unseen. Secrets are masked.
    """
    masker = Masker()
    findings = _masked(findings, masker)
    with transaction.atomic():
        ticket = locked(ticket)
        require("investigate", ticket)
        row = Investigation.objects.filter(ticket=ticket).first() or Investigation(ticket=ticket)
        is_new_attempt = bool(findings.tried) and not (key and Attempt.objects.filter(key=key).exists())
        changes = _changes(row, findings, with_attempt=is_new_attempt)
        if not changes:
            return False
        if row.revision != seen_revision:
            raise ActionRefused(
                _("%(name)s changed the investigation meanwhile. Compare with what is there now and save again.")
                % {"name": row.by.name}
            )
        _write(row, findings, by=by, now=now)
        if is_new_attempt:
            Attempt.objects.create(investigation=row, text=findings.tried, by=by, at=now, key=key or uuid.uuid4())
        record(ticket, EventKind.INVESTIGATED, by=by, now=now, data={"changes": changes})
        masker.record(ticket, by=by, now=now)
        settle(ticket, now=now)
        return True


def _masked(findings: Findings, masker: Masker) -> Findings:
    texts = {name: getattr(findings, name).strip() for name in (*_TEXTS, "tried")}
    return replace(findings, **{name: masker.text(each, SecretPlace.INVESTIGATION) for name, each in texts.items()})


def _changes(row: Investigation, findings: Findings, *, with_attempt: bool) -> list[dict[str, str]]:
    """What is new, as codes and texts, in the order in which it is read."""
    changes = []
    for noted in Noted.values:
        if noted == Noted.TRIED:
            changes += [{"what": noted, "text": findings.tried}] if with_attempt else []
        elif noted == Noted.REPRODUCED:
            after = (findings.reproduced, findings.reproduced_how)
            if after != (row.reproduced, row.reproduced_how):
                changes.append({"what": noted, "code": after[0], "text": after[1]})
        elif getattr(findings, noted) != getattr(row, noted):
            changes.append({"what": noted, "text": getattr(findings, noted)})
    return changes


def _write(row: Investigation, findings: Findings, *, by: User, now: datetime) -> None:
    for name in (*_TEXTS, "reproduced"):
        setattr(row, name, getattr(findings, name))
    row.revision, row.by, row.at = row.revision + 1, by, now
    row.save()
