"""`bin/bench escalation`: our sweep, django-helpdesk's, and executemany of the same rows, in turn in one run.

Each round meets the same world: the loaded database is copied afresh, and every sweep runs at the instant of loading.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.databases import Place, place
from benchmarks.escalation.figures import FAN_OUT, FLOOR, PEER, PEER_SILENT, SWEEP, Figures
from benchmarks.escalation.options import Options
from benchmarks.machine import machine
from benchmarks.peer.environment import ensure_peer, peer_folder
from benchmarks.processes import Speaker, clean_environment, say, speaker

IDLE_REPEATS = 10  # a sweep that finds nothing takes a millisecond or two


@dataclass(slots=True)
class Sides:
    """The processes of one run. `small` holds the fewer tickets, none overdue; the peer's may be missing."""

    ours: Speaker
    small: Speaker
    peer: Speaker | None = None
    small_peer: Speaker | None = None


@dataclass(slots=True)
class Run:
    options: Options
    place: Place
    stack: ExitStack
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    notes: list[str] = field(default_factory=list)

    def measure(self) -> Figures:
        options = self.options
        figures = Figures(options.db, options.tickets, options.overdue, {"machine": machine()})
        sides = self._sides()
        figures.facts |= {
            "versions": sides.ours.ask("facts") | (sides.peer.ask("facts") if sides.peer else {}),
            "sizes": {"small": options.small, "sample": options.sample, "rounds": options.rounds},
            "notes": self.notes,
        }
        if options.overdue:
            self._study(sides, figures)
        for number in range(1, options.rounds + 1):
            say(f"round {number} of {options.rounds} ...")
            self._round(sides, figures)
        return figures

    def _sides(self) -> Sides:
        options = self.options
        sides = Sides(
            self._ours("ours", options.tickets, options.overdue, "loaded"),
            self._ours("ours", options.small, 0, "small"),
        )
        if not options.peer:
            self.notes.append("django-helpdesk was left out (--no-peer).")
            return sides
        python = ensure_peer(peer_folder())
        if options.tickets <= options.peer_most:
            sides.peer = self._peer(python, options.tickets, options.open_tickets(options.tickets), "peer")
        else:
            self.notes.append(
                f"django-helpdesk was not loaded with {options.tickets:,} tickets, which takes its models minutes; "
                f"--peer-most {options.tickets} does it."
            )
        sides.small_peer = self._peer(
            python, options.small, options.open_tickets(options.small, overdue=0), "peer_small"
        )
        return sides

    def _ours(self, name: str, tickets: int, overdue: int, database: str) -> Speaker:
        say(f"loading {tickets:,} tickets of ours, {overdue:,} of them overdue ...")
        command = [sys.executable, "-m", "benchmarks.escalation.site", self.now.isoformat()]
        environment = {"DATABASE_URL": self.place.new(database), "DATA_DIR": str(self.place.folder / "data")}
        with speaker(name, command, clean_environment(**environment)) as loader:
            say(f"  in {loader.ask('load', tickets=tickets, overdue=overdue)['seconds']:.0f} s")
        if overdue:
            environment["DATABASE_URL"] = self.place.copy(database, "work")
        return self.stack.enter_context(speaker(name, command, clean_environment(**environment)))

    def _peer(self, python: Path, tickets: int, open_tickets: int, database: str) -> Speaker:
        say(f"loading {tickets:,} tickets of django-helpdesk ...")
        folder = self.place.folder / "peer"
        folder.mkdir(exist_ok=True)
        environment = clean_environment(PEER_DATABASE=self.place.new(database), PEER_FOLDER=str(folder))
        peer = self.stack.enter_context(
            speaker("django-helpdesk", [python, "-W", "ignore", "-m", "benchmarks.peer.desk"], environment)
        )
        say(f"  in {peer.ask('load', tickets=tickets, open_tickets=open_tickets)['seconds']:.0f} s")
        return peer

    def _restore(self, side: Speaker) -> None:
        side.ask("release")
        self.place.copy("loaded", "work")

    def _study(self, sides: Sides, figures: Figures) -> None:
        """Queries and rows, without a clock running."""
        say("counting queries and rows ...")
        studied = sides.ours.ask("study")
        figures.facts["rows_written"] = studied["rows"]
        figures.facts["batches"] = studied["batches"]
        figures.facts["queries_per_batch"] = round(studied["queries"] / studied["batches"], 2)
        figures.queries[SWEEP] = studied["queries"] / studied["tickets"]
        if sides.peer:
            for name, has_readers in ((PEER, True), (PEER_SILENT, False)):
                sides.peer.ask("arrange", overdue=self.options.sample, has_readers=has_readers)
                figures.queries[name] = sides.peer.ask("count")["queries"] / self.options.sample

    def _round(self, sides: Sides, figures: Figures) -> None:
        """Everything once, ours and the peer's alternating."""
        if self.options.overdue:
            self._climb(sides, figures)
        self._idle(sides, figures)
        if self.options.overdue and self.options.fan_out:
            told = sides.ours.ask("fan_out", events=self.options.fan_out)
            figures.each[FAN_OUT].append(told["seconds"] / told["events"])

    def _climb(self, sides: Sides, figures: Figures) -> None:
        overdue, sample = self.options.overdue, self.options.sample
        self._restore(sides.ours)
        figures.each[FLOOR].append(sides.ours.ask("floor")["seconds"] / overdue)
        if sides.peer:
            self._peer_climbs(sides.peer, figures, PEER, sample, has_readers=True)
        self._restore(sides.ours)
        figures.each[SWEEP].append(sides.ours.ask("sweep")["seconds"] / overdue)
        if sides.peer:
            self._peer_climbs(sides.peer, figures, PEER_SILENT, sample, has_readers=False)

    def _peer_climbs(self, peer: Speaker, figures: Figures, name: str, sample: int, *, has_readers: bool) -> None:
        """A ticket of the sample, less what finding nothing takes: that is paid once, however many are overdue."""
        peer.ask("arrange", overdue=0, has_readers=has_readers)
        nothing = peer.ask("escalate", overdue=0)["seconds"]
        peer.ask("arrange", overdue=sample, has_readers=has_readers)
        seconds = peer.ask("escalate", overdue=sample)["seconds"]
        figures.each[name].append((seconds - nothing) / sample + nothing / self.options.overdue)

    def _idle(self, sides: Sides, figures: Figures) -> None:
        """Nothing overdue: our database just swept, or one loaded so; the peer's with every ticket escalated just now."""
        sizes = self.options.tickets, self.options.small
        for _ in range(2):
            for side, size in zip((sides.ours, sides.small), sizes, strict=True):
                answer = side.ask("idle", times=IDLE_REPEATS)
                figures.idle[SWEEP][size] += answer["samples"]
                figures.queries[f"{SWEEP}, nothing overdue among {size}"] = answer["queries"]
        for peer, size in zip((sides.peer, sides.small_peer), sizes, strict=True):
            if peer:
                peer.ask("arrange", overdue=0, has_readers=True)
                figures.idle[PEER][size] += [peer.ask("escalate", overdue=0)["seconds"] for _ in range(3)]


def measure(options: Options) -> Figures:
    """One whole run; everything it made is gone afterwards, however it ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        there = stack.enter_context(place(options.db, folder))
        return Run(options, there, stack).measure()
