"""The filters of the escalations board."""

from django import forms
from django.utils.translation import gettext_lazy as _

from escalation.choices import Target, Trigger
from sla.choices import Severity


class BoardFilter(forms.Form):
    """Which escalations the board shows; anything that is no choice is as if not given."""

    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=[("", _("Any severity")), *((s.value, s.code) for s in Severity)]
    )
    target = forms.ChoiceField(label=_("With"), required=False, choices=[("", _("Any tier")), *Target.choices])
    trigger = forms.ChoiceField(label=_("Asked by"), required=False, choices=[("", _("Anybody")), *Trigger.choices])

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def chosen(self) -> dict[str, str]:
        """The valid, non-empty choices by field name of Escalation or its ticket."""
        self.is_valid()
        names = {"severity": "ticket__severity", "target": "target", "trigger": "trigger"}
        return {names[key]: value for key, value in self.cleaned_data.items() if value}
