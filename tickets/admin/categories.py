"""What kinds of problem customers choose from, and what each of them asks in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, StackedInline

from accounts.numbers import whole_number
from tickets.forms.filing import FALLBACK_CATEGORY
from tickets.models import Category, CategoryQuestion, DataSource, QuestionChoice

_STEP = 10  # between two positions, so that another fits in


class QuestionsFormSet(BaseInlineFormSet):
    """A question that is added comes last; a condition that can never be met is said while it is written."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk is None:
            last = max((row.position for row in self.get_queryset()), default=0)
            form.initial["position"] = last + _STEP

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        asked = {row["question"].pk for row in rows if row.get("question")}
        for form in self.forms:
            row = form.cleaned_data
            condition: QuestionChoice | None = row.get("only_if") if row and not row.get("DELETE") else None
            if condition is None:
                continue
            if condition.question_id == getattr(row.get("question"), "pk", None):
                form.add_error("only_if", ValidationError(_("A question cannot depend on its own answer.")))
            elif condition.question_id not in asked:
                form.add_error("only_if", ValidationError(_("This category does not ask that question.")))


class CategoryQuestionInline(StackedInline):
    model = CategoryQuestion
    formset = QuestionsFormSet
    fields = (("position", "question"), ("only_if", "only_on"), "is_required")
    ordering_field = "position"
    extra = 0
    verbose_name_plural = gettext_lazy("questions, in the order in which they are asked")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[CategoryQuestion]:
        return super().get_queryset(request).select_related("question", "only_if__question")

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Every row offers the same list, read once a page; conditions are answers to what the category asks already."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField) and db_field.name in ("question", "only_if"):
            if db_field.name == "only_if":
                asked = CategoryQuestion.objects.filter(category=_shown(request)).values("question")
                choices = QuestionChoice.objects.filter(question__in=asked).select_related("question")
                field.queryset = choices.order_by("question__code", "position")
            known = request.__dict__.setdefault(f"_{db_field.name}_choices", [])
            if not known:
                known.extend(field.choices)
            field.choices = known
        return field


def _shown(request: HttpRequest) -> int:
    """The key of the category whose page it is; 0 for a new one."""
    number = request.resolver_match.kwargs.get("object_id", "") if request.resolver_match else ""
    return whole_number(number, digits=9) or 0


class CategoryForm(forms.ModelForm):
    def clean_is_offered(self) -> bool:
        is_offered: bool = self.cleaned_data["is_offered"]
        if not is_offered and self.instance.code == FALLBACK_CATEGORY:
            raise ValidationError(_("This one stays: what fits nowhere else is filed under it."))
        return is_offered


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name_en", "name_zh", "code", "is_offered", "position")
    form = CategoryForm
    search_fields = ("code", "name_en", "name_zh")
    fields = (
        "code", ("name_en", "name_zh"), ("example_en", "example_zh"), ("first_question_en", "first_question_zh"),
        ("attachments_en", "attachments_zh"), "is_about_a_call", "is_offered", "position",
    )  # fmt: skip
    inlines = (CategoryQuestionInline,)
    show_full_result_count = False

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Without the rows that only link a category to a source of call data: they have no name to show."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        link = DataSource.categories.through._meta
        counts.pop(link.verbose_name_plural, None)
        return _without(to_delete, f"{capfirst(link.verbose_name)}:"), counts, perms_needed, protected


def _without(lines: list[Any], beginning: str) -> list[Any]:
    """A nested list of lines, less those that begin so."""
    kept = [each for each in lines if not str(each).startswith(beginning)]
    return [_without(each, beginning) if isinstance(each, list) else each for each in kept]
