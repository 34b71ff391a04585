"""Staff write articles here."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from knowledgebase.actions import save_article
from knowledgebase.models import Article, Section


@admin.register(Section)
class SectionAdmin(ModelAdmin):
    list_display = ("code", "name_en", "name_zh", "position")
    list_editable = ("position",)
    prepopulated_fields = {"code": ("name_en",)}


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    list_display = ("title_en", "title_zh", "section", "audience", "status", "updated_at")
    list_filter = ("status", "audience", "section")
    list_select_related = ("section",)
    search_fields = ("title_en", "title_zh", "slug")
    prepopulated_fields = {"slug": ("title_en",)}
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("section", "slug", "applies_to", "audience", "status")}),
        ("English", {"fields": ("title_en", "summary_en", "body_en")}),
        ("简体中文", {"fields": ("title_zh", "summary_zh", "body_zh")}),
    )

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        save_article(article=obj, now=timezone.now())
