"""`manage.py judge_tickets`: how ready each ticket is that was filed before this was judged. May be stopped and begun again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tickets import actions


class Command(BaseCommand):
    help = "Judges how ready the tickets are that nobody judged, in batches. Run it once after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        judged = 0
        for judged in actions.judge_unjudged():
            self.stdout.write(f"{judged} tickets judged")
        if not judged:
            self.stdout.write("Every ticket is judged.")
