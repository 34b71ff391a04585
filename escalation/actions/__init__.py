"""Every write of the escalation floor begins here: the claim or the lock, the rows and the event in one transaction.

`now` is an aware instant. What may not happen raises `tickets.errors.ActionRefused` with words for the person.
"""

from escalation.actions.commitments import (
    acknowledge,
    attach_tracker,
    close_commitment,
    note_steps,
    reassign,
    remove_tracker,
    set_plan,
)
from escalation.actions.handing import hand_back, hand_up
from escalation.actions.ladder_ends import end_ladder_elsewhere
from escalation.actions.parking import park, release, try_now
from escalation.actions.requests import accept_request, answer_request, request_escalation
from escalation.actions.steps import Rules, Step, climb, escalate

__all__ = [
    "Rules",
    "Step",
    "accept_request",
    "acknowledge",
    "answer_request",
    "attach_tracker",
    "climb",
    "close_commitment",
    "end_ladder_elsewhere",
    "escalate",
    "hand_back",
    "hand_up",
    "note_steps",
    "park",
    "reassign",
    "release",
    "remove_tracker",
    "request_escalation",
    "set_plan",
    "try_now",
]
