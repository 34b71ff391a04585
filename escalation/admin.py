"""Rows an administrator edits: what each step promises, and where a ladder ends. Steps themselves are read only."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from escalation.models import Escalation, LadderEnd, StepPlan


@admin.register(StepPlan)
class StepPlanAdmin(ModelAdmin):
    list_display = ("__str__", "taken_over_within", "plan_en", "plan_zh")
    list_filter = ("severity", "target")


@admin.register(LadderEnd)
class LadderEndAdmin(ModelAdmin):
    list_display = ("severity", "top")


@admin.register(Escalation)
class EscalationAdmin(ModelAdmin):
    """The log of all steps. Nobody edits or deletes one: it is evidence."""

    list_display = ("ticket", "created_at", "trigger", "from_tier", "target", "expected_at")
    list_filter = ("trigger", "target")
    search_fields = ("=ticket__id", "reason")
    list_select_related = ("ticket",)
    show_full_result_count = False
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:
        return False
