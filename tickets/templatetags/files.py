"""Sending files from a form: what is kept, what was refused, and what the script needs to send large ones in parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings

from tickets.choices import LogSide
from tickets.limits import size_words
from tickets.models import Attachment, Ticket
from tickets.thread import FileShown

register = template.Library()


@register.inclusion_tag("tickets/parts/sending_files.html", takes_context=True)
def sending_files(
    context: template.Context,
    kept: Iterable[Attachment],
    refused: Iterable[object] = (),
    *,
    remove: str = "discard",
    label: str = "",
    ticket: Ticket | None = None,
) -> dict[str, Any]:
    """The place to choose, drop and paste files of a form; `remove` names the button that takes a kept one off again."""
    return {
        "files": [FileShown(each) for each in kept],
        "refused": refused,
        "remove": remove,
        "label": label,
        "ticket": ticket,
        "owner": context["user"].pk,
        "most": size_words(settings.ATTACHMENT_MAX_BYTES),
        "log_most": size_words(settings.LOG_MAX_BYTES),
        "max_count": settings.ATTACHMENT_MAX_COUNT,
        "sides": LogSide.choices,
    }
