"""bin/run: the whole site on this machine, with demo data and no server to install."""

import fcntl
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
import unicodedata
from pathlib import Path
from typing import TextIO

from installation import PYTHON, ROOT, RUN_NEEDS, ensure_installed, python_environment
from processes import Child, Family
from trouble import Trouble

HOST = "127.0.0.1"
PEOPLE = ROOT / "supportdesk" / "demo" / "people.toml"
WAIT_FOR_FIRST_PAGE = 60  # seconds


class Stopped(Exception):
    """Ctrl-C, or a polite signal."""


def main(arguments: list[str]) -> int:
    if arguments:
        print(__doc__)
        print("usage: bin/run    PORT (8000) and DATA_DIR (var/) may be set in the environment")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    port = _port()
    data = _data_folder()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    lock = None
    try:
        lock = _lock(data)
        _require_free(port)
        ensure_installed(RUN_NEEDS)
        environment = _environment(port, data)
        _prepare(data, environment)
        return _serve(port, data, environment)
    except Stopped:
        return 0
    finally:
        if lock:
            lock.close()


def _stop(number: int, frame: object) -> None:
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)  # the end takes at most a few seconds: nothing to hurry
    raise Stopped


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Trouble(f"PORT is {text!r} and must be a number from 1 to 65535: try PORT=8010 bin/run")
    return int(text)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Trouble(
                f"Port {port} needs an administrator: choose one above 1023, as in PORT=8010 bin/run"
            ) from error
        except OSError as error:
            raise Trouble(
                f"Port {port} is taken: end what listens there, or choose another, as in PORT={min(port + 1, 65535)} bin/run"
            ) from error


def _data_folder() -> Path:
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().resolve()
    try:
        (data / "log").mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"The data folder {data} cannot be written ({error.strerror}): name another, as in DATA_DIR=~/supportdesk bin/run"
        ) from error
    return data


def _lock(data: Path) -> TextIO:
    """One start a data folder: the lock ends with this process, however it ends."""
    lock = (data / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Trouble(
            f"bin/run is already running on {data}: use that one, end it, or name another folder in DATA_DIR"
        ) from error
    return lock


def _environment(port: int, data: Path) -> dict[str, str]:
    """Everything is set, the empty ones too: a `.env` that names a real database must not receive demo data."""
    return python_environment(
        DJANGO_SETTINGS_MODULE="supportdesk.settings",
        PYTHONUNBUFFERED="1",
        MALLOC_ARENA_MAX="2",  # glibc would give each of the many threads a heap of its own, which never shrinks again
        SECRET_KEY=_secret_key(data),
        DATA_DIR=str(data),
        SITE_URL=f"http://{HOST}:{port}",
        ALLOWED_HOSTS="127.0.0.1,localhost",
        CSRF_TRUSTED_ORIGINS=f"http://{HOST}:{port},http://localhost:{port}",
        DATABASE_URL="",
        REDIS_URL="",
        EMAIL_URL="",
        HTTPS="off",
        STAFF_SECOND_FACTOR="off",
        DEMO="on",
        SERVE_STATIC_FROM_SOURCE="on",
        WAKE_WORKERS="on",
        SWEEP_SECONDS=os.environ.get("SWEEP_SECONDS") or "5",
    )


def _secret_key(data: Path) -> str:
    path = data / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _prepare(data: Path, environment: dict[str, str]) -> None:
    """Migrates and loads the demo data, unless this very code has done so with this very database."""
    for stale in (data / "broker").glob("*"):
        stale.unlink(missing_ok=True)  # messages only wake workers: everything owed is in the database
    stamp = data / ".prepared"
    fingerprint = _code_fingerprint()
    if (data / "supportdesk.sqlite3").exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    print("Preparing the database and the demo data ...", flush=True)
    for command in ("migrate", "load_demo"):
        done = subprocess.run(
            [PYTHON, "manage.py", command, "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Trouble(
                f"{done.stdout}{done.stderr}\n\n`manage.py {command}` failed on {data}: mend what it says above, or begin "
                f"with an empty folder, as in DATA_DIR=/tmp/supportdesk bin/run"
            )
    stamp.write_text(fingerprint)


def _code_fingerprint() -> str:
    """Changes when a migration, the demo data or a requirement changes."""
    parts = sorted([*ROOT.glob("*/migrations/*.py"), *(ROOT / "supportdesk" / "demo").rglob("*.*")])
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in parts:
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _serve(port: int, data: Path, environment: dict[str, str]) -> int:
    family = Family(folder=ROOT, environment=environment, log_folder=data / "log")
    try:
        print("Starting web, worker and beat ...", flush=True)
        _start_web(family, port)
        _wait_for_first_page(family, port)
        _start_background(family)
        print(_welcome(port, data), flush=True)
        while (fallen := family.fallen()) is None:
            time.sleep(0.5)
        return _lament(fallen)
    except Stopped:
        print("\nEnding ...", flush=True)
        return 0
    finally:
        family.end()


def _start_web(family: Family, port: int) -> None:
    uvicorn = [PYTHON, "-m", "uvicorn", "supportdesk.asgi:application", "--host", HOST, "--port", port]
    # An open live page never ends by itself: one second is what requests get to finish.
    family.start("web", [*uvicorn, "--no-access-log", "--lifespan", "off", "--timeout-graceful-shutdown", 1])


def _start_background(family: Family) -> None:
    """After the first page, so that a reader need not wait for them."""
    celery = [PYTHON, "-m", "celery", "--app", "supportdesk", "--no-color"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    family.start("worker", [*celery, "worker", "--pool", "threads", "--concurrency", 2, *quiet])
    family.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"])


def _wait_for_first_page(family: Family, port: int) -> None:
    deadline = time.monotonic() + WAIT_FOR_FIRST_PAGE
    while not _answers(port):
        if fallen := family.fallen():
            raise Trouble(f"{fallen.last_words()}\n\n{fallen.name} ended while starting; its log is {fallen.log}")
        if time.monotonic() > deadline:
            raise Trouble(
                f"The site did not answer within {WAIT_FOR_FIRST_PAGE} s: its log is {family.log_folder / 'web.log'}"
            )
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lament(fallen: Child) -> int:
    print(
        f"\n{fallen.last_words()}\n\n{fallen.name} ended by itself, so the rest is ended too. Its log is {fallen.log}",
        file=sys.stderr,
    )
    return 1


def _welcome(port: int, data: Path) -> str:
    book = tomllib.loads(PEOPLE.read_text(encoding="utf-8"))
    rows = [(person["email"], person["name"], person["is"]) for person in book["people"]]
    widths = [max(_columns(row[column]) for row in rows) for column in (0, 1)]
    table = "\n".join(f"  {_padded(email, widths[0])}  {_padded(name, widths[1])}  {who}" for email, name, who in rows)
    return (
        f"\nSupportdesk: http://{HOST}:{port}\n\n"
        f"Sign in as any of these; the password of all is  {book['password']}\n{table}\n\n"
        f"Data: {data}   Logs: {data / 'log'}\nCtrl-C ends it."
    )


def _columns(text: str) -> int:
    """Columns that a terminal gives the text: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _columns(text))
