"""Where screen-sharing calls take place: the one row that administrators edit."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from tickets.models import CallRoom


@admin.register(CallRoom)
class CallRoomAdmin(ModelAdmin):
    """There is one row: it is edited, and emptied where engineers send the links themselves."""

    fields = ("template",)
    show_full_result_count = False

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not CallRoom.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False
