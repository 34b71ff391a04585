"""Instants that people promise, as they read them off their own wall clock. Pure: text in, clean value or a sentence out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla import wording
from tickets.forms.fields import WallTimeField

FARTHEST = timedelta(days=366)  # a promise further away is a mistyped year


class PromisedTimeField(WallTimeField):
    """A time to come, given in the reader's zone; the clean value is an instant in UTC.

    Refuses what has passed, what is more than a year away, and a time that the zone skips. Of a time that the zone shows
    twice, the first one is meant.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "past": _("This time has passed already. Give one to come."),
        "far": _("That is more than a year away. Check the year."),
        "skipped": _("In %(zone)s the clocks are put forward over this time. Check the hour."),
    }

    def prepare_value(self, value: object) -> object:
        return timezone.localtime(value).replace(tzinfo=None) if _is_aware(value) else value  # type: ignore[arg-type]

    def clean(self, value: object) -> datetime | None:
        wall = super().clean(value)
        return None if wall is None else self._instant(wall)

    def _instant(self, wall: datetime) -> datetime:
        zone, now = timezone.get_current_timezone(), timezone.now()
        try:
            instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["far"], code="far") from None
        if instant <= now:
            raise ValidationError(self.error_messages["past"], code="past")
        if instant > now + FARTHEST:
            raise ValidationError(self.error_messages["far"], code="far")
        if instant.astimezone(zone).replace(tzinfo=None) != wall:
            raise ValidationError(self.error_messages["skipped"], code="skipped", params={"zone": wording.zone()})
        return instant


def instant_typed(at: datetime | None) -> str:
    """How a page carries an instant, or that there is none."""
    return at.isoformat() if at else ""


class InstantField(forms.Field):
    """An instant that a page showed and sends back unseen; anything else counts as none."""

    widget = forms.HiddenInput

    def prepare_value(self, value: object) -> object:
        return instant_typed(value) if isinstance(value, datetime) else value

    def to_python(self, value: object) -> datetime | None:
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        return instant if _is_aware(instant) else None


def _is_aware(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None
