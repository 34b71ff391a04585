"""Twenty clicks at once on “Send to an engineer”: one ticket, on real concurrent connections."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from tests.cast import make_cast
from tickets.models import Clock, Message, Ticket, TicketEvent


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_file_one_ticket() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("real concurrent connections are PostgreSQL's to show; SQLite has one writer")
    cast = make_cast()
    page = {"submission_key": str(uuid.uuid4()), "severity": "p0", "subject": "Nobody can join", "description": "110"}
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(cast.alice)
    barrier = threading.Barrier(len(clients))
    answers: list[tuple[int, str]] = []

    def click(client: Client) -> None:
        barrier.wait()
        try:
            response = client.post("/tickets/new/", page)
            answers.append((response.status_code, response.headers.get("Location", "")))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ticket = Ticket.objects.get()
    assert answers == [(302, f"{ticket.get_absolute_url()}details/")] * 20
    assert (Message.objects.count(), Clock.objects.count()) == (1, 2)
    assert TicketEvent.objects.filter(kind="opened").count() == 1
