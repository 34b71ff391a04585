"""bin/test: everything that must hold, on both databases, ending in one line: N passed, N failed."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from installation import PYTHON, ROOT, TEST_NEEDS, ensure_installed, python_environment
from trouble import Trouble

LOUD = "!" * 100
WORKERS = "3"  # on two cores: journeys spend much of their time waiting for clocks and other processes


@dataclass
class Tally:
    """What happened so far. A check that is no test counts as one when it fails and not at all when it passes."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    troubles: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        self.failed += 1
        self.troubles.append(what)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    began = time.monotonic()
    ensure_installed(TEST_NEEDS)
    has_browser = _look_for_browser()
    tally = Tally()
    scratch = Path(tempfile.mkdtemp(prefix="supportdesk-checks-"))
    try:
        if not options.fast:
            _check_code(scratch, tally)
        if options.sqlite or not options.postgres:
            _test(_Suite("SQLite", [], {"DATABASE_URL": ""}), options, scratch, tally, has_browser)
        if options.postgres or not options.sqlite:
            # The everyday browser journeys ran on SQLite, where bin/run serves them; --all walks them here too.
            with_browser = has_browser and (options.all or options.postgres)
            suite = _Suite("PostgreSQL", ["-m", "tests.postgres", str(PYTHON)], {})
            _test(suite, options, scratch, tally, with_browser)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _say_all(tally, has_browser, time.monotonic() - began)
    return 1 if tally.failed or tally.troubles else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Runs ruff, mypy, the migrations' check, and the tests on SQLite and then on PostgreSQL.",
        epilog="What follows -- goes to pytest, as in: bin/test --fast --sqlite -- tests/sla -k calendar. "
        "In the environment: CHROMIUM (path of a browser), BROWSER=required (fail without one), "
        "TEST_DATABASE_URL (a PostgreSQL to use instead of the embedded one), WORKERS (3).",
    )
    parser.add_argument("--all", action="store_true", help="also the whole matrix of language, theme and width")
    parser.add_argument("--faults", action="store_true", help="also the slow injected faults")
    parser.add_argument("--sqlite", action="store_true", help="the tests on SQLite alone")
    parser.add_argument("--postgres", action="store_true", help="the tests on PostgreSQL alone")
    parser.add_argument("--fast", action="store_true", help="the tests alone, without style, types and migrations")
    options = parser.parse_args(arguments[:split])
    options.pytest = arguments[split + 1 :]
    return options


def _look_for_browser() -> bool:
    found = subprocess.run(
        [PYTHON, "-c", "from tests.browser import find_chromium; print(find_chromium() or '')"],
        cwd=ROOT,
        env=python_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    if found:
        print(f"Browser: {found}", flush=True)
        return True
    if os.environ.get("BROWSER") == "required":
        raise Trouble(
            "BROWSER=required, and no Chromium was found: install one (on Debian: sudo apt install chromium) or name it "
            "in CHROMIUM."
        )
    print(_NO_BROWSER, flush=True)
    return False


_NO_BROWSER = (
    f"{LOUD}\n  NO CHROMIUM FOUND: THE BROWSER JOURNEYS DO NOT RUN.\n"
    f"  Install one (on Debian: sudo apt install chromium) or name it in CHROMIUM.\n{LOUD}"
)


def _check_code(scratch: Path, tally: Tally) -> None:
    production = python_environment(
        SECRET_KEY="checks-only-" + "x" * 50, DATA_DIR=str(scratch / "data"), DATABASE_URL="", REDIS_URL=""
    )
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
        "mypy": ["-m", "mypy"],
        "migrations": ["manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1"],
    }
    for name, command in checks.items():
        print(f"\n=== {name}", flush=True)
        if subprocess.run([PYTHON, *command], cwd=ROOT, env=production, check=False).returncode:
            tally.fail(name)


@dataclass
class _Suite:
    database: str
    prefix: list[str]
    environment: dict[str, str]


def _test(suite: _Suite, options: argparse.Namespace, scratch: Path, tally: Tally, with_browser: bool) -> None:
    print(f"\n=== Tests on {suite.database}", flush=True)
    report = scratch / f"{suite.database}.xml"
    data = scratch / f"data-{suite.database}"
    command = [
        *[str(PYTHON), *suite.prefix, "-m", "pytest", f"--junitxml={report}", "-m", _marks(options, with_browser)],
        *["-n", os.environ.get("WORKERS") or WORKERS, "--dist", "loadgroup", *options.pytest],
    ]
    environment = python_environment(**suite.environment, DATA_DIR=str(data), REDIS_URL="")
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdin=subprocess.DEVNULL)
    _count(report, suite.database, done.returncode, tally)


def _marks(options: argparse.Namespace, with_browser: bool) -> str:
    left_out = [
        *([] if with_browser else ["browser"]),
        *([] if options.all else ["matrix"]),
        *([] if options.faults else ["faults"]),
    ]
    return " and ".join(f"not {mark}" for mark in left_out)


def _count(report: Path, database: str, code: int, tally: Tally) -> None:
    """Adds a run's report. A run that left none, or that failed without a failed test, counts as one failure."""
    failed = 0
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 pytest wrote it a moment ago
            total, skipped, failures, errors = (
                int(suite.get(key, "0")) for key in ("tests", "skipped", "failures", "errors")
            )
            failed += failures + errors
            tally.passed += max(total - skipped - failures - errors, 0)
            tally.skipped += skipped
    tally.failed += failed
    if failed:
        tally.troubles.append(f"{failed} tests on {database}")
    elif code:
        tally.fail(f"the run on {database} (pytest ended with {code})")


def _say_all(tally: Tally, has_browser: bool, seconds: float) -> None:
    print(f"\n=== In all, after {seconds:.0f} s")
    if not has_browser:
        print(_NO_BROWSER)
    if tally.skipped:
        print(f"Skipped: {tally.skipped}")
    if tally.troubles:
        print(f"Failed: {'; '.join(tally.troubles)}")
    sys.stdout.flush()
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
