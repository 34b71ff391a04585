"""The ticket in the admin: its addresses and who may open them. No field of a ticket is editable here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from accounts.numbers import whole_number
from tickets.admin import queue_views, ticket_views
from tickets.models import Ticket


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    """Pages of our own inside the admin's frame: every button is one action, nothing else is written."""

    actions = None
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("pulse/", guarded(self._for_readers(queue_views.pulse)), name="tickets_ticket_pulse"),
            path("take/", guarded(self._for_engineers(queue_views.take_many)), name="tickets_ticket_take_many"),
            path("<int:pk>/news/", guarded(self._for_readers(ticket_views.news)), name="tickets_ticket_news"),
            path("<int:pk>/receipt/", guarded(self._for_readers(ticket_views.receipt)), name="tickets_ticket_receipt"),
            path(
                "<int:pk>/acts/<slug:name>/", guarded(self._for_engineers(ticket_views.act)), name="tickets_ticket_act"
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self._for_readers(queue_views.queue)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._for_readers(ticket_views.page)(request, pk=_number(object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A ticket's history is its own timeline: append-only, and written by the actions alone."""
        return redirect(reverse("admin:tickets_ticket_change", args=[_number(object_id)]))

    def _for_readers(self, view):
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, self.admin_site, **kwargs)

        return guarded

    def _for_engineers(self, view):
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            return view(request, self.admin_site, **kwargs)

        return guarded


def _number(object_id: str) -> int:
    number = whole_number(object_id)
    if number is None:
        raise Http404
    return number
