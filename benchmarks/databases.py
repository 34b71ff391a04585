"""Scratch databases of a measurement: a file each, or a database each in one PostgreSQL server; copied, restored, dropped."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.processes import Trouble
from tests.postgres import server

_PREFIX = f"bench_{os.getpid()}"  # two measurements may share a server


@dataclass(slots=True)
class Place:
    """Where databases are made: a folder, and a server's URL where it is PostgreSQL."""

    folder: Path
    address: str = ""
    made: list[str] = field(default_factory=list)

    def new(self, name: str) -> str:
        """An empty database; its URL."""
        if not self.address:
            return f"sqlite:///{self._file(name)}"
        self._execute("CREATE DATABASE {}", name)
        return self._url(name)

    def copy(self, source: str, target: str) -> str:
        """Make `target` what `source` is now, whatever it was before; its URL. Nobody may be connected to either."""
        if not self.address:
            for ending in ("-wal", "-shm"):
                Path(f"{self._file(target)}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self._file(source), self._file(target))
            return f"sqlite:///{self._file(target)}"
        self._drop(target)
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", target, source)
        return self._url(target)

    def drop_all(self) -> None:
        for name in list(self.made):
            self._drop(name)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{_PREFIX}_{name}"))

    def _drop(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        full = [sql.Identifier(f"{_PREFIX}_{name}") for name in names]
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*full))
        if names[0] not in self.made:
            self.made.append(names[0])


@contextlib.contextmanager
def place(db: str, folder: Path) -> Iterator[Place]:
    """Where to make databases of that kind. Those of a server are dropped at the end; the folder is the caller's."""
    if db == "sqlite":
        yield Place(folder)
        return
    try:
        with server(durable=True) as address:  # a commit costs what it costs in production
            there = Place(folder, address)
            try:
                yield there
            finally:
                there.drop_all()
    except psycopg.OperationalError as error:
        raise Trouble(f"The PostgreSQL server does not answer: {str(error).strip()}") from error
