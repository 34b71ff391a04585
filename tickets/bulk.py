"""Many rows in one statement, whatever their number. The one room that knows how each engine takes rows out of a parameter.

The rows travel as one JSON text; a value that all of them share travels once. No signal is sent and no model's `save` or
`__init__` is called: this is for the sweep, which reads and writes thousands of rows of known shape and needs to know which
of its claims held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL
from psycopg.types.datetime import TimestamptzLoader

Row = Sequence[Any]
M = TypeVar("M", bound=models.Model)


def read(rows: models.QuerySet[M], columns: Sequence[str]) -> list[M]:
    """The rows as instances that hold these columns (attribute names) and no others; for reading.

    A model's `__init__` asks each field of its table, and Django's converters ask the settings at each instant: both were a
    third of the sweep's time. JSON of the same text is parsed once and shared: nobody may change it.
    """
    try:
        sql, params = rows.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # psycopg's own, in C, for this cursor alone; Django's subclass of it is Python.
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(sql, params)
        by_column = [list(each) for each in zip(*cursor.fetchall(), strict=True)]
    for place, name in enumerate(columns if by_column else ()):
        if load := _load_of(_field(rows.model, name)):
            by_column[place] = [each if each is None else load(each) for each in by_column[place]]
    alias = connection.alias
    return [_instance(rows.model, dict(zip(columns, row, strict=True)), alias) for row in zip(*by_column, strict=True)]


def join(rows: Iterable[models.Model], name: str, known: Mapping[int, models.Model]) -> None:
    """Give each row what its foreign key `name` names, as a prefetch does; none where the key is empty."""
    for row in rows:
        row._state.fields_cache[name] = known.get(row.__dict__[f"{name}_id"])


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    same: Mapping[str, Any] | None = None,
    returning: Sequence[str] = (),
    ignore_conflicts: bool = False,
    replaces: str = "",
) -> list[tuple[Any, ...]]:
    """Insert a row each. `same` holds what all have in common; what neither names gets its field's default.

    `columns` are attribute names (`ticket_id`), the first of them the most different. A row that is there already with the
    same unique column `replaces` takes the new values of the others. Gives the columns `returning` of what was inserted, in
    no certain order.
    """
    if not rows:
        return []
    given, (first, *others) = _Given(model), zip(columns, zip(*rows, strict=True), strict=True)
    cells = {first[0]: given.row(*first)} | {name: given.cell(name, values) for name, values in others}
    common = _defaults(model) | dict(same or {})
    cells |= {name: given.cell(name, [value]) for name, value in common.items() if name not in cells}
    sql = (
        f"INSERT INTO {_quoted(model._meta.db_table)} ({_names(model, cells)}) "  # noqa: S608 names of ours
        f"SELECT {', '.join(cells.values())} FROM {given.source()} WHERE true"
    )
    if ignore_conflicts:
        sql += " ON CONFLICT DO NOTHING"
    if replaces:
        changed = [_names(model, [name]) for name in columns if name != replaces]
        sets = ", ".join(f"{name} = excluded.{name}" for name in changed)
        sql += f" ON CONFLICT ({_names(model, [replaces])}) DO UPDATE SET {sets}"
    if returning:
        sql += f" RETURNING {_names(model, returning)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, given.params)
        return cursor.fetchall() if returning else []


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    was: Sequence[Row],
    claims: Sequence[str] = (),
) -> set[int]:
    """Change a row each; the primary keys of those that were changed.

    A row is its primary key, the new values of `columns`, and what was seen in `claims`: one that does not hold any more
    leaves its row alone. `was` are the old values of `columns`: one that no row changes is not written, for the sake of the
    indexes that hold it.
    """
    if not rows:
        return set()
    keys, *values = zip(*rows, strict=True)
    new, seen = values[: len(columns)], values[len(columns) :]
    pairs = zip(columns, new, strict=True)
    changed = [pair for pair, before in zip(pairs, zip(*was, strict=True), strict=True) if pair[1] != before]
    table, given, pk = _quoted(model._meta.db_table), _Given(model), model._meta.pk.attname
    holds = [f"{table}.{_names(model, [pk])} = {given.row(pk, keys)}"]
    holds += [
        f"{table}.{_names(model, [name])} = {given.cell(name, each)}" for name, each in zip(claims, seen, strict=True)
    ]
    sets = [f"{_names(model, [name])} = {given.cell(name, each)}" for name, each in changed or [(columns[0], new[0])]]
    sql = (
        f"UPDATE {table} SET {', '.join(sets)} FROM {given.source()} WHERE {' AND '.join(holds)} "  # noqa: S608
        f"RETURNING {table}.{_names(model, [pk])}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given.params)
        return {found for (found,) in cursor.fetchall()}


class _Given:
    """The values of a statement's rows, given column by column, and how the statement names them: its `params`."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model, self.params = model, dict[str, Any]()
        self._types: list[str] = []
        self._values: list[Row] = []
        self._is_postgres = connection.vendor == "postgresql"

    def cell(self, name: str, values: Row) -> str:
        """A column's name in the statement: of one parameter where all rows share the value."""
        if values.count(values[0]) != len(values):
            return self.row(name, values)
        key = f"p{len(self.params)}"
        self.params[key] = _field(self.model, name).get_db_prep_save(values[0], connection)
        return f"%({key})s"

    def row(self, name: str, values: Row) -> str:
        """A column's name in the statement, with a value a row. At least one column must be given so: it makes the rows."""
        place = len(self._values)
        self._types.append(str(_field(self.model, name).db_type(connection)))
        self._values.append(values)
        return f"given.c{place}" if self._is_postgres else f"json_extract(given.value, '$[{place}]')"

    def source(self) -> str:
        """Where the rows come from. PostgreSQL reads instants in ISO form; SQLite's columns hold Django's."""
        rows = zip(*self._values, strict=True)
        if self._is_postgres:
            names = [f"c{place}" for place in range(len(self._types))]
            self.params["rows"] = orjson.dumps([dict(zip(names, row, strict=True)) for row in rows]).decode()
            typed = ", ".join(f"{name} {kind}" for name, kind in zip(names, self._types, strict=True))
            return f"json_to_recordset(%(rows)s::json) AS given({typed})"
        option = orjson.OPT_PASSTHROUGH_DATETIME
        self.params["rows"] = orjson.dumps(list(rows), default=_as_text, option=option).decode()
        return "json_each(%(rows)s) AS given"


@lru_cache(maxsize=256)
def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _names(model: type[models.Model], columns: Iterable[str]) -> str:
    return ", ".join(_quoted(str(_field(model, name).column)) for name in columns)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    return {
        field.attname: field.get_default()
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated)
    }


def _as_text(value: Any) -> str:
    """Instants as SQLite's columns hold them: of UTC, without saying so. Anything else is a mistake of the caller."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")[: -len("+00:00")]
    raise TypeError(f"{value!r} cannot be written in bulk.")


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


@lru_cache(maxsize=1024)
def _from_json(text: str) -> Any:
    return orjson.loads(text)


def among(keys: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=...)`: Django prepares each key of a list by itself, this sends them as one parameter."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(list(keys)).decode()])


def _load_of(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What turns the driver's value into the field's, where they differ: JSON comes as text, and SQLite's instants know no zone."""
    if isinstance(field, models.JSONField):
        return _from_json
    return _in_utc if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite" else None


def _instance(model: type[M], values: dict[str, Any], alias: str) -> M:
    row = model.__new__(model)
    row.__dict__ = values
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    return row
