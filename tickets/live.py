"""Who is watching which ticket in this process, and who wakes them when something happens on it.

One poller a process asks the database once a second which events are new, however many pages are open; it stops when
nobody watches. It carries no content: a watcher is told that there is something, and asks for what it may see. The names of
who is writing, and for staff of which colleagues look at the ticket in this process, are all that it tells by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from tickets.models import TicketEvent, Writing

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A transaction that took its event's id early may commit after later ids were seen: for so long its id is looked for.
LATE_COMMIT_SECONDS = 30.0
_FIRST_LOOK_BACK = 500  # ids; what was in flight while the poller started
MOST_STREAMS_A_PERSON = 8

WRITING_SHOWN_SECONDS = 10.0  # since the last beat of somebody's typing
_MOST_WRITERS = 1000  # on all tickets together

EventSeen = tuple[int, int, bool]  # id, ticket id, is public
WriterSeen = tuple[int, int, str, bool]  # ticket id, person's id and name, is internal


@dataclass(frozen=True, slots=True)
class People:
    """The names of the others on a ticket, as one watcher may know them: who is writing, and who else looks at it."""

    writing: tuple[str, ...] = ()
    looking: tuple[str, ...] = ()


class Watcher:
    """One open page: woken when its ticket has news that it may be told of, or others begin or cease to write."""

    def __init__(self, *, ticket_id: int, person_id: int, sees_internal: bool, name: str = "") -> None:
        self.ticket_id = ticket_id
        self.person_id = person_id
        self.name = name
        self.sees_internal = sees_internal
        self.latest = 0
        self.people = People()
        self._woken = asyncio.Event()

    def tell(self, event_id: int) -> None:
        self.latest = max(self.latest, event_id)
        self._woken.set()

    def show(self, people: People) -> None:
        if people != self.people:
            self.people = people
            self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    async def news(self, within: float) -> int | None:
        """The newest event's id as soon as there is news; None when others began or ceased to write, or after `within` seconds."""
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
    def watching(self, *, ticket_id: int, person_id: int, sees_internal: bool, name: str = "") -> Iterator[Watcher]:
        """Watch a ticket inside the block.

        What is committed after `looking` returned is told; what was before is for the watcher to ask.
        """
        watcher = Watcher(ticket_id=ticket_id, person_id=person_id, sees_internal=sees_internal, name=name)
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

    def show_people(self, writers: Iterable[WriterSeen]) -> None:
        """Tell each watcher who of the others is writing; staff also which colleagues look at the ticket. Customers never
        learn of internal notes, nor that somebody merely looks."""
        on_ticket: defaultdict[int, list[WriterSeen]] = defaultdict(list)
        for each in writers:
            on_ticket[each[0]].append(each)
        for ticket_id, watchers in self._watchers.items():
            staff = {each.person_id: each.name for each in watchers if each.sees_internal}
            for watcher in watchers:
                watcher.show(_people(watcher, on_ticket.get(ticket_id, ()), staff))

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
                    self.show_people(await in_thread(_writers))
                was_down = False
            except (DatabaseError, InterfaceError):
                # The database restarts or is busy: the pages stay open and catch up when it is back.
                if not was_down:
                    log.warning("Live updates wait: the database does not answer.", exc_info=True)
                was_down = True
            await asyncio.sleep(POLL_SECONDS)


def _people(watcher: Watcher, writers: Iterable[WriterSeen], staff: Mapping[int, str]) -> People:
    """What this watcher may know of the others."""
    writing = {
        person: name
        for _ticket, person, name, is_internal in writers
        if person != watcher.person_id and (watcher.sees_internal or not is_internal)
    }
    if not watcher.sees_internal:
        return People(tuple(writing.values()))
    looking = (name for person, name in staff.items() if person != watcher.person_id and person not in writing)
    return People(tuple(writing.values()), tuple(sorted(looking)))


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


def _writers() -> list[WriterSeen]:
    """Whoever typed in the last seconds, the first to begin first."""
    since = timezone.now() - timedelta(seconds=WRITING_SHOWN_SECONDS)
    rows = Writing.objects.filter(at__gt=since).order_by("pk")
    return list(rows.values_list("ticket_id", "user_id", "user__name", "is_internal")[:_MOST_WRITERS])


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
