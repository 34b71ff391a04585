"""Plays written lifecycles through the real actions and the real sweep, on a scratch database."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from escalation.replay import MalformedScenario, play


class Command(BaseCommand):
    help = (
        "Plays each scenario of the files through the real actions and the real sweep, at the instants it gives, on a scratch "
        "database beside the configured one, which is not touched. Prints every difference from what is expected."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="JSON with “scenarios”, or a list of them")
        parser.add_argument("--only", help="only the scenario with this id")

    def handle(self, *args: Any, **options: Any) -> None:
        scenarios = [each for name in options["files"] for each in _scenarios(Path(name))]
        if options["only"]:
            scenarios = [each for each in scenarios if each.get("id") == options["only"]]
        if not scenarios:
            raise CommandError("There is no scenario to play.")
        name = connection.settings_dict["NAME"]
        if connection.vendor != "sqlite":  # SQLite's is in memory
            connection.settings_dict["TEST"] = {**connection.settings_dict["TEST"], "NAME": f"replay_{os.getpid()}"}
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            failed = sum(not self._play(each) for each in scenarios)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        self.stdout.write(f"{len(scenarios) - failed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _play(self, scenario: dict[str, Any]) -> bool:
        """True when all went as written. Each scenario is rolled back: they do not see each other."""
        title = f"{scenario.get('id', '?')} {scenario.get('title', '')}".strip()
        try:
            with transaction.atomic():
                differences = [str(each) for each in play(scenario)]
                transaction.set_rollback(True)
        except MalformedScenario as mistake:
            differences = [f"is no scenario: {mistake}"]
        self.stdout.write(f"{'FAILED' if differences else 'passed'}  {title}")
        for line in differences:
            self.stdout.write(f"        {line}")
        return not differences


def _scenarios(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise CommandError(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except ValueError as mistake:
        raise CommandError(f"{path} is no JSON: {mistake}.") from mistake
    found = content.get("scenarios") if isinstance(content, dict) else content
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise CommandError(f"{path} has no list of “scenarios”.")
    return found
