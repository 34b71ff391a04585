"""Events that could not be told, for administrators: why, and "try again"."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from notifications.actions import try_again
from notifications.models import StuckEvent


@admin.register(StuckEvent)
class StuckEventAdmin(ModelAdmin):
    list_display = ("event", "attempts", "next_attempt_at", "failed_at", "last_error")
    list_select_related = ("event",)
    fields = readonly_fields = list_display
    actions = ("try_again",)

    @admin.action(description=_("Try again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[StuckEvent]) -> None:
        count = try_again(ids=list(queryset.values_list("pk", flat=True)), now=timezone.now())
        text = ngettext("%(count)d event is tried again.", "%(count)d events are tried again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StuckEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StuckEvent | None = None) -> bool:
        return False
