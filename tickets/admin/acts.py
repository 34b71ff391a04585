"""The desk's buttons: each is one address, one form and one action. What is allowed, the action itself decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets import actions
from tickets.forms.desk import (
    AssignForm,
    InquiryForm,
    Kind,
    MergeForm,
    NothingForm,
    ReasonForm,
    SeverityForm,
    TakeForm,
    WriteForm,
)
from tickets.forms.investigation import InvestigationForm
from tickets.models import Ticket

Run = Callable[[Ticket, User, Mapping[str, Any], datetime], object]


@dataclass(frozen=True, slots=True)
class Act:
    """`slot` is the name of its form on the page, `kind` the composer's paper; public ones wait for unseen letters; one that
    `asks` may carry questions to the customer."""

    form: type[forms.Form]
    run: Run
    done: str | Promise
    slot: str = "nothing"
    kind: str = ""
    is_public: bool = False
    asks: bool = False


def _reply(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.reply(ticket=ticket, by=by, body=data["body"], submission_key=data["submission_key"], now=now)


def _reply_and_wait(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    key = data["submission_key"]
    return actions.reply_and_wait(
        ticket=ticket, by=by, body=data["body"], questions=data["questions"], submission_key=key, now=now
    )


def _note(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.note(ticket=ticket, by=by, body=data["body"], submission_key=data["submission_key"], now=now)


def _resolve(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.resolve(
        ticket=ticket,
        by=by,
        message=data["body"],
        cause=data["cause"],
        fix=data["fix"],
        prevention=data["prevention"],
        submission_key=data["submission_key"],
        now=now,
    )


def _reopen(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.reopen(ticket=ticket, by=by, reason=data["reason"], submission_key=data["submission_key"], now=now)


def _assign(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.assign(ticket=ticket, to=data["to"], by=by, now=now)


def _severity(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.change_severity(ticket=ticket, by=by, severity=data["severity"], reason=data["reason"], now=now)


def _take(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.take(ticket=ticket, by=by, seen_owner=data["owner"], now=now)


def _merge(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    return actions.merge(ticket=ticket, into=data["into"], by=by, now=now)


def _investigate(ticket: Ticket, by: User, data: Mapping[str, Any], now: datetime) -> object:
    noted = {name: value for name, value in data.items() if name not in ("note_key", "revision")}
    return actions.investigate(
        ticket=ticket,
        by=by,
        findings=actions.Findings(**noted),
        seen_revision=data["revision"],
        key=data["note_key"],
        now=now,
    )


def _plain(action: Callable[..., object]) -> Run:
    return lambda ticket, by, data, now: action(ticket=ticket, by=by, now=now)


def _close_question(*, is_answered: bool) -> Run:
    return lambda ticket, by, data, now: actions.close_question(
        ticket=ticket, inquiry=data["inquiry"], by=by, is_answered=is_answered, now=now
    )


def _letter(run: Run, kind: Kind, done: Promise, *, is_public: bool = True, asks: bool = False) -> Act:
    return Act(form=WriteForm, run=run, done=done, slot="write_form", kind=kind.value, is_public=is_public, asks=asks)


ACTS: dict[str, Act] = {
    "reply": _letter(_reply, Kind.PUBLIC, _("Sent to the customer.")),
    "reply-and-wait": _letter(
        _reply_and_wait, Kind.PUBLIC, _("Sent. The ticket waits on the customer now."), asks=True
    ),
    "withdraw-question": Act(InquiryForm, _close_question(is_answered=False), _("The question is taken back.")),
    "question-answered": Act(InquiryForm, _close_question(is_answered=True), _("Noted as answered.")),
    "note": _letter(_note, Kind.INTERNAL, _("Internal note added. The customer does not see it."), is_public=False),
    "resolve": _letter(_resolve, Kind.RESOLVE, _("Resolved. The customer has your message.")),
    "reopen": Act(ReasonForm, _reopen, _("The ticket is open again."), slot="reopen_form", is_public=True),
    "take": Act(TakeForm, _take, _("The ticket is yours.")),
    "assign": Act(AssignForm, _assign, _("The owner is changed."), slot="assign_form"),
    "severity": Act(
        SeverityForm, _severity, _("The severity is changed; the clocks show the new times."), slot="severity_form"
    ),
    "merge": Act(MergeForm, _merge, _("Merged. The other ticket goes on."), slot="merge_form"),
    "investigate": Act(
        InvestigationForm, _investigate, _("Noted. The customer reads it too."), slot="investigation_form"
    ),
    "save-call-data": Act(
        NothingForm, _plain(actions.save_call_data), _("Noted: what was recorded of the call is saved.")
    ),
    "start": Act(NothingForm, _plain(actions.start), _("Work has started.")),
    "wait-on-customer": Act(NothingForm, _plain(actions.wait_on_customer), _("The ticket waits on the customer now.")),
    "wait-internally": Act(
        NothingForm, _plain(actions.wait_internally), _("The ticket waits for our side; its clocks run on.")
    ),
    "resume": Act(NothingForm, _plain(actions.resume), _("The ticket goes on.")),
}
