"""Shape and wording of what people write when a ticket moves."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

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


class HandBackForm(HandUpForm):
    """Why, what was found, what is asked: a hand-back needs its reasons too."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "reason": (
                _("Why it goes back"),
                _("The customer reads this sentence. Say what the tier below can do now."),
            ),
            "tried": (_("What was found"), _("Staff only: what it is, what it is not, and how you know.")),
            "ask": (_("What you ask of the tier below"), _("Staff only: one task, so that they can begin at once.")),
        }
        for name, (label, help_text) in words.items():
            self.fields[name].label, self.fields[name].help_text = label, help_text
        self.helper = FormHelper()
        self.helper.add_input(Submit("hand_back", _("Hand back")))


class TrackerForm(forms.Form):
    """Where it is worked on inside."""

    url = forms.URLField(
        label=_("Address in your tracker"),
        help_text=_("Staff only: the customer never sees it."),
        max_length=500,
        assume_scheme="https",
        error_messages={
            "required": _("Paste the address first."),
            "invalid": _("Give an address that begins with https://."),
        },
    )
