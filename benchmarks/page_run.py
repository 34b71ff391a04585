"""`bin/bench pages`: medians of pages beside a view that does nothing and a raw query, all interleaved in one run.

Ratios are what counts: seconds differ from machine to machine, and from minute to minute on a shared one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.postgres import server

YARDSTICKS = ("hello view", "raw query")


@dataclass(slots=True)
class Site:
    """One process with one loaded database."""

    tickets: int
    process: subprocess.Popen[str]
    queries: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, name: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        self.times[name].append(self.read()["ms"])

    def read(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a measured process ended early")
        return json.loads(line)

    def median(self, name: str) -> float:
        return statistics.median(self.times[name])


@contextmanager
def site(environment: dict[str, str], tickets: int) -> Iterator[Site]:
    """Load the database if it is empty, then keep a process on it ready."""
    command = [sys.executable, "-m", "benchmarks.pages"]
    loaded = subprocess.run(
        [*command, "load", str(tickets)], env=environment, check=True, capture_output=True, text=True
    )
    print(f"loaded {tickets}: {loaded.stdout.strip() or 'already there'}", file=sys.stderr)
    process = subprocess.Popen(
        [*command, "serve"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        ready = Site(tickets, process)
        while "ready" not in (line := ready.read()):
            ready.queries[line["name"]] = line["queries"]
        yield ready
    finally:
        process.terminate()
        process.wait(10)


def environments(db: str, sizes: list[int], folder: Path, stack: ExitStack) -> Iterator[tuple[int, dict[str, str]]]:
    """The environment of each size's process: a database of its own in one server, or a file."""
    address = stack.enter_context(server()) if db == "postgres" else ""
    for tickets in sizes:
        data = folder / f"{db}-{tickets}"
        data.mkdir(parents=True, exist_ok=True)
        url = own_database(address, f"bench_{tickets}") if address else f"sqlite:///{data / 'bench.sqlite3'}"
        yield tickets, {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(data)}


def own_database(address: str, name: str) -> str:
    """A new, empty database of that name in the server; its URL."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def measure(sites: list[Site], rounds: int) -> None:
    """Rounds over every page of every site in turn, so that all see the same minutes."""
    names = list(sites[0].queries)
    for _ in range(rounds):
        for name in names:
            for each in sites:
                each.ask(name)


def report(sites: list[Site], db: str, rounds: int) -> dict:
    base = sites[0]
    print(f"\n{db}, medians of {rounds} interleaved rounds, in one process each, milliseconds")
    head = ["page", "queries", *(f"{each.tickets:,} tickets" for each in sites), "x hello", f"x {base.tickets:,}"]
    print("  ".join(f"{cell:>16}" for cell in head))
    rows = {}
    for name in base.queries:
        last = sites[-1]
        row = {
            "queries": last.queries[name],
            "ms": {each.tickets: round(each.median(name), 3) for each in sites},
            "x_hello": round(last.median(name) / last.median("hello view"), 2),
            "growth": round(last.median(name) / base.median(name), 2),
        }
        rows[name] = row
        cells = [name, row["queries"], *row["ms"].values(), row["x_hello"], row["growth"]]
        print("  ".join(f"{cell!s:>16}" for cell in cells))
    return {"db": db, "rounds": rounds, "pages": rows}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench pages", description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--tickets", default="1000,100000", help="sizes to compare, the first is the base")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="folder to keep SQLite databases in between runs")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.tickets.split(",")]
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        sites = [
            stack.enter_context(site(environment, tickets))
            for tickets, environment in environments(options.db, sizes, folder, stack)
        ]
        measure(sites, options.rounds)
        figures = report(sites, options.db, options.rounds)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
