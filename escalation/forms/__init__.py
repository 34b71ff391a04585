"""Shape and wording of what people type on this floor; no form calls an action."""

from escalation.forms.board import BoardFilter
from escalation.forms.handing import HandBackForm, HandUpForm, TrackerForm

__all__ = ["BoardFilter", "HandBackForm", "HandUpForm", "TrackerForm"]
