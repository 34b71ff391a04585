"""Staff write articles here."""

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from knowledgebase.actions import save_article
from knowledgebase.forms import ArticleForm
from knowledgebase.models import Article, Section

MARKDOWN_HELP = _(
    "Markdown: ## heading, **bold**, - list, 1. numbered list, [words](address), `code`, ``` for a block of code, "
    "| a | b | for a table, > for a note. Headings of the second level become the contents of the page."
)


@admin.register(Section)
class SectionAdmin(ModelAdmin):
    list_display = ("code", "name_en", "name_zh", "position")
    prepopulated_fields = {"code": ("name_en",)}


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    form = ArticleForm
    list_display = ("title", "section", "audience", "status", "in_languages", "updated_at")
    list_filter = ("status", "audience", "section")
    list_select_related = ("section",)
    list_per_page = 50
    search_fields = ("title_en", "title_zh", "slug")
    prepopulated_fields = {"slug": ("title_en",)}
    readonly_fields = ("page",)
    show_full_result_count = False
    save_on_top = True
    fieldsets = (
        (None, {"fields": (("section", "slug"), "applies_to", ("audience", "status"), "page")}),
        ("English", {"fields": ("title_en", "summary_en", "body_en"), "description": MARKDOWN_HELP}),
        ("简体中文", {"fields": ("title_zh", "summary_zh", "body_zh")}),
    )

    @admin.display(description=_("title"), ordering="title_en")
    def title(self, article: Article) -> str:
        return article.title

    @admin.display(description=_("languages"))
    def in_languages(self, article: Article) -> str:
        names = {"en": "EN", "zh-hans": "中文"}  # short: a column of the list
        return " · ".join(names[code] for code in article.languages)

    @admin.display(description=_("on the site"))
    def page(self, article: Article) -> str:
        """The way to the page as readers see it; staff may open drafts too."""
        if not article.pk:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("knowledgebase:article", args=[article.slug]), article.title)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.CharField) and db_field.name.startswith("body_"):
            field.widget = UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "true"})
        return field

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        save_article(article=obj, now=timezone.now())
