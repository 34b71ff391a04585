"""Rows of the escalation floor: steps between tiers, commitments, promises, and the health of the sweep."""

from escalation.models.commitments import Commitment, EscalationReason, EscalationRequest, TrackerLink
from escalation.models.health import CanaryRun, Heartbeat, ParkedTicket
from escalation.models.promises import PromiseClock, PromiseSegment, PromiseTarget
from escalation.models.steps import Escalation, LadderEnd, StepPlan

__all__ = [
    "CanaryRun",
    "Commitment",
    "Escalation",
    "EscalationReason",
    "EscalationRequest",
    "Heartbeat",
    "LadderEnd",
    "ParkedTicket",
    "PromiseClock",
    "PromiseSegment",
    "PromiseTarget",
    "StepPlan",
    "TrackerLink",
]
