"""Shape and wording of what people type on this floor; no form calls an action."""

from escalation.forms.board import BoardFilter
from escalation.forms.handing import HandUpForm

__all__ = ["BoardFilter", "HandUpForm"]
