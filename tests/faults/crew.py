"""Workers that are made to be killed: one process has the site loaded and forks a worker within milliseconds.

A worker sweeps, tells and sends over and over, at the instant that stands in a file: the test decides what time it is.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.processes import ROOT, environment

NURSERY = "tests.faults.nursery"


class Crew:
    """The test's end. At the end of the block no worker and no forking process is left."""

    def __init__(self, data: Path, **values: str) -> None:
        self.clock = data / "now"
        self.workers: list[int] = []
        values = {"DJANGO_SETTINGS_MODULE": "tests.settings", "WAKE_WORKERS": "off", "LOG_LEVEL": "CRITICAL"} | values
        self._log = (data / "crew.log").open("wb")
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", NURSERY, str(self.clock)], cwd=ROOT, env=environment(data, **values), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: object) -> None:
        while self.workers:
            self.kill(self.workers[0])
        self._nursery.kill()
        self._nursery.wait()
        self._log.close()

    def say(self, now: dt.datetime) -> None:
        """What time it is from now on."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(now.isoformat())
        fresh.rename(self.clock)

    def fork(self) -> int:
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write("fork\n")
        self._nursery.stdin.flush()
        self.workers.append(int(self._nursery.stdout.readline()))
        return self.workers[-1]

    def kill(self, worker: int) -> None:
        self.workers.remove(worker)
        os.kill(worker, signal.SIGKILL)
