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

ROOMS = ("escalation.sweep", "notifications.fan_out", "delivery.sending")


def main(clock: Path) -> None:
    django.setup()
    sweep, fan_out, sending = (importlib.import_module(room) for room in ROOMS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed

    def work() -> NoReturn:
        while True:
            now = dt.datetime.fromisoformat(clock.read_text())
            sweep.run(now)
            fan_out.run(now)
            sending.send_due(now)
            time.sleep(0.005)

    for _line in sys.stdin:
        worker = os.fork()
        if not worker:
            work()
        print(worker, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
