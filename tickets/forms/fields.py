"""Fields for text and local time as people really type them. Pure: text in, clean value or a sentence of what is needed out."""

from __future__ import annotations

import functools
import re
import unicodedata
import zoneinfo
from datetime import UTC, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FUTURE_ALLOWED_FOR = timedelta(hours=1)  # clocks that are not quite right, and times rounded up
_EARLIEST_YEAR = 1990
_AREAS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/", "UTC",
)  # fmt: skip
# Overrides and isolates turn the text around them; zero-width marks hide in words. Joiners stay where scripts and
# emoji need them, that is anywhere but next to Latin text.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_LATIN_JOINER = re.compile("(?<=[ -\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?=[ -\u024f])")
_BREAKS = re.compile("[\\x01-\\x1f\\x7f-\\x9f\u2028\u2029\\s]+")
NUL_REFUSED = _(
    "There is a character in it that cannot be stored (NUL). Type the text again, or paste it as plain text."
)


def one_line(text: str) -> str:
    """The text on one line: breaks and control characters become a space, what hides or turns text is taken out.

    NUL stays, for the field to refuse.
    """
    text = _DIRECTION.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    return _BREAKS.sub(" ", _LATIN_JOINER.sub("", text)).strip()


class LineField(forms.CharField):
    """One line of text; `max_length` counts characters, and the browser is not told to cut what is pasted."""

    def __init__(self, **options) -> None:
        options.setdefault("error_messages", {}).setdefault("null_characters_not_allowed", NUL_REFUSED)
        super().__init__(**options)

    def to_python(self, value: object) -> str:
        return one_line(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return _without_limit(super().widget_attrs(widget))


class TextField(forms.CharField):
    """Text of many lines; a line break counts as one character whatever the browser sent."""

    widget = forms.Textarea

    def __init__(self, **options) -> None:
        options.setdefault("error_messages", {}).setdefault("null_characters_not_allowed", NUL_REFUSED)
        super().__init__(**options)

    def to_python(self, value: object) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return _without_limit(super().widget_attrs(widget))


def _without_limit(attrs: dict[str, object]) -> dict[str, object]:
    """Browsers count UTF-16 units and cut in silence: the server counts, and says so."""
    return {name: value for name, value in attrs.items() if name != "maxlength"}


class WallTimeField(forms.Field):
    """A date and time as read off a wall clock: a datetime without zone. `in_zone` makes an instant of it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": _("Give date and time like 2026-11-22 14:05.")}

    def to_python(self, value: object) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            wall = datetime.fromisoformat(str(value).strip())
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return wall


def in_zone(wall: datetime, zone_name: str, *, now: datetime) -> datetime:
    """The instant that a wall clock in that zone showed, in UTC; of two, the first one (see `happened_twice`).

    Raises ValidationError for a time that the zone skipped, one that has not come yet, and a mistyped year.
    """
    instant = instant_in(wall, zone_name)
    if instant > now + FUTURE_ALLOWED_FOR:
        raise ValidationError(_("That has not come yet. Check the date and the time zone."), code="future")
    return instant


def instant_in(wall: datetime, zone_name: str) -> datetime:
    """The same for past and future; raises ValidationError for a time that the zone skips, and a mistyped year."""
    if wall.year < _EARLIEST_YEAR:
        raise ValidationError(_("Check the year."), code="too_early")
    local = wall.replace(tzinfo=zoneinfo.ZoneInfo(zone_name), fold=0)
    try:
        instant = local.astimezone(UTC)
    except OverflowError:
        raise ValidationError(_("Check the year."), code="too_late") from None
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != wall:
        raise ValidationError(
            _("In %(zone)s the clocks were put forward over this time. Check the hour and the time zone."),
            code="skipped",
            params={"zone": zone_name},
        )
    return instant


def happened_twice(wall: datetime, zone_name: str) -> bool:
    """Did the clocks of that zone show this time twice, as on the night summer time ends?"""
    zone = zoneinfo.ZoneInfo(zone_name)
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


@functools.cache
def zone_names() -> tuple[str, ...]:
    return tuple(sorted(name for name in zoneinfo.available_timezones() if name.startswith(_AREAS)))


def zone_choices(reader_zone: str) -> list[tuple[str, str]]:
    """Every zone by its IANA name, the reader's own among them."""
    return [(name, name.replace("_", " ")) for name in sorted({*zone_names(), reader_zone})]
