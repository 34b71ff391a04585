"""The receipts of the promises beside the ladder, in the words of `tickets.receipts`. Reads, never writes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from escalation.choices import PromiseKind
from escalation.models import PromiseClock, PromiseSegment
from tickets.ledger import facts_of
from tickets.models import Ticket
from tickets.receipts import Reasons, ReceiptShown, receipt_shown

MOST_PROMISES = 10


def promise_receipts_of(ticket: Ticket, *, now: datetime, most: int | None = MOST_PROMISES) -> list[ReceiptShown]:
    """The latest promises made on the ticket, the newest first; all of them where `most` is None (2 queries)."""
    segments = Prefetch("segments", PromiseSegment.objects.select_related("by").order_by("at", "pk"))
    rows = PromiseClock.objects.filter(ticket=ticket).select_related("calendar").prefetch_related(segments)
    return [
        receipt_shown(
            clock,
            facts_of(clock),
            label=str(PromiseKind(clock.kind).label),
            segments=list(clock.segments.all()),
            since=clock.started_at,
            now=now,
            reasons=_reasons(),
        )
        for clock in rows.order_by("-pk")[:most]
    ]


def _reasons() -> Reasons:
    return {
        ("started", "promised"): _("Started: the promise was made"),
        ("paused", "waiting"): _("Paused: the ticket waited for the customer or was solved"),
        ("resumed", "waiting"): _("Goes on: the ticket was with us again"),
        ("stopped", "acknowledged"): _("Stopped: %(name)s took it on"),
        ("stopped", "accepted"): _("Stopped: %(name)s accepted it with a plan"),
        ("stopped", "answered"): _("Stopped: the answer was given"),
        ("cancelled", "replaced"): _("Ended: a new promise took its place"),
    }
