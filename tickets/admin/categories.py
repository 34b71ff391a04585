"""What kinds of problem customers choose from."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from tickets.models import Category


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name_en", "name_zh", "code", "is_about_a_call", "position")
    search_fields = ("code", "name_en", "name_zh")
    fields = ("code", ("name_en", "name_zh"), ("example_en", "example_zh"), "is_about_a_call", "position")
    show_full_result_count = False

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()
