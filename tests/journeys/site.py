"""The whole site as a person starts it: `bin/run` as a process of its own, on a free port and a scratch folder."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIRST_START_WITHIN = 240.0  # seconds; it may install what requirements.txt lists, migrates and loads the demo data
_BOOK = tomllib.loads((ROOT / "supportdesk" / "demo" / "people.toml").read_text(encoding="utf-8"))
PASSWORD: str = _BOOK["password"]
EMAILS: dict[str, str] = {person["email"].partition("@")[0]: person["email"] for person in _BOOK["people"]}


@dataclass
class Site:
    """One data folder and the process that serves it. Started and ended any number of times."""

    folder: Path
    port: int = field(default_factory=lambda: free_port())
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "run.log").read_text(errors="replace")

    def start(self, *, within: float = FIRST_START_WITHIN) -> float:
        """Start it and wait for the first page; the seconds that took."""
        began = time.monotonic()
        welcomes = self._welcomes()
        with (self.folder / "run.log").open("ab") as output:
            self.process = subprocess.Popen(
                [str(ROOT / "bin" / "run")],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self._answers():
            self._require_alive()
            assert time.monotonic() - began < within, f"no page within {within} s:\n{self.log}"
            time.sleep(0.05)
        took = time.monotonic() - began
        while self._welcomes() == welcomes:  # worker and beat start after the first page
            self._require_alive()
            assert time.monotonic() - began < within, f"no welcome within {within} s:\n{self.log}"
            time.sleep(0.05)
        return took

    def interrupt(self, *, within: float = 30.0) -> tuple[int, float]:
        """What Ctrl-C does; the exit code and the seconds until the end."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(within)
        return code, time.monotonic() - began

    def end(self) -> None:
        """Ends whatever still runs of it."""
        if self.process is None or self.process.poll() is not None:
            return
        family = self.family()
        try:
            self.interrupt()
        except subprocess.TimeoutExpired:
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def family(self) -> list[int]:
        """The ids of the launcher and of everything it started."""
        assert self.process is not None
        children: dict[int, list[int]] = {}
        for pid, parent in _processes():
            children.setdefault(parent, []).append(pid)
        found, to_ask = [self.process.pid], [self.process.pid]
        while to_ask:
            young = children.get(to_ask.pop(), [])
            found += young
            to_ask += young
        return found

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a read-only look into the database finds."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/supportdesk.sqlite3?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def _environment(self) -> dict[str, str]:
        unwanted = ("SWEEP_SECONDS", "PAGE_WEBHOOK_URL", "PAGE_WEBHOOK_SECRET", "DEBUG")
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        own = {"PORT": str(self.port), "DATA_DIR": str(self.folder / "data"), "PYTHON": sys.executable}
        return kept | own | self.environment

    def _welcomes(self) -> int:
        return self.log.count("Ctrl-C ends it.") if (self.folder / "run.log").exists() else 0

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=10) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def _require_alive(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, f"bin/run ended with {self.process.returncode}:\n{self.log}"


@contextmanager
def running_site(folder: Path, **environment: str) -> Iterator[Site]:
    """A started site that is ended with the block, however that ends."""
    site = Site(folder, environment=environment)
    try:
        site.start()
        yield site
    finally:
        site.end()


def is_alive(pid: int) -> bool:
    """Does the process still run? One that ended and only waits to be counted does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.strip().startswith("Z")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _processes() -> list[tuple[int, int]]:
    """Every process and its parent."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [(int(pid), int(parent)) for pid, parent in (line.split() for line in listed.splitlines() if line.strip())]
