"""How a measuring process is spoken to: one line of JSON in, one line out. Standard library only: the peer's process
speaks it too, in an environment that lacks ours."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

Answer = dict[str, Any]


class Mouth:
    """Writes answers to what was standard output; everything else that is printed goes to standard error from now on."""

    def __init__(self) -> None:
        self._out: TextIO = os.fdopen(os.dup(1), "w")
        self._next_progress = 0.0
        os.dup2(2, 1)

    def say(self, answer: Answer) -> None:
        self._out.write(json.dumps(answer) + "\n")
        self._out.flush()

    def progress(self, done: int) -> None:
        """Tell how far a long command is, at most twice a second."""
        if time.monotonic() >= self._next_progress:
            self._next_progress = time.monotonic() + 0.5
            self.say({"progress": done})


def serve(mouth: Mouth, commands: Mapping[str, Callable[..., Answer]]) -> None:
    """Answer until the other side hangs up. What a command raises becomes the answer."""
    for line in sys.stdin:
        arguments = json.loads(line)
        try:
            mouth.say(commands[arguments.pop("do")](**arguments))
        except Exception as error:  # the other side decides what becomes of it
            mouth.say({"error": f"{type(error).__name__}: {error}"})
