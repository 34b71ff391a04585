"""The pages of this floor: request, form, one action, redirect."""

from escalation.views.board import board
from escalation.views.handing import hand_up

__all__ = ["board", "hand_up"]
