"""The time zones that a person may choose, grouped by region."""

import zoneinfo
from functools import lru_cache

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """IANA names of places, and UTC; no aliases of old (`PRC`, `US/Eastern`) and no fixed offsets."""
    return frozenset({"UTC"} | {name for name in zoneinfo.available_timezones() if name.split("/")[0] in _REGIONS})


@lru_cache(maxsize=1)
def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of a select with a group a region; Asia first, where most readers are."""
    groups: dict[str, list[tuple[str, str]]] = {"Asia": []}
    for name in sorted(zone_names() - {"UTC"}):
        region, place = name.split("/", 1)
        groups.setdefault(region, []).append((name, place.replace("_", " ").replace("/", " / ")))
    return [*groups.items(), ("UTC", [("UTC", "UTC")])]
