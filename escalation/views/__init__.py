"""The pages of this floor: request, form, one action, redirect."""

from escalation.views.asking import ask, contest
from escalation.views.board import old_address
from escalation.views.handing import add_tracker, hand_back, hand_up, plan, remove_tracker
from escalation.views.health import health_page, try_parked
from escalation.views.scores import scores

__all__ = [
    "add_tracker",
    "ask",
    "contest",
    "hand_back",
    "hand_up",
    "health_page",
    "old_address",
    "plan",
    "remove_tracker",
    "scores",
    "try_parked",
]
