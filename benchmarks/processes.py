"""Measuring processes as their parent sees them: started, asked, and ended with it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]


class Trouble(Exception):
    """One clear sentence for the person at the terminal."""


@dataclass(slots=True)
class Speaker:
    """One process that answers a line of JSON with another."""

    name: str
    process: subprocess.Popen[str]
    errors: IO[bytes]

    def ask(self, do: str, **arguments: object) -> dict[str, Any]:
        """The answer to one command; what it says of its progress meanwhile is shown. Raises Trouble when it fails."""
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Trouble(self._obituary(do)) from None
        for line in self.process.stdout:
            answer = json.loads(line)
            if "progress" in answer:
                say(f"  {self.name}: {answer['progress']:,} ...", is_passing=True)
            elif "error" in answer:
                raise Trouble(f"{self.name} could not {do}: {answer['error']}")
            else:
                return answer
        raise Trouble(self._obituary(do))

    def _obituary(self, do: str) -> str:
        self.errors.seek(0)
        words = self.errors.read().decode(errors="replace").splitlines()[-8:]
        return "\n".join([*words, f"{self.name} ended while it was to {do}."])


@contextlib.contextmanager
def speaker(name: str, command: Sequence[object], environment: Mapping[str, str]) -> Iterator[Speaker]:
    """A process in a session of its own, so that a terminal's Ctrl-C reaches the parent alone. It ends with the block."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [str(word) for word in command], env=dict(environment), cwd=ROOT, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            yield Speaker(name, process, errors)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def say(text: str, *, is_passing: bool = False) -> None:
    """Progress, on standard error. A passing line is overwritten by the next, and left out where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="" if is_passing else "\n", file=sys.stderr, flush=True)
    elif not is_passing:
        print(text, file=sys.stderr, flush=True)


def end_politely() -> None:
    """Let SIGTERM and SIGHUP unwind as Ctrl-C does, so that servers are stopped and folders deleted."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def clean_environment(**values: str) -> dict[str, str]:
    """The environment for children: what there is, less what would lead Python astray, plus `values`."""
    astray = ("PYTHONHOME", "PYTHONPATH", "DJANGO_SETTINGS_MODULE")
    return {key: value for key, value in os.environ.items() if key not in astray} | values
