"""`bin/bench`: what is measured, by name. Ratios are what counts: seconds differ from machine to machine."""

from __future__ import annotations

import sys

from benchmarks import calendar_run, escalation_run, page_run
from benchmarks.processes import Trouble, end_politely

_HELP = """usage: bin/bench [pages | escalation | calendar] [options]

  pages       medians of the pages beside a view that does nothing (also without a name)
  escalation  the sweep beside django-helpdesk's escalate_tickets and beside executemany of the same rows
  calendar    additions of working time a second, for two hours, a month and two years

bin/bench NAME --help tells of a measurement's own options."""
_MEASUREMENTS = {"pages": page_run.main, "escalation": escalation_run.main, "calendar": calendar_run.main}


def main(arguments: list[str]) -> int:
    if arguments[:1] in (["--help"], ["-h"]):
        print(_HELP)
        return 0
    if not arguments or arguments[0].startswith("-"):
        arguments = ["pages", *arguments]
    name, *rest = arguments
    if name not in _MEASUREMENTS:
        print(f"{_HELP}\n\nbin/bench: there is no measurement {name!r}", file=sys.stderr)
        return 2
    end_politely()
    try:
        return _MEASUREMENTS[name](rest)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; what it had made is deleted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
