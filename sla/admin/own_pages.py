"""What the admins of calendars, policies and contracts share: pages of our own, and who may open them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from unfold.admin import ModelAdmin


class OwnPagesAdmin(ModelAdmin):
    """The list is the theme's, the pages are ours. Nothing is deleted there, one by one or many at once."""

    show_full_result_count = False
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def require_may_add(self, request: HttpRequest) -> None:
        """Raise PermissionDenied."""
        if not self.has_add_permission(request):
            raise PermissionDenied

    def opened(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page. Raises PermissionDenied, or Http404 where there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row
