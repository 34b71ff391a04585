"""Which news a person is mailed, in words for customers and for staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.choices import News

_CUSTOMER = {
    News.ANSWERS: _(
        "An engineer answers, asks something or solves it. Of tickets that you filed this is always mailed."
    ),
    News.FILED: _("The receipt of a ticket that you filed."),
    News.STATE: _("Severity, reopening, merging, and that somebody made you a follower."),
    News.ESCALATIONS: _("A ticket moves to more experienced engineers, with the plan and the expected time."),
}
_STAFF = {
    News.ANSWERS: _("A customer writes on your ticket, or says that it is solved."),
    News.FILED: _("New tickets of the tier that you are on call for."),
    News.STATE: _("A ticket is given to you, changes its severity or opens again; a low score."),
    News.ESCALATIONS: _("Tickets that move between tiers, promises, and what customers escalate."),
}


class MailChoicesForm(forms.Form):
    """A box for each kind of news; ticked is mailed."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = _STAFF if user.is_staff else _CUSTOMER
        for news in News:
            self.fields[news.value] = forms.BooleanField(label=news.label, help_text=hints[news], required=False)

    def declined(self) -> frozenset[News]:
        return frozenset(news for news in News if not self.cleaned_data[news.value])
