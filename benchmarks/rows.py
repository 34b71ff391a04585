"""Rows by the hundred thousand: COPY on PostgreSQL, `executemany` on SQLite, the columns filled from the model's defaults."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

IS_POSTGRES = connection.vendor == "postgresql"


class Table:
    """Buffers rows of one model under keys of its own making, and writes them in the order given."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = stored_fields(model)
        self.columns = [field.column for field in fields]
        self._attnames = [field.attname for field in fields]
        self._defaults = {each.attname: None if each.primary_key else _plain(each.get_default()) for each in fields}
        self._json = {each.attname for each in fields if isinstance(each, models.JSONField)}
        self._instants = {each.attname for each in fields if isinstance(each, models.DateTimeField)}
        self._uuids = {each.attname for each in fields if isinstance(each, models.UUIDField)}
        self._fresh = {each.attname: each.get_default for each in fields if each.unique and each.has_default()}
        self._last = model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self._rows: list[list[Any]] = []

    def add(self, **values: Any) -> int:
        """Buffer a row; its key. A name that is no column of the model is a KeyError."""
        self._last += 1
        row = {**self._defaults, "id": self._last, **values}
        for name in self._fresh.keys() - values.keys():
            row[name] = self._fresh[name]()
        if len(row) != len(self._attnames):
            raise KeyError(f"{self.model.__name__} has no {sorted(set(row) - set(self._attnames))}")
        if not IS_POSTGRES:
            self._for_sqlite(row)
        for name in self._json:
            row[name] = row[name] if isinstance(row[name], str) else json.dumps(row[name])
        self._rows.append([row[name] for name in self._attnames])
        return self._last

    def flush(self) -> None:
        rows, self._rows = self._rows, []
        quoted = ", ".join(connection.ops.quote_name(column) for column in self.columns)
        table = connection.ops.quote_name(self.model._meta.db_table)
        if IS_POSTGRES:
            with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(self.columns))
            connection.connection.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({places})", rows)

    def _for_sqlite(self, row: dict[str, Any]) -> None:
        for name in self._instants:
            row[name] = _as_text(row[name])
        for name in self._uuids:
            row[name] = row[name].hex


def stored_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that are written; what the database computes by itself is not."""
    return [each for each in model._meta.concrete_fields if not each.generated]


def _as_text(at: datetime | None) -> str | None:
    """As Django stores an instant on SQLite; its own function asks for the settings at every call."""
    return None if at is None else str(at.astimezone(UTC).replace(tzinfo=None))


def _plain(default: Any) -> Any:
    return default.value if isinstance(default, models.enums.Choices) else default


def count_on(tables: Iterable[Table]) -> None:
    """Let the database's own counting go on after the keys that were written (PostgreSQL; SQLite does by itself)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [each.model for each in tables]):
            cursor.execute(statement)


def tidy() -> None:
    """Fresh statistics, and nothing left over for a background process to do during a measurement."""
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
