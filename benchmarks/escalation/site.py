"""Our side of the measurement: a process on one loaded database. `python -m benchmarks.escalation.site NOW`.

NOW is the instant at which everything is loaded and every sweep runs, so that each round meets the same world.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from itertools import count

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.escalation import floor, verify  # noqa: E402
from benchmarks.escalation.load import Loader  # noqa: E402
from benchmarks.lines import Answer, Mouth, serve  # noqa: E402
from benchmarks.rows import tidy  # noqa: E402
from escalation import sweep  # noqa: E402
from notifications import fan_out  # noqa: E402
from supportdesk.memory import settle  # noqa: E402
from tickets.models import TicketEvent  # noqa: E402

BATCH: int = getattr(sweep, "BATCH", 200)


class Site:
    """The commands. Those that are timed say `seconds`; what they assert they assert after the clock was stopped."""

    def __init__(self, now: datetime, mouth: Mouth) -> None:
        self.now, self.mouth = now, mouth
        self.batches: list[list[tuple[str, list[list[object]]]]] = []

    def run(self) -> None:
        sweep.run(self.now, hands=settings.SWEEP_HANDS)

    def load(self, tickets: int, overdue: int) -> Answer:
        began = time.perf_counter()
        call_command("migrate", verbosity=0, interactive=False)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")
        Loader(tickets=tickets, overdue=overdue, now=self.now).run(self.mouth.progress)
        tidy()
        return {"seconds": time.perf_counter() - began, **self.release()}

    def release(self) -> Answer:
        """Let go of the database, so that it can be copied or replaced."""
        connection.close()
        return {}

    def facts(self) -> Answer:
        connection.ensure_connection()
        version = ".".join(map(str, connection.get_database_version()))
        return {
            "database": f"{connection.display_name} {version}", "django": metadata.version("django"),
            "batch": BATCH,
        }  # fmt: skip

    def study(self) -> Answer:
        """One sweep that is not timed: its queries are counted, and what it writes is kept for the floor."""
        before = verify.overdue(self.now)
        ids = list(before)
        driver = floor.Driver()
        rows = floor.rows_of(driver, ids)
        queries = count()
        with _counted(lambda: next(queries)):  # of this thread's connection
            sweep.run(self.now)
        verify.require_climbed(before, self.now)
        statements = floor.difference(rows, floor.rows_of(driver, ids), driver.mark)
        driver.close()
        self.batches = floor.in_batches(statements, ids, BATCH)
        return {
            "queries": next(queries), "tickets": len(ids), "batches": math.ceil(len(ids) / BATCH),
            "rows": {each.name: len(each.changes) for each in statements},
        }  # fmt: skip

    def sweep(self) -> Answer:
        before = verify.overdue(self.now)
        began = time.perf_counter()
        self.run()
        seconds = time.perf_counter() - began
        verify.require_climbed(before, self.now)
        return {"seconds": seconds, "tickets": len(before)}

    def floor(self) -> Answer:
        driver = floor.Driver()
        began = time.perf_counter()
        for batch in self.batches:
            driver.write(batch)
        seconds = time.perf_counter() - began
        driver.close()
        return {"seconds": seconds}

    def fan_out(self, events: int) -> Answer:
        """Tell of so many of the events that a sweep left; the others count as told."""
        chosen = list(TicketEvent.objects.owed().values_list("pk", flat=True)[:events])
        TicketEvent.objects.owed().exclude(pk__in=chosen).update(fanned_out_at=self.now)
        began = time.perf_counter()
        tally = fan_out.run(self.now)
        seconds = time.perf_counter() - began
        if tally.events != len(chosen):
            raise verify.Missing(f"the fan-out told of {tally.events} events of {len(chosen)}")
        return {"seconds": seconds, "events": tally.events, "notices": tally.notices}

    def idle(self, times: int) -> Answer:
        """Sweeps that have nothing to do. What a big sweep left dead is tidied first, as autovacuum does in the minute after."""
        tidy()
        if verify.overdue(self.now):
            raise verify.Missing("something is overdue where nothing should be")
        queries = count()
        with _counted(lambda: next(queries)):  # of this thread's connection
            sweep.run(self.now)
        samples = []
        for _ in range(times):
            began = time.perf_counter()
            self.run()
            samples.append(time.perf_counter() - began)
        return {"samples": samples, "queries": next(queries)}


@contextmanager
def _counted(hear: Callable[[], object]):
    def wrapper(execute, sql, params, many, context):
        hear()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def main() -> None:
    mouth = Mouth()
    settle()  # as a worker does
    site = Site(datetime.fromisoformat(sys.argv[1]), mouth)
    names = ("load", "release", "facts", "study", "sweep", "floor", "fan_out", "idle")
    serve(mouth, {name: getattr(site, name) for name in names})


if __name__ == "__main__":
    main()
