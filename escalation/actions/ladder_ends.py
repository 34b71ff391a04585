"""Where a severity's ladder ends before the escalation manager is paged: an administrator's row."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from escalation.models import LadderEnd
from tickets.actions import look_at_overdue


def end_ladder_elsewhere(*, severity: str, top: str | None, now: datetime, row: LadderEnd) -> None:
    """Store the row, or delete it where `top` is None. What is overdue is looked at by the next sweep: a ladder that goes on
    higher up may owe a step to a ticket that nobody would look at again. A row moved to another severity changes two ladders.
    """
    with transaction.atomic():
        before = LadderEnd.objects.filter(pk=row.pk).values_list("severity", flat=True).first() if row.pk else None
        if top is None:
            row.delete()
        else:
            row.severity, row.top = severity, top
            row.save()
        for each in {severity, before} - {None}:
            look_at_overdue(severity=str(each), now=now)
