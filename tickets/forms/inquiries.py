"""The customer's answers to what we asked: one box for each question. Shape and wording only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.forms.fields import TextField
from tickets.models import Inquiry, Message

ANSWER_MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question with its fields; `is_asked` while it has any: it is open, or words for it are on their way."""

    inquiry: Inquiry
    answer: Any = None
    unknown: Any = None
    errors: Any = ()

    @property
    def is_asked(self) -> bool:
        return self.answer is not None


class AnswersForm(forms.Form):
    """`inquiries` are shown in their order. Fields are there for those that are open, and for those in `typed`: a question that
    was answered while somebody typed keeps their words."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, inquiries: Iterable[Inquiry], *args: Any, typed: frozenset[int] = frozenset(), **options: Any
    ) -> None:
        super().__init__(*args, auto_id="answers_%s", **options)
        self.inquiries = list(inquiries)
        self.asked = [each for each in self.inquiries if each.is_open or each.pk in typed]
        for each in self.asked:
            self.fields[f"answer-{each.pk}"] = TextField(required=False, max_length=ANSWER_MAX_CHARACTERS)
            self.fields[f"unknown-{each.pk}"] = forms.BooleanField(required=False)

    @property
    def version(self) -> str:
        """Changes when a question is asked, answered or taken back: the page that is open then shows it."""
        return " ".join(f"{each.pk}{each.state}" for each in self.inquiries)

    @property
    def rows(self) -> list[AnswerRow]:
        return [
            AnswerRow(
                each, self[f"answer-{each.pk}"], self[f"unknown-{each.pk}"], self.errors.get(f"answer-{each.pk}", ())
            )
            if each in self.asked
            else AnswerRow(each)
            for each in self.inquiries
        ]

    def clean_submission_key(self) -> uuid.UUID:
        key = self.cleaned_data["submission_key"]
        tickets = [each.ticket_id for each in self.inquiries]
        if Message.objects.filter(submission_key=key).exclude(ticket__in=tickets).exists():
            raise ValidationError(_("This form belongs to another ticket. Open this ticket’s page again."))
        return key

    def given(self) -> list[dict[str, Any]]:
        """The answers of a valid form; a box that was filled beats the tick beside it."""
        found = (
            {
                "inquiry": each.pk,
                "text": self.cleaned_data[f"answer-{each.pk}"],
                "is_unknown": self.cleaned_data[f"unknown-{each.pk}"],
            }
            for each in self.asked
        )
        return [each for each in found if each["text"].strip() or each["is_unknown"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.given():
            raise ValidationError(_("Answer at least one question, or say that you do not know."))
        return cleaned
