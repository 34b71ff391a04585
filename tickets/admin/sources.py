"""Where calls are recorded and for how long: rows that administrators edit."""

from django.contrib import admin
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from tickets import actions
from tickets.models import DataSource


@admin.register(DataSource)
class DataSourceAdmin(ModelAdmin):
    """An edit reaches the tickets in batches, within a minute. None is deleted: switch it off."""

    list_display = ("name_en", "name_zh", "retention_hours", "is_active", "position")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("code", ("name_en", "name_zh"), ("holds_en", "holds_zh"), "retention_hours"),
                    *("products", "categories", "is_active", "position"),
                ),
                "description": _(
                    "The first rows are plausible defaults: set them to what your service keeps. "
                    "Customers and engineers see the time that is left on each ticket about a call."
                ),
            },
        ),
    )
    show_full_result_count = False

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Boxes to tick: the lists are short, and the two-sided chooser needs a script and a wide screen."""
        field = super().formfield_for_manytomany(db_field, request, widget=CheckboxSelectMultiple, **kwargs)
        if field is not None:
            field.help_text = db_field.help_text
        return field

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.edited_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        actions.edited_source(source=form.instance, now=timezone.now())
