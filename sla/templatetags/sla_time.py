"""Instants and durations for templates, in the reader's form."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html

from sla import wording

register = template.Library()


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    return "" if seconds is None else wording.duration(seconds)


@register.filter
def working_duration(seconds: float | None) -> str:
    return "" if seconds is None else wording.duration(seconds, days=False)


@register.filter
def instant(at: datetime | None) -> str:
    return "" if not at else _unbroken(wording.instant(at))


@register.filter
def short_instant(at: datetime | None) -> str:
    return "" if not at else _unbroken(wording.short_instant(at, now=timezone.now()))


@register.filter
def day(at: datetime | None) -> str:
    return "" if not at else _unbroken(wording.day(at))


def _unbroken(written: str) -> str:
    """For HTML: a Chinese date stays on one line, as browsers break it after its hyphens. English ones break at blanks."""
    date, _, rest = written.partition(" ")
    return format_html('<span class="nowrap">{}</span>{}', date, f" {rest}" if rest else "") if "-" in date else written


@register.simple_tag
def readers_zone() -> str:
    return wording.zone()


@register.simple_tag
def between_sentences() -> str:
    return wording.between_sentences()


@register.filter
def listed(names: Iterable[object]) -> str:
    return wording.listed(names)


@register.filter
def iso(at: datetime | None) -> str:
    """For the datetime attribute of <time>: UTC, whole seconds."""
    return "" if not at else at.astimezone(UTC).isoformat(timespec="seconds")
