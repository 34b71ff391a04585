"""`manage.py rebuild_ticket_search`: the index by which customers find their tickets, made anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tickets import actions


class Command(BaseCommand):
    help = "Indexes every ticket anew for the customers' search, in batches, while the site runs."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done in actions.rebuild_search():
            self.stdout.write(f"{done} tickets indexed")
        if not done:
            self.stdout.write("There are no tickets.")
