"""The search box, and the form in which staff write an article."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledgebase.markdown import MAX_BYTES
from knowledgebase.models import Article


class SearchForm(forms.Form):
    """What a reader looks for, at most 200 characters; longer text is cut, not refused."""

    q = forms.CharField(label=_("Search the answers"), required=False)

    def clean_q(self) -> str:
        return self.cleaned_data["q"].strip()[:200]

    @property
    def text(self) -> str:
        """The query; empty where nothing valid was typed."""
        return self.cleaned_data.get("q", "") if self.is_valid() else ""


class ArticleForm(forms.ModelForm):
    """An article needs a title in one language at least, and a text where it has a title."""

    class Meta:
        model = Article
        fields = (
            "section", "slug", "applies_to", "audience", "status",
            "title_en", "summary_en", "body_en", "title_zh", "summary_zh", "body_zh",
        )  # fmt: skip
        error_messages = {
            "slug": {"unique": _("Another article has this address. Choose another one, or edit that article.")}
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        titles = {language: cleaned.get(f"title_{language}") for language in ("en", "zh")}
        if not any(titles.values()):
            self.add_error("title_en", _("Give the article a title, in English or in Chinese."))
        for language, title in titles.items():
            body = cleaned.get(f"body_{language}") or ""
            if body.strip() and not title:
                self.add_error(f"title_{language}", _("The text in this language needs a title too."))
            if len(body.encode(errors="replace")) > MAX_BYTES:
                self.add_error(f"body_{language}", _("At most 100 kB a language. Split the article in two."))
        return cleaned
