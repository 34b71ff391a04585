"""`bin/bench escalation`: measure, print the table, write the file."""

from __future__ import annotations

import argparse
import json

from benchmarks.escalation import run
from benchmarks.escalation.options import add_arguments, options_of
from benchmarks.escalation.table import table


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench escalation",
        description=run.__doc__,
        epilog="PostgreSQL is the one that DATABASE_URL or TEST_DATABASE_URL names, or an embedded one. django-helpdesk is "
        "installed once, by pip, into an environment of its own under DATA_DIR (var/).",
    )
    add_arguments(parser)
    options = options_of(parser, arguments)
    figures = run.measure(options)
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures.as_json(), indent=1) + "\n")
    return 0
