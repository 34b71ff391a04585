"""An appointment as a calendar file (RFC 5545, sent by RFC 5546). PURE: plain values in, text with CRLF out.

Instants are written in UTC, so no zone has to travel along. Texts of people come in as values and cannot end a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]  # to be taken over by hand, into the calendar by itself, out of it
FOLD_OCTETS = 75
_REMIND_BEFORE = "-PT10M"
_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever invites or is invited."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """`uid` stays the same for the life of the appointment; of two files with it the higher `sequence` holds."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    summary: str
    description: str = ""
    link: str = ""
    organizer: Person | None = None
    attendee: Person | None = None


def calendar_file(appointment: Appointment, method: Method) -> str:
    """The file's text. `method` CANCEL takes the appointment out of the calendars that have it."""
    return "".join(f"{fold(line)}\r\n" for line in _lines(appointment, method))


def fold(line: str) -> str:
    """The line in pieces of at most 75 octets of UTF-8, no character torn apart; each further one begins with a blank."""
    pieces, piece, used = [], "", 0
    for char in line:
        octets = len(char.encode())
        if used + octets > FOLD_OCTETS:
            pieces.append(piece)
            piece, used = " ", 1
        piece, used = piece + char, used + octets
    return "\r\n".join([*pieces, piece])


def text_value(text: str) -> str:
    """A text as a property's value: what means something there is escaped, breaks become `\\n`, control characters go."""
    text = _clean("\n".join(text.splitlines()), keep="\n")
    for char, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(char, escaped)
    return text


def parameter_value(text: str) -> str:
    """A text as a parameter's value, in quotes; quotes of its own become apostrophes."""
    return f'"{_clean(text).replace(chr(34), chr(39))}"'


def _lines(appointment: Appointment, method: Method) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Supportdesk//Calls//EN", "CALSCALE:GREGORIAN")
    yield f"METHOD:{method}"
    yield "BEGIN:VEVENT"
    yield f"UID:{text_value(appointment.uid)}"
    yield f"SEQUENCE:{appointment.sequence}"
    yield f"DTSTAMP:{_utc(appointment.stamped_at)}"
    yield f"DTSTART:{_utc(appointment.starts_at)}"
    yield f"DTEND:{_utc(appointment.ends_at)}"
    yield f"SUMMARY:{text_value(appointment.summary)}"
    if appointment.description:
        yield f"DESCRIPTION:{text_value(appointment.description)}"
    if appointment.link:
        yield f"LOCATION:{text_value(appointment.link)}"
        yield f"URL:{_clean(appointment.link)}"
    yield from _people(appointment)
    yield f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}"
    if method != "CANCEL":
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{_REMIND_BEFORE}")
        yield from (f"DESCRIPTION:{text_value(appointment.summary)}", "END:VALARM")
    yield from ("END:VEVENT", "END:VCALENDAR")


def _people(appointment: Appointment) -> Iterator[str]:
    if appointment.organizer:
        yield f"ORGANIZER;CN={parameter_value(appointment.organizer.name)}:{_mailto(appointment.organizer)}"
    if appointment.attendee:
        name = parameter_value(appointment.attendee.name)
        yield f"ATTENDEE;CN={name};PARTSTAT=ACCEPTED;RSVP=FALSE:{_mailto(appointment.attendee)}"


def _mailto(person: Person) -> str:
    return f"mailto:{_clean(person.email)}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_FORMAT)


def _clean(text: str, *, keep: str = "") -> str:
    """Without control characters, and without halves of characters, which UTF-8 cannot carry."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(char for char in whole if char in keep or (char >= " " and not "\x7f" <= char <= "\x9f"))
