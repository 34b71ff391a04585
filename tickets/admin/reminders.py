"""After how long a silent customer is reminded: rows that administrators edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from tickets import actions
from tickets.models import ReminderStep


@admin.register(ReminderStep)
class ReminderStepAdmin(ModelAdmin):
    """An edit reaches the tickets that wait with the next sweep. Without a row nobody is reminded."""

    list_display = ("after_days",)
    show_full_result_count = False
    fieldsets = (
        (
            None,
            {
                "fields": ("after_days",),
                "description": _(
                    "A customer whom we asked something is reminded by mail and in the site, once for each row, in working "
                    "time since the last word of either side about it."
                ),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: ReminderStep, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        actions.edited_reminders(now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: ReminderStep) -> None:
        super().delete_model(request, obj)
        actions.edited_reminders(now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReminderStep]) -> None:
        super().delete_queryset(request, queryset)
        actions.edited_reminders(now=timezone.now())
