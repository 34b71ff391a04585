"""The questions that can be asked, the answers they offer, and how logs are fetched."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from tickets.models import LogGuide, Question, QuestionChoice


class ChoiceInline(StackedInline):
    model = QuestionChoice
    fields = (("code", "position"), ("label_en", "label_zh"))
    extra = 0
    verbose_name_plural = _("answers to choose from (for the type “one of several answers”)")


@admin.register(Question)
class QuestionAdmin(ModelAdmin):
    list_display = ("label_en", "label_zh", "code", "kind", "group", "categories")
    list_filter = ("kind", "group")
    search_fields = ("code", "label_en", "label_zh")
    inlines = (ChoiceInline,)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("code", ("kind", "group"), "fact")}),
        ("English", {"fields": ("label_en", "help_en", "unit_en")}),
        ("简体中文", {"fields": ("label_zh", "help_zh", "unit_zh")}),
        (_("What is accepted"), {"fields": ("pattern", ("least", "most"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).annotate(category_count=Count("asked_in"))

    def get_readonly_fields(self, request: HttpRequest, obj: Question | None = None) -> tuple[str, ...]:
        """What answers hang on stays as it is: whoever wants another type asks another question."""
        return ("code", "kind", "fact") if obj else ()

    @admin.display(description=_("asked in"), ordering="category_count")
    def categories(self, question: Question) -> int:
        return question.category_count  # `get_queryset` annotates it


@admin.register(LogGuide)
class LogGuideAdmin(ModelAdmin):
    list_display = ("platform", "product", "how")
    list_filter = ("platform", "product")
    list_select_related = ("product",)
    show_full_result_count = False
    fields = (("platform", "product"), "path", "command", "how_en", "how_zh")

    @admin.display(description=_("how to turn it on"))
    def how(self, guide: LogGuide) -> str:
        return guide.how
