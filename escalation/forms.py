"""Shape and wording of what people write when a ticket moves."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from escalation.choices import Target, Trigger
from sla.choices import Severity

MAX_TEXT = 5000  # characters


class HandUpForm(forms.Form):
    """Why, what was tried, what is asked: no tier sees an empty hand-over."""

    seen_step = forms.IntegerField(required=False, min_value=0, max_value=2**31, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it goes up"),
        help_text=_("The customer reads this sentence. Say what the next tier can do that this one cannot."),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tried = forms.CharField(
        label=_("What was tried"),
        help_text=_("Staff only: hypotheses, versions, logs you read, what it is not."),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    ask = forms.CharField(
        label=_("What you ask of the next tier"),
        help_text=_("Staff only: one question or one task, so that they can begin at once."),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("hand_up", _("Hand up")))


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
