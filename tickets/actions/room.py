"""The room that an organisation's plan gives for files: taken under a lock before the bytes arrive, so that two never share it."""

from __future__ import annotations

from accounts.models import Organisation, User
from tickets.errors import ActionRefused
from tickets.limits import why_no_room
from tickets.models import Attachment, Upload


def whose_room(user: User, organisation: Organisation | None = None) -> Organisation | None:
    """The organisation whose room a person's file takes: `organisation`, or else their first. Files of staff take none."""
    if user.is_staff:
        return None
    return organisation or Organisation.objects.visible_to(user).order_by("pk").first()


def require_room(organisation: Organisation | None, *, size: int) -> None:
    """Raise ActionRefused where `size` more bytes do not fit. Holds the organisation's row to the end of the transaction."""
    if organisation is None:
        return
    # Two queries: PostgreSQL, having waited for the lock, reads the locked row anew but not those joined to it.
    Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=organisation.pk)
    plan = Organisation.objects.select_related("plan").get(pk=organisation.pk).plan
    used = Attachment.objects.all().bytes_of(organisation) + Upload.objects.all().bytes_of(organisation)
    why = why_no_room(size=size, used=used, room=plan.file_room)
    if why:
        raise ActionRefused(why)
