"""Who is watching which ticket in this process, and who wakes them when something happens on it.

One poller a process asks the database once a second which events are new, however many pages are open; it stops when
nobody watches. It carries no content: a watcher is told that there is something, and asks for what it may see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connections

from tickets.models import TicketEvent

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A transaction that took its event's id early may commit after later ids were seen: for so long its id is looked for.
LATE_COMMIT_SECONDS = 30.0
_FIRST_LOOK_BACK = 500  # ids; what was in flight while the poller started
MOST_STREAMS_A_PERSON = 8

EventSeen = tuple[int, int, bool]  # id, ticket id, is public


class Watcher:
    """One open page: woken when its ticket has news that it may be told of."""

    def __init__(self, *, ticket_id: int, person_id: int, sees_internal: bool) -> None:
        self.ticket_id = ticket_id
        self.person_id = person_id
        self.sees_internal = sees_internal
        self.latest = 0
        self._woken = asyncio.Event()

    def tell(self, event_id: int) -> None:
        self.latest = max(self.latest, event_id)
        self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    async def news(self, within: float) -> int | None:
        """The newest event's id as soon as there is news; None when there was none for `within` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), within)
        self._woken.clear()
        latest, self.latest = self.latest, 0
        return latest or None


class Window:
    """Which of the recent event ids are new. Ids are remembered until nothing with a lower one can still be committed."""

    def __init__(self, known: Iterable[int], *, at: float) -> None:
        self._seen = dict.fromkeys(known, at)
        self.floor = max(0, max(self._seen, default=0) - _FIRST_LOOK_BACK)

    def new_of(self, events: Iterable[EventSeen], *, at: float) -> list[EventSeen]:
        """Those seen for the first time; `at` is a monotonic instant in seconds."""
        fresh = [event for event in events if event[0] > self.floor and event[0] not in self._seen]
        self._seen.update((event[0], at) for event in fresh)
        settled = [event_id for event_id, seen_at in self._seen.items() if seen_at < at - LATE_COMMIT_SECONDS]
        if settled:
            self.floor = max(self.floor, *settled)
            self._seen = {event_id: seen_at for event_id, seen_at in self._seen.items() if event_id > self.floor}
        return fresh


class Hub:
    """The watchers of one event loop and their poller. Not thread-safe: everything runs on that loop but the query."""

    def __init__(self) -> None:
        self._watchers: defaultdict[int, set[Watcher]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None
        self._looking = asyncio.Event()  # set from the poller's first look on
        self.is_closing = False

    @property
    def watcher_count(self) -> int:
        return sum(len(watchers) for watchers in self._watchers.values())

    @property
    def is_polling(self) -> bool:
        return self._poller is not None and not self._poller.done()

    def has_room_for(self, person_id: int) -> bool:
        """May this person open one more live page in this process?"""
        mine = sum(each.person_id == person_id for watchers in self._watchers.values() for each in watchers)
        return mine < MOST_STREAMS_A_PERSON

    @contextlib.contextmanager
    def watching(self, *, ticket_id: int, person_id: int, sees_internal: bool) -> Iterator[Watcher]:
        """Watch a ticket inside the block.

        What is committed after `looking` returned is told; what was before is for the watcher to ask.
        """
        watcher = Watcher(ticket_id=ticket_id, person_id=person_id, sees_internal=sees_internal)
        self._watchers[ticket_id].add(watcher)
        if not self.is_polling:
            self._poller = asyncio.get_running_loop().create_task(self._poll(), name="tickets.live")
        try:
            yield watcher
        finally:
            self._leave(watcher)

    async def looking(self) -> None:
        """Wait for the poller's first look."""
        await self._looking.wait()

    def publish(self, events: Iterable[EventSeen]) -> None:
        """Wake the watchers of these events' tickets; those of internal events only where they see such."""
        for event_id, ticket_id, is_public in events:
            for watcher in self._watchers.get(ticket_id, ()):
                if is_public or watcher.sees_internal:
                    watcher.tell(event_id)

    def close(self) -> None:
        """End every stream soon: the server is going down."""
        self.is_closing = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.wake()

    def _leave(self, watcher: Watcher) -> None:
        watchers = self._watchers[watcher.ticket_id]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[watcher.ticket_id]
        if not self._watchers and self._poller:
            self._poller.cancel()
            self._poller = None
            self._looking.clear()

    async def _poll(self) -> None:
        window: Window | None = None
        was_down = False
        while True:
            try:
                if window is None:
                    window = Window(await in_thread(_latest_ids), at=time.monotonic())
                    self._looking.set()
                else:
                    events = await in_thread(_events_after, window.floor)
                    self.publish(window.new_of(events, at=time.monotonic()))
                was_down = False
            except (DatabaseError, InterfaceError):
                # The database restarts or is busy: the pages stay open and catch up when it is back.
                if not was_down:
                    log.warning("Live updates wait: the database does not answer.", exc_info=True)
                was_down = True
            await asyncio.sleep(POLL_SECONDS)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop: one a server process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        _end_streams_on_signals(loop, _hubs[loop])
    return _hubs[loop]


async def in_thread(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask the database from an async view, and give the connection back at once: a stream must not hold one."""

    def asked() -> T:
        try:
            return ask(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(asked, thread_sensitive=False)()


def _latest_ids() -> list[int]:
    return list(TicketEvent.objects.order_by("-pk").values_list("pk", flat=True)[:_FIRST_LOOK_BACK])


def _events_after(floor: int) -> list[EventSeen]:
    return list(TicketEvent.objects.filter(pk__gt=floor).order_by("pk").values_list("pk", "ticket_id", "is_public"))


def _end_streams_on_signals(loop: asyncio.AbstractEventLoop, ours: Hub) -> None:
    """Let the streams end when the server is told to stop: it waits for open answers before it calls any other hook."""
    if threading.current_thread() is not threading.main_thread():
        return
    for each in (signal.SIGTERM, signal.SIGINT):
        previous = signal.getsignal(each)
        if not callable(previous):
            continue

        def stop(number: int, frame: FrameType | None, previous: Callable = previous) -> None:
            loop.call_soon_threadsafe(ours.close)
            previous(number, frame)

        signal.signal(each, stop)
