"""The form on which a problem is reported: what is asked, what is refused and in which words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Platform
from accounts.middleware import zone_of
from accounts.models import App, Organisation
from sla.choices import Severity
from sla.models import SlaPolicy
from tickets.actions import EnvironmentFacts
from tickets.choices import Frequency, Network
from tickets.forms.fields import LineField, TextField, WallTimeField, happened_twice, in_zone, zone_choices
from tickets.forms.filing_layout import filing_helper
from tickets.forms.filing_place import FilingPlace, app_of, organisation_of, prefill
from tickets.models import Category

DESCRIPTION_MOST = 100_000  # characters
STEPS_MOST = 20_000
FALLBACK_CATEGORY = "other"


class AppSelect(forms.Select):
    """Options carry what is known of the app, so that the page's script can fill it in."""

    known: Mapping[str, Mapping[str, str]] = {}

    def create_option(self, name, value, *args, **kwargs) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"].update({f"data-{fact}": text for fact, text in self.known.get(str(value), {}).items()})
        return option


class FilingForm(forms.Form):
    """Sentence, description and severity are needed; all else helps. A P0 needs no category, nobody has time to choose."""

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
    product = forms.ChoiceField(
        label=gettext_lazy("SDK"), required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose the SDK from the list.")},
    )  # fmt: skip
    sdk_version = LineField(label=gettext_lazy("SDK version"), required=False, max_length=40)
    platform = forms.ChoiceField(
        label=gettext_lazy("Platform"), required=False, choices=[("", "—"), *Platform.choices],
        error_messages={"invalid_choice": gettext_lazy("Choose the platform from the list.")},
    )  # fmt: skip
    channel = LineField(label=gettext_lazy("Channel or room"), required=False, max_length=128)
    user_ids = LineField(
        label=gettext_lazy("User ids (who sees it, whose stream)"), required=False, max_length=255,
    )  # fmt: skip
    occurred_at = WallTimeField(label=gettext_lazy("When it happened"), required=False)
    occurred_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of that time"), required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a time zone from the list.")},
    )  # fmt: skip
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"), required=False, choices=[("", "—"), *Frequency.choices],
        error_messages={"invalid_choice": gettext_lazy("Choose how often from the list.")},
    )  # fmt: skip
    os_version = LineField(label=gettext_lazy("Operating system"), required=False, max_length=80)
    device = LineField(label=gettext_lazy("Device"), required=False, max_length=120)
    network = forms.ChoiceField(
        label=gettext_lazy("Network"), required=False, choices=[("", "—"), *Network.choices],
        error_messages={"invalid_choice": gettext_lazy("Choose the network from the list.")},
    )  # fmt: skip
    steps = TextField(
        label=gettext_lazy("Steps that show it"), required=False, max_length=STEPS_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, place: FilingPlace, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.now = place, now
        self.zone = zone_of(place.user.time_zone).key
        self.fields["app"].choices = place.app_choices()
        self.fields["app"].widget.known = {str(app.pk): prefill(app) for app in place.apps}
        self.fields["category"].choices = [(each.code, each.name) for each in place.categories]
        self.fields["product"].choices = [("", "—"), *((str(each.pk), each.name) for each in place.products)]
        self.fields["occurred_zone"].choices = zone_choices(self.zone)
        self.fields["occurred_zone"].initial = self.zone
        for name, field in self.fields.items():
            if name not in ("category", "severity"):
                is_select = isinstance(field.widget, forms.Select)
                field.widget.attrs.setdefault("class", "form-select" if is_select else "form-control")
        for name in ("channel", "user_ids", "sdk_version"):
            self.fields[name].widget.attrs.update(
                {"class": "form-control mono", "autocapitalize": "off", "spellcheck": "false"}
            )
        self.helper = filing_helper()

    def clean_category(self) -> Category:
        chosen = self.cleaned_data["category"]
        by_code = {each.code: each for each in self.place.categories}
        return by_code.get(chosen or FALLBACK_CATEGORY) or self.place.categories[-1]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "category" in cleaned and not self.data.get("category") and cleaned.get("severity") != Severity.P0:
            self.add_error("category", _("Choose what comes nearest; “Something else” is fine."))
        if "app" in cleaned and not cleaned["app"] and len(self.place.organisations) > 1:
            self.add_error("app", _("Choose the app or the organisation that this is about."))
        if (
            "app" in cleaned
            and not SlaPolicy.objects.filter(plan=organisation_of(self.place, cleaned["app"]).plan).exists()
        ):
            self.add_error(
                None, _("Your plan has no promised times yet, so no clock could run. Call your success manager.")
            )
        self._place_in_time(cleaned)
        return cleaned

    def _place_in_time(self, cleaned: dict[str, Any]) -> None:
        wall, zone = cleaned.get("occurred_at"), cleaned.get("occurred_zone") or self.zone
        cleaned["occurred_zone"] = zone if wall else ""
        if wall is None:
            return
        try:
            cleaned["occurred_at"] = in_zone(wall, zone, now=self.now)
        except ValidationError as error:
            self.add_error("occurred_at", error)

    def happened_twice(self) -> bool:
        """Of a valid form: is the time one that the clocks showed twice, and was the first one taken?"""
        at, zone = self.cleaned_data["occurred_at"], self.cleaned_data["occurred_zone"]
        if at is None:
            return False
        return happened_twice(at.astimezone(zone_of(zone)).replace(tzinfo=None), zone)

    def chosen_app(self) -> App | None:
        return app_of(self.place, self.cleaned_data["app"])

    def chosen_organisation(self) -> Organisation:
        return organisation_of(self.place, self.cleaned_data["app"])

    def environment(self) -> EnvironmentFacts:
        told = self.cleaned_data
        products = {str(each.pk): each for each in self.place.products}
        texts = (
            "sdk_version",
            "platform",
            "os_version",
            "device",
            "network",
            "channel",
            "user_ids",
            "frequency",
            "steps",
        )
        return EnvironmentFacts(
            product=products.get(told["product"]),
            occurred_at=told["occurred_at"],
            occurred_zone=told["occurred_zone"],
            **{name: told[name] for name in texts},
        )

    def problems(self) -> list[tuple[str, str]]:
        """What the summary on top lists: the id of the control, and what is needed there."""
        found = [("", str(message)) for message in self.non_field_errors()]
        for bound in self:
            target = bound.id_for_label or f"{bound.auto_id}_0"
            found.extend((target, str(message)) for message in bound.errors)
        return found


def submission_key(typed: Mapping[str, Any]) -> uuid.UUID:
    """The key under which this page's files are kept and sent once; a new one where the page sent none."""
    try:
        return uuid.UUID(str(typed.get("submission_key", "")))
    except ValueError:
        return uuid.uuid4()
