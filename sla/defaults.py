"""The targets that hold where nothing else is said. Codes and numbers only; rows are written by actions and a migration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sla.choices import Hours, Severity, Unit

OFFICE_HOURS = (("09:00", "17:30"),)
OFFICE_DAY = 8 * 3600 + 30 * 60  # seconds

# severity: hours, first response, resolution, grace. The mission's table of targets and the policy's grace per step.
Row = tuple[Hours, tuple[int, Unit], tuple[int, Unit], tuple[int, Unit]]
DEFAULT_TARGETS: Mapping[str, Row] = {
    Severity.P0: (Hours.ALWAYS, (15, Unit.MINUTES), (4, Unit.HOURS), (30, Unit.MINUTES)),
    Severity.P1: (Hours.ALWAYS, (1, Unit.HOURS), (8, Unit.HOURS), (1, Unit.HOURS)),
    Severity.P2: (Hours.BUSINESS, (4, Unit.HOURS), (2, Unit.DAYS), (4, Unit.HOURS)),
    Severity.P3: (Hours.BUSINESS, (1, Unit.DAYS), (3, Unit.DAYS), (1, Unit.DAYS)),
}
# The demonstration's plan, around the clock: a visitor sees a ticket climb the whole ladder in about two minutes.
FAST_TARGETS: Mapping[str, Row] = {
    Severity.P0: (Hours.ALWAYS, (30, Unit.SECONDS), (8, Unit.MINUTES), (25, Unit.SECONDS)),
    Severity.P1: (Hours.ALWAYS, (60, Unit.SECONDS), (10, Unit.MINUTES), (40, Unit.SECONDS)),
    Severity.P2: (Hours.ALWAYS, (120, Unit.SECONDS), (15, Unit.MINUTES), (60, Unit.SECONDS)),
    Severity.P3: (Hours.ALWAYS, (180, Unit.SECONDS), (20, Unit.MINUTES), (90, Unit.SECONDS)),
}


def target_columns(row: Row) -> dict[str, Any]:
    """The columns of an SlaTarget for a row of the tables above."""
    hours, first_response, resolution, grace = row
    return {
        "hours": hours.value,
        "first_response_amount": first_response[0],
        "first_response_unit": first_response[1].value,
        "resolution_amount": resolution[0],
        "resolution_unit": resolution[1].value,
        "grace_amount": grace[0],
        "grace_unit": grace[1].value,
    }
