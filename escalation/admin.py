"""The board, and rows an administrator edits: what each step promises, and where a ladder ends. Steps themselves are read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin

from escalation.actions import end_ladder_elsewhere
from escalation.models import Commitment, Escalation, LadderEnd, PromiseTarget, StepPlan
from escalation.views import board


@admin.register(StepPlan)
class StepPlanAdmin(ModelAdmin):
    list_display = ("__str__", "taken_over_within", "plan_en", "plan_zh")
    list_filter = ("severity", "target")


@admin.register(LadderEnd)
class LadderEndAdmin(ModelAdmin):
    """Saved or deleted, the change holds for tickets that are overdue already: the next sweep looks at them."""

    list_display = ("severity", "top")
    actions = None

    def save_model(self, request: HttpRequest, obj: LadderEnd, form: Any, change: bool) -> None:
        end_ladder_elsewhere(severity=obj.severity, top=obj.top, now=timezone.now(), row=obj)

    def delete_model(self, request: HttpRequest, obj: LadderEnd) -> None:
        end_ladder_elsewhere(severity=obj.severity, top=None, now=timezone.now(), row=obj)


@admin.register(PromiseTarget)
class PromiseTargetAdmin(ModelAdmin):
    """Within how much time a customer's escalation is answered, and the next update given. No row: nothing is promised."""

    list_display = ("kind", "severity", "amount", "unit", "hours")
    list_filter = ("kind", "severity")


@admin.register(Escalation)
class EscalationAdmin(ModelAdmin):
    """The log of all steps. Nobody edits or deletes one: it is evidence."""

    list_display = ("ticket", "created_at", "trigger", "from_tier", "target", "expected_at")
    list_filter = ("trigger", "target")
    search_fields = ("=ticket__id", "reason")
    list_select_related = ("ticket",)
    show_full_result_count = False
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        return Escalation.objects.visible_to(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:
        return False


@admin.register(Commitment)
class BoardAdmin(ModelAdmin):
    """The escalations board: pages of our own inside the admin's frame; every button is one action, nothing else is written."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Commitment | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        reads = self.admin_site.admin_view(self._guarded(board.board, self.has_view_permission))
        pulses = self.admin_site.admin_view(self._guarded(board.pulse, self.has_view_permission))
        acts = self.admin_site.admin_view(self._guarded(board.act, self.has_change_permission))
        return [
            path("", reads, name="escalation_commitment_changelist"),
            path("pulse/", pulses, name="escalation_commitment_pulse"),
            path("<int:pk>/acts/<slug:name>/", acts, name="escalation_commitment_act"),
        ]

    def _guarded(self, view, may):
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not may(request):
                raise PermissionDenied
            return view(request, self.admin_site, **kwargs)

        return guarded
