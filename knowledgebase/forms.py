"""The search box."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """What a reader looks for, at most 200 characters; longer text is cut, not refused."""

    q = forms.CharField(label=_("Search the answers"), required=False)

    def clean_q(self) -> str:
        return self.cleaned_data["q"].strip()[:200]

    @property
    def text(self) -> str:
        """The query; empty where nothing valid was typed."""
        return self.cleaned_data.get("q", "") if self.is_valid() else ""
