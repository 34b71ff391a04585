"""The form on which a problem is reported: what is asked, what is refused and in which words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import zone_of
from accounts.models import App, Organisation
from accounts.numbers import key_of
from sla.choices import Severity
from sla.policies import has_terms
from tickets.asking import asked_of
from tickets.forms.fields import LineField, TextField
from tickets.forms.filing_layout import filing_helper
from tickets.forms.filing_place import FilingPlace, app_of, organisation_of, prefill
from tickets.forms.questions import ZONE, QuestionsForm, names_of
from tickets.models import Category

DESCRIPTION_MOST = 100_000  # characters
ASIDE_MOST = 1_000  # characters of an answer that stands in the description
FALLBACK_CATEGORY = "other"


class AppSelect(forms.Select):
    """Options carry what is known of the app, so that the page's script can fill it in."""

    known: Mapping[str, Mapping[str, str]] = {}

    def create_option(self, name, value, *args, **kwargs) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"].update({f"data-{fact}": text for fact, text in self.known.get(str(value), {}).items()})
        return option


class FilingForm(QuestionsForm):
    """Sentence, description, severity and what the category needs. A P0 needs no category and no answer, nobody has time."""

    app = forms.ChoiceField(
        label=gettext_lazy("App"), required=False, widget=AppSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of your apps from the list.")},
    )  # fmt: skip
    category = forms.ChoiceField(
        label=gettext_lazy("Kind of problem"), required=False, widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose the kind of problem from the list.")},
    )  # fmt: skip
    severity = forms.ChoiceField(
        label=gettext_lazy("How bad is it for your users?"), choices=Severity.choices, widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how bad it is for your users: it decides how soon we answer."),
            "invalid_choice": gettext_lazy("Choose how bad it is for your users: it decides how soon we answer."),
        },
    )  # fmt: skip
    subject = LineField(
        label=gettext_lazy("In one sentence"), max_length=200,
        error_messages={
            "required": gettext_lazy(
                "Say in one sentence what is wrong, for example “No sound on Android after a phone call”."
            ),
            "max_length": gettext_lazy(
                "At most %(limit_value)d characters, please: these are %(show_value)d. The rest fits into the description."
            ),
        },
    )  # fmt: skip
    description = TextField(
        label=gettext_lazy("What your users see"), max_length=DESCRIPTION_MOST,
        help_text=gettext_lazy("On which network and device, when, what works and what does not. Markdown works here."),
        error_messages={
            "required": gettext_lazy("Describe what your users see. One line is enough to begin with."),
            "max_length": gettext_lazy(
                "At most %(limit_value)d characters, please: these are %(show_value)d. Add long logs as a file."
            ),
        },
    )  # fmt: skip

    def __init__(self, *args: Any, place: FilingPlace, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self._aside: list[str] = []
        self.zone = zone_of(place.user.time_zone).key
        self.fields["app"].choices = place.app_choices()
        self.fields["app"].widget.known = {str(app.pk): prefill(app) for app in place.apps}
        self.fields["category"].choices = [(each.code, each.name) for each in place.categories]
        for name, field in self.fields.items():
            if name not in ("category", "severity"):
                is_select = isinstance(field.widget, forms.Select)
                field.widget.attrs.setdefault("class", "form-select" if is_select else "form-control")
        self.kind = self._kind(self.data.get("category") or self.initial.get("category"))
        self.ask(asked_of(self.kind), products=place.products, zone=self.zone, now=now)
        self.helper = filing_helper()

    def _kind(self, code: object) -> Category:
        by_code = {each.code: each for each in self.place.categories}
        return (
            by_code.get(str(code or FALLBACK_CATEGORY)) or by_code.get(FALLBACK_CATEGORY) or self.place.categories[-1]
        )

    def clean_category(self) -> Category:
        return self._kind(self.cleaned_data["category"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("severity") == Severity.P0:
            self._set_aside(cleaned)
        if "category" in cleaned and not self.data.get("category") and cleaned.get("severity") != Severity.P0:
            self.add_error("category", _("Choose what comes nearest; “Something else” is fine."))
        if "app" in cleaned and not cleaned["app"] and len(self.place.organisations) > 1:
            self.add_error("app", _("Choose the app or the organisation that this is about."))
        if "app" in cleaned and not has_terms(organisation_of(self.place, cleaned["app"])):
            self.add_error(
                None, _("Your plan has no promised times yet, so no clock could run. Call your success manager.")
            )
        return cleaned

    def _set_aside(self, cleaned: dict[str, Any]) -> None:
        """Nothing that is wrong with an answer holds up a P0; what was typed there goes along as words."""
        for each in self.asked:
            names = names_of(each)
            if self.errors.keys().isdisjoint(names):
                continue
            typed = " – ".join(text for name in names if not name.endswith(ZONE) and (text := self._typed(name)))
            self._forget(each, cleaned)
            if typed:
                self._aside.append(f"{each.question.label}: {typed}")

    def _typed(self, name: str) -> str:
        return " ".join(str(self.data.get(name, "")).split())[:ASIDE_MOST]

    def opening(self) -> str:
        """Of a valid form: what was written, and under it the answers that fitted into no column."""
        return "\n\n".join([self.cleaned_data["description"], *self._aside])

    def chosen_app(self) -> App | None:
        return app_of(self.place, self.cleaned_data["app"])

    def chosen_organisation(self) -> Organisation:
        return organisation_of(self.place, self.cleaned_data["app"])


def submission_key(typed: Mapping[str, Any]) -> uuid.UUID:
    """The key under which this page's files are kept and sent once; a new one where the page sent none."""
    return key_of(str(typed.get("submission_key", ""))) or uuid.uuid4()
