"""Real processes of the site on the test's own database. Each is ended by whoever started it, and nothing else is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.delivery.mail_servers import free_port

ROOT = Path(__file__).resolve().parents[2]
CSRF = "a" * 32


def database_url() -> str:
    """The test's database, as a child process reaches it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def environment(data: Path, **values: str) -> dict[str, str]:
    """What a child is told: the site's own settings, its own folder, and `values`."""
    return (
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(data),
            "REDIS_URL": "",
            "EMAIL_URL": "",
            "WAKE_WORKERS": "on",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",  # as bin/run has it
        }
        | values
    )


@dataclass(slots=True)
class Process:
    running: subprocess.Popen[bytes]
    log: Path

    def words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def end(self, number: int = signal.SIGTERM, within: float = 15) -> int:
        """Its exit code. One that does not end in time is killed."""
        if self.running.poll() is None:
            self.running.send_signal(number)
        try:
            return self.running.wait(within)
        except subprocess.TimeoutExpired:
            self.running.kill()
            return self.running.wait(5)


@contextlib.contextmanager
def started(name: str, data: Path, command: list[object], values: Mapping[str, str]) -> Iterator[Process]:
    """A child that is surely gone at the end. Its log stands in `data`."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / f"{name}.log"
    with log.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, *[str(word) for word in command]],
            cwd=ROOT, env=environment(data, **values), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    process = Process(running, log)
    try:
        yield process
    finally:
        process.end()


@dataclass(slots=True)
class Web:
    process: Process
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visitor(self, user: User | None = None, *, timeout: float = 30) -> httpx.Client:
        """A browser of sorts, signed in."""
        cookies = {settings.CSRF_COOKIE_NAME: CSRF}
        if user:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return httpx.Client(base_url=self.origin, cookies=cookies, timeout=timeout, trust_env=False)


@contextlib.contextmanager
def web(data: Path, *options: object, grace: int = 10, **values: str) -> Iterator[Web]:
    """The site behind the server that runs it in earnest, answering."""
    port = free_port()
    command = ["-m", "uvicorn", "supportdesk.asgi:application", "--host", "127.0.0.1", "--port", port]
    command += ["--no-access-log", "--lifespan", "off", "--timeout-graceful-shutdown", grace, *options]
    with started("web", data, command, values) as process:
        site = Web(process, port)
        until(lambda: _answers(site), within=60, why=process.words)
        yield site


@contextlib.contextmanager
def worker(data: Path, name: str = "worker", **values: str) -> Iterator[Process]:
    command = ["-m", "celery", "--app", "supportdesk", "--no-color", "worker", "--pool", "threads", "--concurrency", 2]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    with started(name, data, command, values) as process:
        yield process


@contextlib.contextmanager
def beat(data: Path, name: str = "beat", **values: str) -> Iterator[Process]:
    schedule = data / f"{name}.schedule"
    command = ["-m", "celery", "--app", "supportdesk", "--no-color", "beat", "--pidfile=", "--schedule", schedule]
    with started(name, data, command, values) as process:
        yield process


def until(holds: Callable[[], bool], *, within: float, why: Callable[[], str] = lambda: "") -> None:
    """Wait until it holds, `within` seconds at most."""
    ends_at = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends_at, f"not within {within} s\n{why()}"
        time.sleep(0.05)


def _answers(site: Web) -> bool:
    assert site.process.running.poll() is None, site.process.words()
    try:
        return httpx.get(f"{site.origin}/livez", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
