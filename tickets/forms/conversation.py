"""What a customer types on the ticket's page: shape and wording only, no action is called here."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla import wording
from sla.choices import Severity
from sla.terms import SeverityTerms, from_json
from tickets.choices import Status
from tickets.forms.fields import TextField
from tickets.lifecycle import is_raise
from tickets.models import Message, Ticket
from tickets.wording import severity_name

BODY_MAX_CHARACTERS = 50_000
REASON_MAX_CHARACTERS = 2_000


class LetterForm(forms.Form):
    """A letter with its files. Whether there is anything to send is judged with the files that were kept."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    body = TextField(
        label=gettext_lazy("Your reply"),
        required=False,
        max_length=BODY_MAX_CHARACTERS,
        error_messages={
            "max_length": gettext_lazy(
                "It is %(show_value)d characters long; %(limit_value)d fit. Send the rest as a file."
            )
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, ticket: Ticket, has_files: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ticket = ticket
        self.has_files = has_files

    def clean_submission_key(self) -> uuid.UUID:
        key = self.cleaned_data["submission_key"]
        if Message.objects.filter(submission_key=key).exclude(ticket=self.ticket).exists():
            raise ValidationError(_("This form belongs to another ticket. Open this ticket’s page again."))
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "body" in cleaned and not cleaned["body"].strip() and not self.has_files:
            self.add_error("body", self.nothing_to_send())
        return cleaned

    def nothing_to_send(self) -> str:
        return _("Write a message or add a file first.")


class ReopenForm(LetterForm):
    """Why a solved ticket is not solved."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].label = _("What is still wrong?")

    def clean(self) -> dict[str, Any]:
        self.has_files = False  # a file alone does not say what is wrong
        return super().clean()

    def nothing_to_send(self) -> str:
        return _("Say in a sentence what is still wrong.")


class FollowUpForm(LetterForm):
    """What a customer writes on a closed ticket: it opens a new one. The action judges whether its key was used before."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].label = _("What is it now?")

    def clean_submission_key(self) -> uuid.UUID:
        key: uuid.UUID = self.cleaned_data["submission_key"]
        return key


LETTER_FORMS: dict[str, type[LetterForm]] = {Status.RESOLVED: ReopenForm, Status.CLOSED: FollowUpForm}
"""What a customer writes, by the ticket's status; a plain letter where it is not named."""


class RaiseForm(forms.Form):
    """A more urgent severity, with what it promises, and why."""

    severity = forms.ChoiceField(label=gettext_lazy("New severity"), widget=forms.RadioSelect)
    reason = TextField(
        label=gettext_lazy("What has changed, or what did we misjudge?"),
        max_length=REASON_MAX_CHARACTERS,
        error_messages={"required": gettext_lazy("Say in a sentence why it is more urgent.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, auto_id="raise_%s", **options)
        self.ticket = ticket
        terms = from_json(ticket.sla_terms)
        offered = [each for each in Severity.values if is_raise(ticket.severity, each)]
        self.fields["severity"].choices = [(each, severity_promise(each, terms[each])) for each in reversed(offered)]
        self.fields["severity"].error_messages["invalid_choice"] = _(
            "This ticket is %(severity)s by now. Choose a more urgent severity, or write to us."
        ) % {"severity": severity_name(ticket.severity)}
        self.fields["severity"].error_messages["required"] = _("Choose how urgent it is.")


def severity_promise(severity: str, terms: SeverityTerms) -> str:
    """“P0 Urgent: an answer within 15 min, a solution within 4 h, around the clock”."""
    words = (
        _("%(severity)s: an answer within %(answer)s, a solution within %(solution)s, around the clock")
        if terms.calendar_id is None
        else _("%(severity)s: an answer within %(answer)s, a solution within %(solution)s of business hours")
    )
    days = terms.calendar_id is None
    return words % {
        "severity": severity_name(severity),
        "answer": wording.duration(terms.first_response, days=days),
        "solution": wording.duration(terms.resolution, days=days),
    }
