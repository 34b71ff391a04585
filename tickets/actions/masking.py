"""Masking in what enters: the text that an action stores holds no secret, and an event says what was masked and where.

The secret itself is stored nowhere. Files are masked as they arrive; the event of the message that sends them tells of them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from accounts.models import User
from tickets.actions.base import record
from tickets.choices import EventKind, SecretPlace
from tickets.drafting import Typed
from tickets.masking import mask
from tickets.models import Attachment, MaskedSecret, Message, Ticket


class Masker:
    """Masks the texts of one action and remembers what it found; `record` writes it down, inside the transaction."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, str]] = Counter()

    def text(self, text: str, where: SecretPlace) -> str:
        """The text without its secrets; never longer than it was."""
        masked = mask(text)
        for kind, count in masked.counts.items():
            self._found[where.value, kind] += count
        return masked.text

    def record(
        self, ticket: Ticket, *, by: User, now: datetime, sent_with: Message | None = None, is_public: bool = True
    ) -> None:
        """One event of all that was masked, also in the files of the message `sent_with`; nothing where nothing was."""
        files = _of_files(sent_with) if sent_with else []
        found = [(where, kind, count, "") for (where, kind), count in self._found.items()]
        told = [*found, *((each.where, each.kind, each.count, name) for each, name in files)]
        if not told:
            return
        data = {"found": [{"where": where, "kind": kind, "count": n, "file": file} for where, kind, n, file in told]}
        event = record(ticket, EventKind.SECRETS_MASKED, by=by, now=now, data=data, is_public=is_public)
        MaskedSecret.objects.bulk_create(
            MaskedSecret(ticket=ticket, event=event, where=where, kind=kind, count=count, at=now)
            for where, kind, count, _file in found
        )
        MaskedSecret.objects.filter(pk__in=[each.pk for each, _name in files]).update(ticket=ticket, event=event)
        self._found.clear()


def mask_typed(typed: Typed) -> Typed:
    """What is typed so far without its secrets. Nothing is recorded: that is done when it is sent."""
    return {
        name: [mask(each).text for each in value] if isinstance(value, list) else mask(value).text
        for name, value in typed.items()
    }


def note_in_file(attachment: Attachment, counts: Counter[str], *, now: datetime) -> None:
    """What was masked in a file that was just stored."""
    MaskedSecret.objects.bulk_create(
        MaskedSecret(attachment=attachment, where=SecretPlace.FILE, kind=kind, count=count, at=now)
        for kind, count in counts.items()
    )


def _of_files(message: Message) -> list[tuple[MaskedSecret, str]]:
    """What was masked in the files of a message, with their names."""
    rows = MaskedSecret.objects.filter(attachment__message=message, event=None).order_by("attachment", "pk")
    return [(each, each.attachment.name) for each in rows.select_related("attachment") if each.attachment]
