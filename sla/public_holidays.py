"""Countries' public holidays and make-up working days from the `holidays` package. Pure: known days or nothing, no guess."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNTRIES: Mapping[str, str | Promise] = {
    "CN": _("China"),
    "HK": _("Hong Kong"),
    "SG": _("Singapore"),
    "JP": _("Japan"),
    "KR": _("South Korea"),
    "IN": _("India"),
    "US": _("United States"),
    "GB": _("United Kingdom"),
    "DE": _("Germany"),
    "FR": _("France"),
}
_ZONES = {
    "Asia/Shanghai": "CN", "Asia/Hong_Kong": "HK", "Asia/Singapore": "SG", "Asia/Tokyo": "JP", "Asia/Seoul": "KR",
    "Asia/Kolkata": "IN", "Europe/London": "GB", "Europe/Berlin": "DE", "Europe/Paris": "FR",
}  # fmt: skip
_DAY = dt.timedelta(days=1)
_ESTIMATED = "estimated"  # the package's mark, in English, of days that follow a moon nobody has seen yet


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """One country's year: names of the days off, those at weekends too, and the make-up working days."""

    off: Mapping[dt.date, str]
    make_up: tuple[dt.date, ...]


def country_of_zone(zone: str) -> str:
    """The country whose holidays a calendar in that zone most likely keeps; "" where nobody can say."""
    return _ZONES.get(zone) or ("US" if zone.startswith("America/") else "")


@functools.lru_cache(maxsize=64)
def days_of(country: str, year: int, *, in_chinese: bool = False) -> YearOfDays | None:
    """The country's public holidays of the year, or None where they are not known yet.

    China's State Council publishes a year's make-up days in the November before; a year for which the package has none
    is an estimate of its. So is a day that the package calls one. Names are Chinese where asked for and there are any.
    """
    import holidays  # noqa: PLC0415 it is some 10 MB of memory, needed only while a calendar is filled

    table = holidays.country_holidays(country, years=year, language="en_US")
    off = {day: table[day] for day in sorted(table) if day.year == year}
    make_up = tuple(sorted(day for day in getattr(table, "weekend_workdays", ()) if day.year == year))
    if not off or any(_ESTIMATED in name for name in off.values()) or (country == "CN" and not make_up):
        return None
    if in_chinese and "zh_CN" in table.supported_languages:
        translated = holidays.country_holidays(country, years=year, language="zh_CN")
        off = {day: translated.get(day) or name for day, name in off.items()}
    if country == "CN":
        off = _with_weekends(off, make_up)
    return YearOfDays({day: _plain(name) for day, name in off.items()}, make_up)


def _with_weekends(off: Mapping[dt.date, str], make_up: Iterable[dt.date]) -> dict[dt.date, str]:
    """China announces whole spans, "1 to 7 October"; the package lists their workdays and the statutory days only.

    A Saturday or Sunday beside a day off belongs to the span, unless it is worked to make up for another.
    """
    worked, whole = set(make_up), dict(off)
    for day, name in off.items():
        for step in (-_DAY, _DAY):
            near = day + step
            while near.weekday() > 4 and near not in worked and near.year == day.year:
                whole.setdefault(near, name)
                near += step
    return dict(sorted(whole.items()))


def _plain(name: str) -> str:
    """Without what the list of days off gives a meaning to."""
    return " ".join(name.replace("#", " ").split())
