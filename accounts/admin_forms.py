"""Forms of the desk's pages about people, organisations and SDK versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.choices import Role
from accounts.models import App, SdkVersion, Team, User, VersionedModel
from accounts.zones import zone_choices


class PersonForm(forms.ModelForm):
    """No password here: the person chooses it through a mailed link."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = User
        fields = ("email", "name", "role", "team", "language", "time_zone", "phone", "is_active")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This address has an account already."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("team") and cleaned.get("role") != Role.ENGINEER:
            self.add_error("team", _("Only engineers belong to a team."))
        return cleaned


class VersionedForm(forms.ModelForm):
    """Keeps the sortable key in step with the version that was typed."""

    instance: VersionedModel

    def save(self, commit: bool = True) -> VersionedModel:
        self.instance.set_version(self.cleaned_data.get("sdk_version") or "")
        return super().save(commit)


class AppForm(VersionedForm):
    class Meta:
        model = App
        fields = ("organisation", "name", "app_id", "platform", "product", "sdk_version")


class SdkVersionForm(VersionedForm):
    class Meta:
        model = SdkVersion
        fields = ("product", "sdk_version", "released_on")


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ("name_en", "name_zh", "tier", "on_call")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "on_call" in self.fields:
            self.fields["on_call"].queryset = User.objects.active().staff()  # type: ignore[attr-defined]
