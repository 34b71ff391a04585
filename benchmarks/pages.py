"""Time pages inside one process that has one loaded database: `python -m benchmarks.pages load|serve`.

`serve` answers one line of JSON per line read, so that a parent can interleave several databases in the same minutes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.load import Loader, counts  # noqa: E402
from tickets.models import Ticket  # noqa: E402

QUEUE = "/admin/tickets/ticket/"


def load(tickets: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    if Ticket.objects.exists():
        return
    began = time.perf_counter()
    Loader(tickets=tickets, now=timezone.now()).run()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"seconds": round(time.perf_counter() - began, 1), **counts()}), flush=True)


def subjects() -> dict[str, Callable[[], None]]:
    """What is timed, by name. Each raises when the page does not answer 200."""
    ticket = Ticket.objects.open().order_by("-pk").select_related("requester").first()
    assert ticket is not None
    customer, engineer = Client(), Client()
    customer.force_login(ticket.requester)
    engineer.force_login(User.objects.get(email="e0@bench.test"))
    page = ticket.get_absolute_url()

    def get(client: Client, path: str) -> Callable[[], None]:
        def fetch() -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")

        return fetch

    def raw_query() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM tickets_ticket WHERE id = %s", [ticket.pk])
            cursor.fetchall()

    return {
        "hello view": get(Client(), "/hello/"),
        "raw query": raw_query,
        "ticket page": get(customer, page),
        "queue page": get(engineer, QUEUE),
        "desk page": get(engineer, f"{QUEUE}{ticket.pk}/change/"),
        "customer list": get(customer, "/tickets/"),
    }


def serve() -> None:
    timed = subjects()
    for name, fetch in timed.items():  # warm up, and count the queries
        fetch()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            fetch()
        print(json.dumps({"name": name, "queries": len(queries)}), flush=True)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name = line.strip()
        began = time.perf_counter()
        timed[name]()
        print(json.dumps({"name": name, "ms": (time.perf_counter() - began) * 1000}), flush=True)


if __name__ == "__main__":
    load(int(sys.argv[2])) if sys.argv[1] == "load" else serve()
