"""The embedded broker: a folder of messages, for a machine without Redis.

kombu's own folder transport opens a message under its final name before it has written it, so that a worker that looks
at that moment reads half a message and dies. Here a message appears whole, by a rename, and is taken by a rename, so
exactly one worker has it. Messages past their expiry are swept away whenever one is put: a dead worker piles up nothing.
"""

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual


class Channel(virtual.Channel):
    """Reads and writes `<expiry>-<order>-<random>.<queue>.msg`; expiry and order are nanoseconds since 1970."""

    def _folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _messages(self, queue: str) -> list[Path]:
        """The queue's messages, oldest first."""
        found = [path for path in self._folder().glob("*.msg") if path.name.partition(".")[2] == f"{queue}.msg"]
        return sorted(found, key=lambda path: path.name.split("-", 2)[1:])

    def _put(self, queue: str, message: dict[str, Any], **kwargs: object) -> None:
        now = time.time_ns()
        folder = self._folder()
        for stale in folder.glob("*.msg"):
            if int(stale.name.partition("-")[0]) < now:
                stale.unlink(missing_ok=True)
        milliseconds = message.get("properties", {}).get("expiration")
        expiry = now + int(milliseconds) * 1_000_000 if milliseconds else 10**20 - 1
        written = folder / f"{uuid.uuid4()}.part"
        written.write_text(json.dumps(message), encoding="utf-8")
        written.rename(folder / f"{expiry:020d}-{now:020d}-{uuid.uuid4().hex}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for path in self._messages(queue):
            mine = path.with_suffix(f".taken-{os.getpid()}")
            try:
                path.rename(mine)
            except FileNotFoundError:
                continue  # another worker was faster
            text = mine.read_text(encoding="utf-8")
            mine.unlink()
            return json.loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)

    def _delete(self, queue: str, *args: object, **kwargs: object) -> None:
        self._purge(queue)


class Transport(virtual.Transport):
    Channel = Channel
    global_state = virtual.BrokerState()
    driver_type = "folder"
    driver_name = "folder"

    def __init__(self, client: object, **kwargs: object) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """A worker looks up from waiting, and so hears that it shall end, twice a second rather than every 2 s."""
        return super().drain_events(connection, timeout=None if timeout is None else min(timeout, 0.5), **kwargs)

    def driver_version(self) -> str:
        return "1"
