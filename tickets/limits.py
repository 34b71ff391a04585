"""How large and how many files may be, and how much room an organisation has. Facts and settings in, a sentence or None out."""

from __future__ import annotations

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from tickets.filetypes import is_log, is_media_by_name


def why_not_begun(*, name: str, size: int, kept: int) -> str | None:
    """Why a file of so many bytes cannot be taken beside `kept` others, by what is known before any of it is here."""
    if size <= 0:
        return _("This file is empty.")
    if size > settings.LOG_MAX_BYTES:
        return _too_large(settings.LOG_MAX_BYTES)
    if is_media_by_name(name) and size > settings.ATTACHMENT_MAX_BYTES:
        return too_large_for_no_log()
    if kept >= settings.ATTACHMENT_MAX_COUNT:
        return _("There are %(most)d files already. Pack several into one .zip.") % {
            "most": settings.ATTACHMENT_MAX_COUNT
        }
    return None


def why_too_large(*, head: bytes, name: str, size: int) -> str | None:
    """Why a file that starts and is called so may not have so many bytes. Logs may be large, and what they are packed in."""
    if size <= settings.ATTACHMENT_MAX_BYTES or is_log(head, name):
        return None
    return too_large_for_no_log()


def why_no_room(*, size: int, used: int, room: int) -> str | None:
    """Why `size` more bytes do not fit beside `used` ones into what the organisation's plan gives."""
    if used + size <= room:
        return None
    return _(
        "Your organisation has %(room)s for files, of which %(left)s are free, and this needs %(size)s. Ask your success "
        "manager for more room."
    ) % {
        "room": size_words(room),
        "left": filesizeformat(max(0, room - used)),
        "size": filesizeformat(size),
    }


def archive_words(code: str) -> str:
    """Why an archive is not kept (`ArchiveRefused.code`)."""
    words = {
        "bomb": _(
            "Unpacked it would be more than a hundred times as large, as archives are that are made to do harm. Send the "
            "files as they are, or only the minutes that matter."
        ),
        "liar": _("Its table of contents does not agree with what is in it. Make the .zip anew and send that."),
        "too_many": _("There are more than 10,000 files in it. Send only those that matter."),
    }
    return words[code]


def too_large_for_no_log() -> str:
    """Why a film or a picture is not kept."""
    return _("Only logs and archives may be larger than %(most)s. Cut it shorter, or pack it into a .zip.") % {
        "most": size_words(settings.ATTACHMENT_MAX_BYTES)
    }


def size_words(size: int) -> str:
    """“500 MB”, not “500.0 MB”, for limits, which are round."""
    return filesizeformat(size).replace(".0", "")


def _too_large(most: int) -> str:
    return _("This file is larger than %(most)s. Compress it, or cut the log to the minutes that matter.") % {
        "most": size_words(most)
    }
