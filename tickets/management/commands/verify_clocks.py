"""Verifies the stored clocks against their ledger, and rebuilds them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from tickets import ledger
from tickets.actions.base import locked
from tickets.models import Clock, Ticket
from tickets.verifying import Finding, findings

BATCH = 500


class Command(BaseCommand):
    help = (
        "Computes every stored clock anew from its ledger and prints each difference. With --fix the stored values are "
        "replaced by the computed ones; the ledger itself and recorded breaches are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="store what was computed")
        parser.add_argument(
            "--ticket", type=int, action="append", metavar="N", help="only this ticket; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        seen = differing = mended = 0
        for ticket, clocks in _tickets(options["ticket"]):
            seen += len(clocks)
            found = list(findings(ticket, clocks, now=timezone.now()))
            differing += len({each.clock for each in found})
            for each in found:
                self.stdout.write(str(each))
            if options["fix"] and any(each.can_mend for each in found):
                mended += self._mend(ticket, found)
            if seen % 100_000 == 0:
                self.stderr.write(f"{seen} clocks so far")
        self.stdout.write(
            f"{seen} clocks verified, {differing} differ" + (f", {mended} mended" if options["fix"] else "")
        )
        if differing > mended:
            raise SystemExit(1)

    def _mend(self, ticket: Ticket, found: list[Finding]) -> int:
        """Rebuilds the ticket; how many of the differing clocks are sound now."""
        now = timezone.now()
        with transaction.atomic():
            ledger.rebuild(locked(ticket), now=now)
        fresh = Ticket.objects.get(pk=ticket.pk)
        left = {each.clock for each in findings(fresh, list(ledger.clocks_of(fresh).values()), now=now)}
        return len({each.clock for each in found} - left)


def _tickets(only: list[int] | None) -> Iterator[tuple[Ticket, list[Clock]]]:
    """Every ticket with its clocks, in batches by primary key, so that memory is bounded (3 queries a batch)."""
    rows = Ticket.objects.order_by("pk")
    if only:
        rows = rows.filter(pk__in=only)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        clocks: dict[int, list[Clock]] = {each.pk: [] for each in batch}
        loaded = Clock.objects.filter(ticket__in=clocks).select_related("calendar").prefetch_related("segments")
        for clock in loaded:
            clocks[clock.ticket_id].append(clock)
        for ticket in batch:
            yield ticket, clocks[ticket.pk]
