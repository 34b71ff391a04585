"""Why an action was refused, in words a person can act on; and how a storage without room says so."""

import errno

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # of an OSError


class ActionRefused(Exception):
    """The change is not possible now. `message` is translated and meant for the person who tried."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DraftMoved(ActionRefused):
    """Another tab or device wrote, discarded or sent the draft that this page wants to write.

    `revision` is what the page has to repeat to be kept all the same, None where that is not possible; `url` shows what
    is there now, empty where nothing is.
    """

    def __init__(self, message: str, *, revision: int | None = None, url: str = "") -> None:
        super().__init__(message)
        self.revision, self.url = revision, url


class WrongOffset(Exception):
    """A part of an upload does not begin where the next one must. `received` is where, in bytes."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class BeingKept(Exception):
    """Somebody else is putting this upload's parts together just now."""
