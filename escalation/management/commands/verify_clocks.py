"""Verifies the stored clocks and promises against their ledger and the next looks against the ladder, and rebuilds them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from escalation import verifying
from escalation.actions import Rules
from escalation.actions.promises import rebuild
from tickets import ledger
from tickets.actions.base import locked
from tickets.models import Ticket
from tickets.verifying import Finding


class Command(BaseCommand):
    help = (
        "Computes every stored clock and promise anew from its ledger, and when each ticket is to be looked at next, and "
        "prints each difference. With --fix the stored values are replaced by the computed ones; the ledger itself and "
        "recorded breaches are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="store what was computed")
        parser.add_argument(
            "--ticket", type=int, action="append", metavar="N", help="only this ticket; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        seen = differing = mended = 0
        rules = Rules()
        for case in verifying.cases(options["ticket"]):
            seen += len(case.clocks) + len(case.promises)
            found = list(verifying.findings(case, rules, now=timezone.now()))
            differing += len({each.clock for each in found})
            for each in found:
                self.stdout.write(str(each))
            if options["fix"] and any(each.can_mend for each in found):
                mended += self._mend(case.ticket, found, rules)
            if seen % 100_000 == 0:
                self.stderr.write(f"{seen} clocks so far")
        self.stdout.write(
            f"{seen} clocks verified, {differing} differ" + (f", {mended} mended" if options["fix"] else "")
        )
        if differing > mended:
            raise SystemExit(1)

    def _mend(self, ticket: Ticket, found: list[Finding], rules: Rules) -> int:
        """Rebuilds the ticket; how many of the differing clocks are sound now."""
        now = timezone.now()
        with transaction.atomic():
            ledger.rebuild(locked(ticket), now=now)
            for promise in ticket.promises.select_related("calendar").prefetch_related("segments"):
                if promise.segments.all() and not ledger.is_stale(promise):
                    rebuild(promise, now=now)
        left = {
            each.clock for case in verifying.cases([ticket.pk]) for each in verifying.findings(case, rules, now=now)
        }
        return len({each.clock for each in found} - left)
