"""What managers type on the board: one form an act. Shape and wording only."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from escalation.board_rows import Row
from escalation.forms.fields import InstantField, PromisedTimeField
from sla import wording
from sla.choices import Severity
from tickets.forms.fields import TextField
from tickets.models import Message, Ticket

MAX_TEXT = 5000  # characters
MAX_COMMENT = 50_000


class ActForm(forms.Form):
    """What every act carries: the ticket's newest event that the page showed."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Row, **options: Any) -> None:
        super().__init__(*args, auto_id="act_%s", **options)
        self.ticket: Ticket = row.ticket
        for name, value in self.from_row(row).items():
            self.initial.setdefault(name, value)
        for field in self.fields.values():
            if isinstance(field, PromisedTimeField):
                field.help_text = gettext("In your time zone, %(zone)s. %(help)s") % {
                    "zone": wording.zone(), "help": field.help_text,
                }  # fmt: skip

    def from_row(self, row: Row) -> dict[str, Any]:
        """What the fields hold before anything is typed."""
        return {}


class AcknowledgeForm(ActForm):
    """No word is needed."""


class PlanForm(ActForm):
    plan = TextField(
        label=_("What happens next"),
        help_text=_("The customer reads this. Who does what, in one or two sentences."),
        max_length=MAX_TEXT,
        error_messages={"required": _("Say what happens next: a time without a plan is no promise.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_at = PromisedTimeField(
        label=_("Expected by"),
        help_text=_("The customer sees it as a promise."),
        error_messages={"required": _("Say by when the customer may expect it.")},
    )
    next_update_at = PromisedTimeField(
        label=_("Next update by"), help_text=_("Leave it empty to keep what is promised now."), required=False
    )
    seen_expected_at = InstantField(required=False)

    def from_row(self, row: Row) -> dict[str, Any]:
        commitment = row.commitment
        time = {} if row.is_expected_late else {"expected_at": commitment.expected_at}
        return {"plan": commitment.plan_shown, "seen_expected_at": commitment.expected_at, **time}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        update, expected = cleaned.get("next_update_at"), cleaned.get("expected_at")
        if update and expected and update > expected:
            self.add_error("next_update_at", gettext("The next update comes before the expected time, not after it."))
        return cleaned


class AcceptForm(PlanForm):
    severity = forms.ChoiceField(label=_("Severity"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = _("Keep %(severity)s") % {"severity": self.ticket.severity_code}
        others = [(each.value, f"{each.code} {each.label}") for each in Severity if each != self.ticket.severity]
        self.fields["severity"].choices = [("", kept), *others]

    def from_row(self, row: Row) -> dict[str, Any]:
        return super().from_row(row) | {"plan": row.commitment.plan}


class AnswerForm(ActForm):
    answer = TextField(
        label=_("Why it stays as it is"),
        help_text=_("The customer reads this. Say why, and what happens instead."),
        max_length=MAX_TEXT,
        error_messages={"required": _("A customer who asked is owed the reasons.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReassignForm(ActForm):
    to = forms.ModelChoiceField(
        label=_("Who answers for it"),
        help_text=_("They are told at once. The engineer on the ticket stays."),
        queryset=User.objects.none(),
        error_messages={
            "required": _("Choose a colleague: an escalation without an owner is forgotten."),
            "invalid_choice": _("Only active staff can answer for an escalation."),
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = User.objects.active().staff().select_related("team")
        self.fields["to"].label_from_instance = lambda user: (
            f"{user.name} · {user.team.get_tier_display() if user.team else user.get_role_display()}"
        )

    def from_row(self, row: Row) -> dict[str, Any]:
        return {"to": row.commitment.owner_id}


class CommentForm(ActForm):
    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    body = TextField(
        label=_("To the customer"),
        help_text=_("It is sent as a public reply and stands in the conversation. Markdown works."),
        max_length=MAX_COMMENT,
        error_messages={"required": _("Write to the customer first.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def from_row(self, row: Row) -> dict[str, Any]:
        return {"submission_key": uuid.uuid4()}

    def clean_submission_key(self) -> uuid.UUID:
        key = self.cleaned_data["submission_key"]
        if Message.objects.filter(submission_key=key).exclude(ticket=self.ticket).exists():
            raise ValidationError(gettext("This form belongs to another ticket. Open this ticket’s page again."))
        return key


class CloseForm(ActForm):
    outcome = TextField(
        label=_("How it ended"),
        help_text=_("The customer reads this. The ticket itself stays open and goes on."),
        max_length=MAX_TEXT,
        error_messages={"required": _("Say how it ended, so that the customer knows too.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
