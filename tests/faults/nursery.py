"""Forks a worker a line of its standard input, and answers with the worker's process id. See tests/faults/crew.py."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import django
from django.db import DatabaseError

ROOMS = ("escalation.sweep", "notifications.fan_out", "delivery.sending")


def main(clock: Path) -> None:
    django.setup()
    sweep, fan_out, sending = (importlib.import_module(room) for room in ROOMS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed

    def work() -> NoReturn:
        while True:
            now = dt.datetime.fromisoformat(clock.read_text())
            for run in (sweep.run, fan_out.run, sending.send_due):
                began = time.monotonic()
                try:
                    run(now)
                except DatabaseError as error:  # a task that fails ends no worker: the next beat has it done
                    print(
                        f"{run.__module__} after {time.monotonic() - began:.1f} s: {error}", file=sys.stderr, flush=True
                    )
            time.sleep(0.005)

    for _line in sys.stdin:
        worker = os.fork()
        if not worker:
            work()
        print(worker, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
