"""People, organisations, plans, teams and SDK versions on the desk. Which role may do what stands in roles.py."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, StackedInline

from accounts import actions
from accounts.admin_forms import AppForm, PersonForm, SdkVersionForm, TeamForm
from accounts.http import SignedInRequest
from accounts.models import App, Membership, Organisation, SdkProduct, SdkVersion, SupportPlan, Team, User

# Rows of the packages below that nobody should write by hand: groups decide nothing here (roles.py does), an address is the
# person's, and an authenticator holds the secret of somebody's second factor.
for model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class DeskAdmin(ModelAdmin):
    """Lists cost the same number of queries however long they are."""

    show_full_result_count = False
    list_per_page = 50


class MembershipInline(StackedInline):
    model = Membership
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 0


class AppInline(StackedInline):
    model = App
    form = AppForm
    fields = ("name", "app_id", "platform", "product", "sdk_version")
    extra = 0


class SdkVersionInline(StackedInline):
    model = SdkVersion
    form = SdkVersionForm
    fields = ("sdk_version", "released_on")
    extra = 0


@admin.register(User)
class UserAdmin(DeskAdmin):
    form = PersonForm
    list_display = ("name", "email", "role", "team", "language", "is_active", "last_login")
    list_filter = ("role", "team", "is_active", "language")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    fieldsets = (
        (None, {"fields": ("email", "name", "phone")}),
        (gettext_lazy("Work"), {"fields": ("role", "team", "is_active")}),
        (gettext_lazy("Reads in"), {"fields": ("language", "time_zone")}),
    )
    actions = ("send_password_link", "switch_off_second_factor")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # what a person wrote stays theirs: accounts are switched off

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # Nobody locks the last administrator out by mistake.
        return ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()

    def save_model(self, request: SignedInRequest, obj: User, form: ModelForm, change: bool) -> None:
        if change:
            actions.change_person(by=request.user, user=obj, fields=form.changed_data)
            return
        fields = {name: value for name, value in form.cleaned_data.items() if name not in {"email", "name"}}
        person = actions.create_person(by=request.user, email=obj.email, name=obj.name, fields=fields)
        obj.pk = person.pk
        obj._state.adding = False
        messages.info(request, _("A link to choose a password was mailed to %(email)s.") % {"email": obj.email})

    @admin.action(description=gettext_lazy("Mail a link to choose a password"), permissions=["change"])
    def send_password_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.filter(is_active=True):
            actions.mail_password_link(user=user)
        messages.success(request, _("The links were mailed."))

    @admin.action(description=gettext_lazy("Switch the second factor off"), permissions=["change"])
    def switch_off_second_factor(self, request: SignedInRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            actions.switch_off_second_factor(by=request.user, user=user)
        messages.success(request, _("The second factor is off. They were told by mail."))


@admin.register(Organisation)
class OrganisationAdmin(DeskAdmin):
    list_display = ("name", "plan", "success_manager", "people_count", "app_count")
    list_filter = ("plan",)
    list_select_related = ("plan", "success_manager")
    search_fields = ("name",)
    autocomplete_fields = ("success_manager",)
    fields = ("name", "plan", "success_manager")
    inlines = (MembershipInline, AppInline)

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        people, apps = Count("memberships", distinct=True), Count("apps", distinct=True)
        return super().get_queryset(request).annotate(people_count=people, app_count=apps)

    @admin.display(description=gettext_lazy("people"), ordering="people_count")
    def people_count(self, organisation: Any) -> int:
        return organisation.people_count

    @admin.display(description=gettext_lazy("apps"), ordering="app_count")
    def app_count(self, organisation: Any) -> int:
        return organisation.app_count


@admin.register(SupportPlan)
class SupportPlanAdmin(DeskAdmin):
    list_display = ("name_en", "name_zh", "code", "support_phone", "closes_after_days", "file_room_mb", "position")
    search_fields = ("code", "name_en", "name_zh")
    fields = ("code", ("name_en", "name_zh"), "support_phone", "closes_after_days", "file_room_mb", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: SupportPlan | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(Team)
class TeamAdmin(DeskAdmin):
    form = TeamForm
    list_display = ("__str__", "tier", "on_call")
    list_filter = ("tier",)
    list_select_related = ("on_call",)
    search_fields = ("name_en", "name_zh")

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else ("name_en", "name_zh", "tier")


@admin.register(SdkProduct)
class SdkProductAdmin(DeskAdmin):
    list_display = ("name_en", "name_zh", "code", "position")
    search_fields = ("code", "name_en", "name_zh")
    fields = ("code", ("name_en", "name_zh"), "position")
    inlines = (SdkVersionInline,)
