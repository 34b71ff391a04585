"""The pages of this floor: request, form, one action, redirect."""

from escalation.views.board import old_address
from escalation.views.handing import hand_up

__all__ = ["hand_up", "old_address"]
