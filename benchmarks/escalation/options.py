"""What `bin/bench escalation` may be asked for, and what it refuses."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OPEN_SHARE = 0.1  # of the tickets that are not overdue


@dataclass(frozen=True, slots=True)
class Options:
    db: str
    tickets: int
    overdue: int
    small: int
    rounds: int
    sample: int
    fan_out: int
    peer: bool
    peer_most: int
    json: Path | None

    def open_tickets(self, tickets: int, overdue: int | None = None) -> int:
        """How many of so many tickets are open, in ours on average and in the peer's exactly."""
        overdue = self.overdue if overdue is None else overdue
        return overdue + round(OPEN_SHARE * (tickets - overdue))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--db", choices=["sqlite", "postgres"], default="sqlite", help="which database (default: sqlite)")
    add("--tickets", type=_positive, default=100_000, metavar="N", help="tickets in all (100000)")
    add("--overdue", type=_natural, default=10_000, metavar="K", help="how many of them are overdue (10000)")
    add(
        "--small",
        type=_positive,
        default=10_000,
        metavar="N",
        help="with how many `nothing overdue` is compared (10000)",
    )
    add("--rounds", type=_positive, default=3, help="how often everything is measured in turn (3)")
    add("--sample", type=_positive, default=300, help="tickets that django-helpdesk climbs a round (300)")
    add("--fan-out", type=_natural, default=100, metavar="EVENTS", help="events told a round; 0: none (100)")
    add("--no-peer", dest="peer", action="store_false", help="without django-helpdesk, so without the network")
    add(
        "--peer-most",
        type=_natural,
        default=200_000,
        metavar="N",
        help="load no more tickets than that into it (200000)",
    )
    add("--json", type=Path, metavar="FILE", help="write every figure to this file")


def options_of(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> Options:
    """The options, checked; what cannot be ends the program with a sentence."""
    options = Options(**vars(parser.parse_args(arguments)))
    if options.overdue > options.tickets:
        parser.error(f"--overdue {options.overdue} is more than --tickets {options.tickets}")
    if options.peer and options.overdue and options.sample > options.open_tickets(options.tickets):
        parser.error(f"--sample {options.sample} is more than the {options.open_tickets(options.tickets)} open tickets")
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"--json {options.json}: there is no folder {options.json.absolute().parent}")
    return options


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def _positive(text: str) -> int:
    number = _natural(text)
    if not number:
        raise argparse.ArgumentTypeError("0 is too few")
    return number
