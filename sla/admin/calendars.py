"""Business calendars on the desk: the list, and who may open the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.admin import ModelAdmin

from sla.admin.calendar_views import edit
from sla.calendar import WEEKDAYS
from sla.coverage import coverage_ends_soon
from sla.models import Calendar
from sla.wording import WEEKDAY_NAMES, duration


@admin.register(Calendar)
class CalendarAdmin(ModelAdmin):
    """Its page is our own: a calendar is typed in lines, previewed, and saved by an action that raises its version."""

    list_display = ("__str__", "code", "week", "zone", "day", "known", "version")
    list_before_template = "admin/sla/parts/coverage.html"
    show_full_result_count = False
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Calendar | None = None) -> bool:
        """Clocks of old tickets were counted on it."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return edit(request, self.admin_site, row=None, may_change=True)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return edit(request, self.admin_site, row=row, may_change=self.has_change_permission(request))

    @admin.display(description=gettext_lazy("working hours"))
    def week(self, obj: Calendar) -> SafeString | str:
        """The weekly hours, days with the same ones on one line."""
        days: dict[str, list[str]] = {}
        for day in WEEKDAYS:
            spans = obj.definition.get("weekly", {}).get(day, [])
            days.setdefault(", ".join(f"{begin}-{end}" for begin, end in spans), []).append(str(WEEKDAY_NAMES[day]))
        lines = [(" ".join(names), pgettext("between", ": "), hours) for hours, names in days.items() if hours]
        return format_html_join("\n", "<div>{}{}{}</div>", lines) if lines else _("none")

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, obj: Calendar) -> str:
        return str(obj.definition.get("tz", ""))

    @admin.display(description=gettext_lazy("working day"))
    def day(self, obj: Calendar) -> str:
        return duration(obj.business_day_seconds, days=False)

    @admin.display(description=gettext_lazy("known until"), ordering="known_until")
    def known(self, obj: Calendar) -> SafeString:
        """The day up to which holidays are entered, with a word where that is soon over."""
        until = obj.known_until.isoformat()
        if not coverage_ends_soon(obj, timezone.now().date()):
            return format_html("{}", until)
        return format_html("{}<br><strong>{}</strong>", until, _("ends soon"))
