"""Many rows in one statement, whatever their number. The one room that knows how each engine takes rows out of a parameter.

The rows travel as one JSON text. No signal is sent and no model's `save` is called: this is for the sweep, which writes
thousands of rows of known shape and needs to know which of its claims held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection, models

Row = Sequence[Any]


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

    `columns` are attribute names (`ticket_id`). A row that is there already with the same unique column `replaces` takes
    the new values of the others. Gives the columns `returning` of what was inserted, in no certain order.
    """
    if not rows:
        return []
    common = _defaults(model) | dict(same or {})
    fixed = [name for name in common if name not in columns]
    shape = _shape(model, tuple(columns), connection.vendor)
    sql = (
        f"INSERT INTO {_quoted(model._meta.db_table)} ({_names(model, [*columns, *fixed])}) "  # noqa: S608 names of ours
        f"SELECT {', '.join([*shape.values, *(['%s'] * len(fixed))])} FROM {shape.source} WHERE true"
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
        cursor.execute(sql, [*_prepared(model, common, fixed), _packed(rows)])
        return cursor.fetchall() if returning else []


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    claims: Sequence[str] = (),
    still_empty: Sequence[str] = (),
    same: Mapping[str, Any] | None = None,
) -> set[int]:
    """Change a row each; the primary keys of those that were changed.

    A row is its primary key, the new values of `columns`, and what was seen in `claims`: one that does not hold any more
    leaves its row alone, as does a column of `still_empty` that is filled by now. `same` is set in all of them.
    """
    if not rows:
        return set()
    common = dict(same or {})
    shape = _shape(model, (model._meta.pk.attname, *columns, *claims), connection.vendor)
    key, *values = shape.values
    table = _quoted(model._meta.db_table)
    sets = [f"{_names(model, [name])} = {value}" for name, value in zip(columns, values, strict=False)]
    sets += [f"{_names(model, [name])} = %s" for name in common]
    holds = [f"{table}.{_names(model, [model._meta.pk.attname])} = {key}"]
    holds += [
        f"{table}.{_names(model, [name])} = {seen}" for name, seen in zip(claims, values[len(columns) :], strict=True)
    ]
    holds += [f"{table}.{_names(model, [name])} IS NULL" for name in still_empty]
    sql = (
        f"UPDATE {table} SET {', '.join(sets)} FROM {shape.source} WHERE {' AND '.join(holds)} "  # noqa: S608 names of ours
        f"RETURNING {table}.{_names(model, [model._meta.pk.attname])}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_prepared(model, common, common), _packed(rows)])
        return {pk for (pk,) in cursor.fetchall()}


class _Shape:
    """How a statement names the values of a row (`values`), and where the rows come from (`source`, one parameter)."""

    def __init__(self, types: Sequence[str], vendor: str) -> None:
        names = [f"c{number}" for number in range(len(types))]
        if vendor == "postgresql":
            self.values = [f"given.{name}" for name in names]
            typed = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
            self.source = f"json_to_recordset(%s::json) AS given({typed})"
        else:
            self.values = [f"json_extract(given.value, '$[{number}]')" for number in range(len(types))]
            self.source = "json_each(%s) AS given"


@lru_cache(maxsize=64)
def _shape(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> _Shape:
    return _Shape([str(_field(model, name).db_type(connection)) for name in columns], vendor)


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


def _prepared(model: type[models.Model], values: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    return [_field(model, name).get_db_prep_save(values[name], connection) for name in names]


def _packed(rows: Sequence[Row]) -> str:
    """The rows as one JSON text. PostgreSQL reads instants in ISO form; SQLite's columns hold them in Django's."""
    if connection.vendor == "postgresql":
        names = [f"c{number}" for number in range(len(rows[0]))]
        return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows]).decode()
    return orjson.dumps(rows, default=_as_text, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _as_text(value: Any) -> str:
    """Instants as SQLite's columns hold them; anything else is a mistake of the caller."""
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    raise TypeError(f"{value!r} cannot be written in bulk.")
