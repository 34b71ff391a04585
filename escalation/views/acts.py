"""The board's acts: each is one address, one form and one action. What is allowed, the action itself decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from escalation import actions
from escalation.board_rows import Row
from escalation.forms import acts as forms
from tickets.actions import reply
from tickets.models import Ticket

Run = Callable[[Ticket, User, Mapping[str, Any], datetime], object]


@dataclass(frozen=True, slots=True)
class Act:
    """`key` is pressed on the board for it; `suits` says on which rows it is offered."""

    title: Promise
    button: Promise
    done: Promise
    key: str
    form: type[forms.ActForm]
    run: Run
    next: Promise  # how a row's one visible button calls it
    suits: Callable[[Row], bool] = lambda row: True


def _acknowledge(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.acknowledge(ticket=ticket, by=by, now=now)


def _accept(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.accept_request(
        ticket=ticket,
        by=by,
        plan=data["plan"],
        expected_at=data["expected_at"],
        next_update_at=data["next_update_at"],
        severity=data["severity"] or None,
        now=now,
    )


def _answer(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.answer_request(ticket=ticket, by=by, answer=data["answer"], now=now)


def _plan(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.set_plan(
        ticket=ticket,
        by=by,
        plan=data["plan"],
        expected_at=data["expected_at"],
        next_update_at=data["next_update_at"],
        seen_expected_at=data["seen_expected_at"],
        now=now,
    )


def _reassign(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.reassign(ticket=ticket, to=data["to"], by=by, now=now)


def _comment(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return reply(ticket=ticket, by=by, body=data["body"], submission_key=data["submission_key"], now=now)


def _close(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.close_commitment(ticket=ticket, by=by, outcome=data["outcome"], now=now)


def _is_asked(row: Row) -> bool:
    return row.open_request is not None


def _is_unseen(row: Row) -> bool:
    return row.commitment.acknowledged_at is None


ACTS: dict[str, Act] = {
    "acknowledge": Act(
        _("Acknowledge the escalation"), _("Acknowledge"), _("Acknowledged."), "a",
        forms.AcknowledgeForm, _acknowledge, _("Acknowledge"), _is_unseen,
    ),
    "accept": Act(
        _("Accept with a plan"), _("Accept and tell the customer"),
        _("Accepted. The customer has the plan and the time."), "y", forms.AcceptForm, _accept, _("Decide…"), _is_asked,
    ),
    "answer": Act(
        _("Answer with reasons"), _("Answer the customer"), _("Answered. The customer has your reasons."), "n",
        forms.AnswerForm, _answer, _("Answer…"), _is_asked,
    ),
    "plan": Act(
        _("Plan and expected time"), _("Set the plan and tell the customer"),
        _("The customer has the plan and the time."), "p", forms.PlanForm, _plan, _("Give a plan…"),
    ),
    "reassign": Act(
        _("Reassign"), _("Give it to them"), _("The escalation has a new owner."), "r",
        forms.ReassignForm, _reassign, _("Reassign…"),
    ),
    "comment": Act(
        _("Comment to the customer"), _("Send to the customer"), _("Sent to the customer."), "c",
        forms.CommentForm, _comment, _("Comment…"),
    ),
    "close": Act(
        _("Close the escalation"), _("Close and tell the customer"),
        _("The escalation is closed. The ticket goes on."), "x", forms.CloseForm, _close, _("Close…"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the board with what may be done on it. `next_act` is the name of the act that is owed first, if any."""

    row: Row
    acts: dict[str, Act]
    next_act: str

    @property
    def is_quick(self) -> bool:
        """Does the next act need no word?"""
        return self.next_act == "acknowledge"

    @property
    def next_label(self) -> Promise | str:
        return self.acts[self.next_act].next if self.next_act else ""


def line(row: Row, *, may_act: bool) -> Line:
    """What is offered on a row: nothing to those who may only look."""
    suited = {name: each for name, each in ACTS.items() if each.suits(row)} if may_act else {}
    owed = ["accept", "acknowledge", *(["plan"] if not row.commitment.plan else [])]
    return Line(row, suited, next((name for name in owed if name in suited), ""))
