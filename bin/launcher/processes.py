"""Children of the launcher: started, watched and ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 3.5  # seconds from the polite signal to the hard one: the whole must end within 5 s


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Family:
    """The children of one start. Each is a session of its own, so that a terminal's Ctrl-C reaches the launcher alone."""

    folder: Path
    environment: Mapping[str, str]
    log_folder: Path
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[object]) -> Child:
        log = self.log_folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        self.children.append(Child(name, process, log))
        return self.children[-1]

    def fallen(self) -> Child | None:
        """The first child that ended although nobody asked it to."""
        return next((child for child in self.children if not child.is_alive), None)

    def end(self) -> None:
        """Asks every child to end, waits `GRACE` seconds for all together, then ends what is left with its helpers."""
        for child in self.children:
            if child.is_alive:
                child.process.terminate()
        deadline = time.monotonic() + GRACE
        while any(child.is_alive for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            try:
                os.killpg(child.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue  # ended with all of its helpers; macOS says EPERM for a group of zombies
        for child in self.children:
            child.process.wait()


def _die_with_parent() -> Callable[[], object] | None:
    """On Linux a child is told when its launcher was killed outright; elsewhere the next start finds the port taken."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL(None)
        return lambda: libc.prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return None
