"""The figures side by side, for a person. Milliseconds; medians with the fastest and the slowest round."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.escalation.figures import (
    FAN_OUT,
    FLOOR,
    FLOOR_TARGET,
    GROWTH_TARGET,
    PEER,
    PEER_SILENT,
    PEER_TARGET,
    SWEEP,
    Figures,
)

_SAYS = {
    SWEEP: "our sweep, a ticket",
    FLOOR: "executemany of its rows",
    FAN_OUT: "our fan-out, an event",
    PEER: "django-helpdesk, a ticket",
    PEER_SILENT: "the same, nobody to tell",
}


def table(figures: Figures) -> str:
    """Everything that was measured; what was not has no line."""
    lines = [f"\n{figures.db}: {figures.overdue:,} overdue among {figures.tickets:,} tickets; milliseconds"]
    if figures.each:
        lines.append(_line("", "median", "min..max", "queries", "x our sweep"))
        lines += _climbing(figures)
    if figures.idle:
        lines.append(_line("\nnothing overdue", "median", "min..max", "queries", "growth"))
        lines += _idling(figures)
    return "\n".join([*lines, "", *_verdicts(figures)])


def _climbing(figures: Figures) -> Iterator[str]:
    base = figures.median(SWEEP)
    for name, says in _SAYS.items():
        median = figures.median(name)
        if median is None:
            continue
        queries = f"{figures.queries[name]:.2f}" if name in figures.queries else ""
        times = f"{median / base:.2f}" if base and name != FAN_OUT else ""
        yield _line(says, _ms(median), _range(figures.each[name]), queries, times)


def _idling(figures: Figures) -> Iterator[str]:
    for side, says in ((SWEEP, "our sweep"), (PEER, "django-helpdesk")):
        for size, samples in sorted(figures.idle.get(side, {}).items()):
            median = figures.idle_median(side, size)
            assert median is not None
            growth = f"{figures.growth(side):.2f}" if size == max(figures.idle[side]) and figures.growth(side) else ""
            queries = figures.queries.get(f"{side}, nothing overdue among {size}")
            yield _line(
                f"{says} among {size:,}", _ms(median), _range(samples), f"{queries:.0f}" if queries else "", growth
            )


def _verdicts(figures: Figures) -> Iterator[str]:
    ratios = figures.ratios()
    for name, says, limit in (
        ("peer_over_sweep", "django-helpdesk takes {:.1f} x our sweep", f"at least {PEER_TARGET}"),
        ("silent_peer_over_sweep", "with nobody to tell it takes {:.1f} x our sweep", ""),
        ("peer_over_sweep_and_fan_out", "it takes {:.1f} x our sweep and fan-out together", ""),
        ("sweep_over_executemany", "our sweep takes {:.2f} x executemany", f"at most {FLOOR_TARGET}"),
        ("idle_growth", "nothing overdue: the most tickets take {:.2f} x the fewest", f"at most {GROWTH_TARGET}"),
    ):
        value = ratios[name]
        if value is not None:
            yield says.format(value) + (f" (target: {limit})" if limit else "")
    yield from figures.facts.get("notes", ())


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3f}"


def _range(samples: list[float]) -> str:
    return f"{_ms(min(samples))}..{_ms(max(samples))}"


def _line(what: str, median: str, spread: str, queries: str, times: str) -> str:
    return f"{what:<32}{median:>12}{spread:>24}{queries:>10}{times:>14}"
