"""Refusals that are shown to the person who asked, in their language."""


class ActionRefused(Exception):
    """What was asked may not be done now; the text says why and what to do instead."""


class InvitationClosed(Exception):
    """The token is unknown, used, revoked or past its date; which of them is not told."""
