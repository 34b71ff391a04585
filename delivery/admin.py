"""What is owed, sent and failed, for administrators. Read-only but for "send again"."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from delivery.actions import send_again
from delivery.models import OutboundMessage


@admin.register(OutboundMessage)
class OutboundMessageAdmin(ModelAdmin):
    list_display = ("created_at", "state", "channel", "address", "about", "attempts", "next_attempt_at", "last_error")
    list_filter = ("state", "channel", "is_urgent", "created_at")
    search_fields = ("address", "idempotency_key")
    list_per_page = 50
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        ("channel", "state", "is_urgent", "is_sensitive"),
        ("recipient", "address"),
        "about",
        "text",
        "payload",
        ("owed_since", "next_attempt_at", "attempts"),
        "last_error",
        ("created_at", "sent_at"),
        "idempotency_key",
    )
    readonly_fields = tuple(name for group in fields for name in (group if isinstance(group, tuple) else (group,)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboundMessage]:
        return super().get_queryset(request).select_related("recipient")

    @admin.display(description=_("subject"))
    def about(self, message: OutboundMessage) -> str:
        return str(_("Account mail")) if message.is_sensitive else message.subject

    @admin.display(description=_("text"))
    def text(self, message: OutboundMessage) -> str:
        if message.is_sensitive:
            return str(_("Not shown: it may hold a sign-in code or a reset link."))
        return message.body_text

    @admin.action(description=_("Send again (failed ones)"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundMessage]) -> None:
        count = send_again(ids=list(queryset.values_list("pk", flat=True)), now=timezone.now())
        if count:
            text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(request, _("None of these has failed, so nothing is sent again."), messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False
