"""What was measured, as samples; and what follows from them: medians, ratios, targets met. No database."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PEER_TARGET = 50  # times slower than our sweep, at least
FLOOR_TARGET = 5  # times executemany, at most
GROWTH_TARGET = 1.5  # nothing overdue among a million, over the same among ten thousand, at most

SWEEP, FLOOR, FAN_OUT = "sweep", "executemany", "fan-out"
PEER, PEER_SILENT = "django-helpdesk", "django-helpdesk, nobody to tell"


@dataclass(slots=True)
class Figures:
    """Samples by name. Those of `each` are seconds a ticket (an event, for the fan-out), those of `idle` seconds a sweep
    that finds nothing, by side and number of tickets. `facts` is what else is worth knowing and goes to the file."""

    db: str
    tickets: int
    overdue: int
    facts: dict[str, Any] = field(default_factory=dict)
    each: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    idle: dict[str, dict[int, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    queries: dict[str, float] = field(default_factory=dict)

    def median(self, name: str) -> float | None:
        return statistics.median(self.each[name]) if self.each.get(name) else None

    def idle_median(self, side: str, tickets: int) -> float | None:
        samples = self.idle.get(side, {}).get(tickets)
        return statistics.median(samples) if samples else None

    def growth(self, side: str) -> float | None:
        """How much longer nothing takes among the most tickets than among the fewest."""
        sizes = sorted(self.idle.get(side, {}))
        if len(sizes) < 2:
            return None
        return _ratio(self.idle_median(side, sizes[-1]), self.idle_median(side, sizes[0]))

    def ratios(self) -> dict[str, float | None]:
        sweep, fan_out = self.median(SWEEP), self.median(FAN_OUT)
        told = sweep + fan_out if sweep and fan_out else None  # of an escalation, one event is what people are told
        return {
            "peer_over_sweep": _ratio(self.median(PEER), sweep),
            "silent_peer_over_sweep": _ratio(self.median(PEER_SILENT), sweep),
            "peer_over_sweep_and_fan_out": _ratio(self.median(PEER), told),
            "sweep_over_executemany": _ratio(sweep, self.median(FLOOR)),
            "idle_growth": self.growth(SWEEP),
            "peer_idle_growth": self.growth(PEER),
        }

    def targets(self) -> dict[str, bool | None]:
        """Whether each target is met; None where it was not measured."""
        ratios = self.ratios()
        peer, floor, growth = (ratios[name] for name in ("peer_over_sweep", "sweep_over_executemany", "idle_growth"))
        return {
            f"peer_over_sweep >= {PEER_TARGET}": None if peer is None else peer >= PEER_TARGET,
            f"sweep_over_executemany <= {FLOOR_TARGET}": None if floor is None else floor <= FLOOR_TARGET,
            f"idle_growth <= {GROWTH_TARGET}": None if growth is None else growth <= GROWTH_TARGET,
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "what": "escalation", "db": self.db, "tickets": self.tickets, "overdue": self.overdue, **self.facts,
            "queries": self.queries,
            "seconds_each": {name: _summary(samples) for name, samples in self.each.items()},
            "seconds_idle": {
                side: {str(size): _summary(samples) for size, samples in sizes.items()}
                for side, sizes in self.idle.items()
            },
            "ratios": {name: value and round(value, 3) for name, value in self.ratios().items()},
            "targets": self.targets(),
        }  # fmt: skip


def _summary(samples: Iterable[float]) -> dict[str, Any]:
    rounded = [round(sample, 9) for sample in samples]
    return {"median": statistics.median(rounded), "samples": rounded}


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None
