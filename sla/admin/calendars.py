"""Business calendars on the desk: the list, and who may open the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from sla.admin.calendar_views import edit
from sla.admin.own_pages import OwnPagesAdmin
from sla.calendar import WEEKDAYS
from sla.coverage import coverage_ends_soon
from sla.models import Calendar
from sla.wording import WEEKDAY_NAMES, duration


@admin.register(Calendar)
class CalendarAdmin(OwnPagesAdmin):
    """A calendar is typed in lines, previewed, and saved by an action that raises its version. None is deleted: clocks of old
    tickets were counted on it."""

    list_display = ("__str__", "code", "week", "zone", "day", "known", "version")
    list_before_template = "admin/sla/parts/coverage.html"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_may_add(request)
        return edit(request, self.admin_site, row=None, may_change=True)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.opened(request, object_id)
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
