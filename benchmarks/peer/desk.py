"""The peer's side of the measurement: `python -m benchmarks.peer.desk`, with the Python of its own environment.

Overdue in the peer's sense: open, of a priority that can still rise, filed more days ago than its queue allows, and not
escalated since. The command reads the clock itself, so the others are marked as escalated a moment ago.
"""

from __future__ import annotations

import os
import random
import time
from datetime import timedelta
from importlib import metadata

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peer.settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import EmailTemplate, FollowUp, Queue, Ticket  # noqa: E402

from benchmarks.lines import Answer, Mouth, serve  # noqa: E402

BATCH = 5000
ESCALATE_DAYS = 2
_TITLES = ("Video freezes 30 s after joining", "Echo on the loudspeaker", "The last 10 s of a recording are missing")
_BODY = "It began after the update to 4.2.1; the log is attached. " * 3


class Desk:
    """The commands. Those that are timed say `seconds`."""

    def __init__(self, mouth: Mouth) -> None:
        self.mouth = mouth

    def load(self, tickets: int, open_tickets: int) -> Answer:
        began = time.perf_counter()
        call_command("migrate", verbosity=0, interactive=False)
        if not EmailTemplate.objects.exists():
            call_command("loaddata", "emailtemplate.json", verbosity=0)
        queues = [
            Queue.objects.create(
                title=name, slug=name.lower(), email_address=f"{name.lower()}@desk.example", escalate_days=ESCALATE_DAYS
            )
            for name in ("Video", "Audio", "Recording", "Network", "Billing")
        ]
        agents = get_user_model().objects.bulk_create(
            get_user_model()(username=f"agent{n}", email=f"agent{n}@desk.example", is_staff=True) for n in range(60)
        )
        pick, now = random.Random(7), timezone.now()
        open_ones = set(pick.sample(range(tickets), open_tickets))
        for first in range(0, tickets, BATCH):
            numbers = range(first, min(first + BATCH, tickets))
            rows = Ticket.objects.bulk_create(
                Ticket(
                    title=_TITLES[n % 3], queue=queues[n % 5], submitter_email=f"c{n % 2000}@customer.example",
                    assigned_to=pick.choice(agents) if pick.random() < 0.8 else None, description=_BODY,
                    status=Ticket.OPEN_STATUS if n in open_ones else Ticket.CLOSED_STATUS, priority=pick.randint(2, 4),
                    last_escalation=now,
                )
                for n in numbers
            )  # fmt: skip
            FollowUp.objects.bulk_create(
                FollowUp(ticket=row, date=now, title=title, comment=_BODY, public=True)
                for row in rows
                for title in ("Ticket Opened", "Comment")
            )
            self.mouth.progress(numbers.stop)
        Ticket.objects.update(created=now - timedelta(days=30))  # bulk_create says now, whatever it is told
        self._tidy()
        return {"seconds": time.perf_counter() - began}

    def facts(self) -> Answer:
        return {name: metadata.version(name) for name in ("django-helpdesk", "django")}

    def arrange(self, overdue: int, has_readers: bool) -> Answer:
        """Make so many tickets overdue and no other. Without readers nobody is to be told of them."""
        Ticket.objects.filter(status__in=Ticket.OPEN_STATUSES).update(last_escalation=timezone.now())
        ids = list(Ticket.objects.filter(status__in=Ticket.OPEN_STATUSES).values_list("pk", flat=True))
        chosen = Ticket.objects.filter(pk__in=random.Random(overdue).sample(ids, overdue))
        agent = get_user_model().objects.first()
        chosen.update(
            last_escalation=None, priority=3, submitter_email="c@customer.example" if has_readers else None,
            assigned_to=agent if has_readers else None,
        )  # fmt: skip
        return {}

    def escalate(self, overdue: int) -> Answer:
        """Time the command, and see that it climbed so many."""
        before = FollowUp.objects.count()
        began = time.perf_counter()
        call_command("escalate_tickets")
        seconds = time.perf_counter() - began
        done = FollowUp.objects.count() - before
        if done != overdue:
            raise RuntimeError(f"escalate_tickets climbed {done} tickets where {overdue} were overdue")
        return {"seconds": seconds}

    def count(self) -> Answer:
        """How many queries the command makes now; not timed."""
        queries = 0

        def hear(execute, sql, params, many, context):
            nonlocal queries
            queries += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(hear):
            call_command("escalate_tickets")
        return {"queries": queries}

    def _tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def main() -> None:
    mouth = Mouth()
    desk = Desk(mouth)
    serve(mouth, {name: getattr(desk, name) for name in ("load", "facts", "arrange", "escalate", "count")})


if __name__ == "__main__":
    main()
