"""The floor: the very rows that a sweep wrote, written again by `executemany` on the driver's own connection.

No ORM, no decision, no reading: what is left is what the database takes for so many rows in so many transactions.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, models

from benchmarks.rows import stored_fields
from tickets.models import Ticket

Row = tuple[Any, ...]
Change = tuple[int, list[Any]]  # a ticket's key, and a statement's values
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """One INSERT or UPDATE and its values, ticket by ticket."""

    name: str
    sql: str
    changes: list[Change]


class Driver:
    """The driver's connection to the database in use, with the same settings and no converters between it and us."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.is_postgres = connection.vendor == "postgresql"
        if self.is_postgres:
            self.raw: Any = psycopg.Cursor(
                connection.connection
            )  # binds on the server; Django's own binds in the client
            self.mark = "%s"
        else:
            options = connection.settings_dict["OPTIONS"]
            self.raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=20)
            self.raw.executescript(options["init_command"])
            self.mark = "?"

    def close(self) -> None:
        self.raw.close()

    def write(self, statements: Iterable[tuple[str, Sequence[list[Any]]]]) -> None:
        """One transaction of `executemany`s."""
        self.raw.execute("BEGIN" if self.is_postgres else "BEGIN IMMEDIATE")
        for text, values in statements:
            self.raw.executemany(text, values)
        self.raw.execute("COMMIT")


def rows_of(driver: Driver, ids: Sequence[int]) -> dict[str, dict[int, Row]]:
    """Every row of those tickets, in whatever table, as the driver gives them: table -> key -> columns."""
    found: dict[str, dict[int, Row]] = {}
    for model, column in _tables():
        columns = ", ".join(_quote(each.column) for each in stored_fields(model))
        table = found[model._meta.db_table] = {}
        for chunk in _chunks(ids):
            marks = ", ".join([driver.mark] * len(chunk))
            statement = f"SELECT {columns} FROM {_quote(model._meta.db_table)} WHERE {_quote(column)} IN ({marks})"
            for row in driver.raw.execute(statement, chunk).fetchall():
                table[row[0]] = row
    return found


def difference(before: dict[str, dict[int, Row]], after: dict[str, dict[int, Row]], mark: str) -> list[Statement]:
    """The statements that turn `before` into `after`: an UPDATE of the columns that changed, an INSERT of new rows."""
    found = []
    for model, ticket_column in _tables():
        table, columns = model._meta.db_table, [each.column for each in stored_fields(model)]
        old, new, place = before[table], after[table], columns.index(ticket_column)
        changed = [key for key in new if key in old and new[key] != old[key]]
        places = [n for n in range(len(columns)) if any(new[key][n] != old[key][n] for key in changed)]
        if changed:
            sets = ", ".join(f"{_quote(columns[n])} = {mark}" for n in places)
            found.append(Statement(
                f"UPDATE {table}", f'UPDATE {_quote(table)} SET {sets} WHERE "id" = {mark}',
                [(new[key][place], [*(new[key][n] for n in places), key]) for key in changed],
            ))  # fmt: skip
        if added := [new[key] for key in new if key not in old]:
            names = ", ".join(_quote(each) for each in columns[1:])
            marks = ", ".join([mark] * (len(columns) - 1))
            found.append(Statement(
                f"INSERT {table}", f"INSERT INTO {_quote(table)} ({names}) VALUES ({marks})",
                [(row[place], list(row[1:])) for row in added],
            ))  # fmt: skip
    return found


def in_batches(statements: list[Statement], ids: Sequence[int], size: int) -> list[list[tuple[str, list[list[Any]]]]]:
    """The same statements by batches of `size` tickets: what one transaction each holds."""
    by_ticket = []
    for each in statements:
        values: dict[int, list[list[Any]]] = defaultdict(list)
        for ticket, change in each.changes:
            values[ticket].append(change)
        by_ticket.append((each.sql, values))
    return [
        [(text, [change for ticket in chunk for change in values.get(ticket, ())]) for text, values in by_ticket]
        for chunk in _chunks(ids, size)
    ]


def _tables() -> Iterator[tuple[type[models.Model], str]]:
    """Every table with rows of a ticket, and the column that holds the ticket's key. The key column comes first."""
    for model in apps.get_models():
        if model is Ticket:
            yield model, "id"
        for each in model._meta.concrete_fields:
            if each.name == "ticket" and each.related_model is Ticket:
                yield model, each.column


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _chunks(ids: Sequence[int], size: int = _CHUNK) -> Iterator[list[int]]:
    left = iter(ids)
    while chunk := list(islice(left, size)):
        yield chunk
