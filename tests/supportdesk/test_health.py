import pytest
from django.db import OperationalError, connection
from django.test import Client

from supportdesk import health


@pytest.fixture
def ignorant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrations", health._Migrations())


def _breaks(*args: object, **kwargs: object) -> None:
    raise OperationalError("gone")


def test_livez_asks_no_database(client: Client) -> None:
    """Without the `db` fixture a query would fail the test."""
    answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_readyz_says_ready_and_then_costs_one_query(
    db: None, client: Client, ignorant: None, django_assert_num_queries
) -> None:
    assert client.get("/readyz").content == b"ready\n"
    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def test_readyz_refuses_while_a_migration_is_missing(db: None, client: Client, ignorant: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tickets'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"migrations are missing\n")


def test_readyz_refuses_while_the_database_is_away(
    db: None, client: Client, ignorant: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", _breaks)
        answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_supervisor_is_never_sent_to_https(db: None, client: Client, settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]

    assert client.get(path).status_code == 200
    assert client.get("/accounts/login/").status_code == 301
    assert client.post(path).status_code == 405
