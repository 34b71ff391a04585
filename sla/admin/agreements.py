"""Policies of plans and contracts of organisations on the desk: the lists, and who may open the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, SupportPlan
from accounts.numbers import whole_number
from sla import actions
from sla.admin.agreement_views import Subject, edit
from sla.admin.own_pages import OwnPagesAdmin
from sla.book import DEFAULT_PLAN, Agreement, Book
from sla.choices import Hours
from sla.editing import cell_in_words
from sla.models import Contract, ContractTarget, SlaPolicy
from sla.policies import agreement_of

INVALID = 422
SUGGESTED_ORGANISATIONS = 200


@admin.register(SlaPolicy)
class SlaPolicyAdmin(OwnPagesAdmin):
    """None is deleted: a plan without a policy could not file tickets."""

    list_display = ("__str__", "calendar", "promises")
    list_select_related = ("plan", "calendar")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlaPolicy]:
        return super().get_queryset(request).prefetch_related("targets")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A policy is for a plan that has none yet; which one is chosen first."""
        self.require_may_add(request)
        plans = SupportPlan.objects.filter(sla_policy=None)
        wanted = whole_number(request.GET.get("for"))
        plan = plans.filter(pk=wanted).first() if wanted is not None else None
        if plan is not None:
            return edit(request, self.admin_site, _policy_subject(request, None, plan), may_change=True)
        context = {
            **self.admin_site.each_context(request),
            "title": _("New SLA policy"),
            "list_url": reverse("admin:sla_slapolicy_changelist"),
            "list_title": _("SLA policies"),
            "label": _("Plan"),
            "help": _("Until it has a policy of its own, a plan promises what every other plan does."),
            "choices": [(str(each.pk), str(each)) for each in plans],
            "empty": _("Every plan has its policy."),
        }
        status = INVALID if request.method == "POST" else 200
        return TemplateResponse(request, "admin/sla/choose.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        policy = self.opened(request, object_id)
        may_change = self.has_change_permission(request)
        return edit(request, self.admin_site, _policy_subject(request, policy, policy.plan), may_change=may_change)

    @admin.display(description=gettext_lazy("first response / resolution"))
    def promises(self, obj: SlaPolicy) -> SafeString:
        lines = (
            (
                target.severity.upper(),
                cell_in_words(target.cells.first_response),
                cell_in_words(target.cells.resolution),
            )
            for target in obj.targets.all()
        )
        return format_html("{}", format_html_join("", "<div>{}: {} / {}</div>", lines))


def _policy_subject(request: HttpRequest, policy: SlaPolicy | None, plan: SupportPlan | None) -> Subject:
    def stored() -> Agreement | None:
        rows = SlaPolicy.objects.filter(pk=policy.pk) if policy else SlaPolicy.objects.filter(plan=plan)
        row = rows.first()
        return agreement_of(row) if row else None

    def exchanged(book: Book, values: Agreement) -> Book:
        return book.with_plan(plan.pk if plan else DEFAULT_PLAN, values)

    def store(values: Agreement, seen: str) -> object:
        return actions.set_policy(policy=policy, plan=plan, values=values, seen=seen, by=request.user)

    return Subject(
        title=str(plan) if plan else _("Every other plan"),
        intro=_(
            "What the plan promises by severity. A day is a working day of the calendar, or 24 hours around the clock."
        ),
        note=_("New tickets get these targets. Open tickets keep those they were filed under."),
        list_url=reverse("admin:sla_slapolicy_changelist"),
        list_title=_("SLA policies"),
        open_cell="",
        base=None,
        stored=stored,
        exchanged=exchanged,
        store=store,
        history_url=reverse("admin:sla_slapolicy_history", args=[policy.pk]) if policy else "",
    )


@admin.register(Contract)
class ContractAdmin(OwnPagesAdmin):
    """None is deleted: one that says nothing more is gone by itself, and its page shows first what that would mean."""

    list_display = ("__str__", "plan", "calendar", "differences")
    list_select_related = ("organisation__plan", "calendar")
    search_fields = ("organisation__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contract]:
        return super().get_queryset(request).prefetch_related("targets")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_may_add(request)
        wanted = request.GET.get("for", "").strip()
        organisation = Organisation.objects.select_related("plan").filter(name=wanted).first() if wanted else None
        if organisation is not None:
            contract = Contract.objects.filter(organisation=organisation).first()
            if contract is not None:
                return redirect("admin:sla_contract_change", contract.pk)
            return edit(request, self.admin_site, _contract_subject(request, None, organisation), may_change=True)
        names = Organisation.objects.filter(contract=None).values_list("name", flat=True)
        context = {
            **self.admin_site.each_context(request),
            "title": _("New contract"),
            "list_url": reverse("admin:sla_contract_changelist"),
            "list_title": _("Contracts"),
            "label": _("Organisation"),
            "help": _("Whose contract says something otherwise than its plan?"),
            "suggestions": names[:SUGGESTED_ORGANISATIONS],
            "wanted": wanted,
            "error": _("There is no organisation “%(name)s”.") % {"name": wanted[:120]} if wanted else "",
        }
        status = INVALID if wanted or request.method == "POST" else 200
        return TemplateResponse(request, "admin/sla/choose.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        contract = self.opened(request, object_id)
        may_change = self.has_change_permission(request)
        subject = _contract_subject(request, contract, contract.organisation)
        return edit(request, self.admin_site, subject, may_change=may_change)

    @admin.display(description=gettext_lazy("plan"))
    def plan(self, obj: Contract) -> str:
        return str(obj.organisation.plan)

    @admin.display(description=gettext_lazy("otherwise than the plan"))
    def differences(self, obj: Contract) -> SafeString:
        lines = ((target.severity.upper(), _cells_said(target)) for target in obj.targets.all())
        return format_html("{}", format_html_join("", "<div>{}: {}</div>", lines))


def _cells_said(target: ContractTarget) -> str:
    cells = target.cells
    said = [str(Hours(cells.hours).label)] if cells.hours else []
    labels = {"first_response": _("first response"), "resolution": _("resolution"), "grace": _("grace")}
    said += [f"{label} {cell_in_words(getattr(cells, name))}" for name, label in labels.items() if getattr(cells, name)]
    return ", ".join(said)


def _contract_subject(request: HttpRequest, contract: Contract | None, organisation: Organisation) -> Subject:
    policy = (
        SlaPolicy.objects.prefetch_related("targets").filter(plan=organisation.plan_id).first()
        or SlaPolicy.objects.prefetch_related("targets").get(is_default=True)
    )  # fmt: skip

    def stored() -> Agreement | None:
        row = Contract.objects.filter(organisation=organisation).first()
        return agreement_of(row) if row else None

    def store(values: Agreement, seen: str) -> object:
        return actions.set_contract(organisation=organisation, values=values, seen=seen, by=request.user)

    return Subject(
        title=_("Contract of %(name)s") % {"name": organisation.name},
        intro=_("What is written here beats the plan, %(plan)s. An empty cell is the plan's.")
        % {"plan": organisation.plan},
        note=_("New tickets of this organisation get these targets. Open tickets keep those they were filed under."),
        list_url=reverse("admin:sla_contract_changelist"),
        list_title=_("Contracts"),
        open_cell=_("as the plan"),
        base=agreement_of(policy),
        stored=stored,
        exchanged=lambda book, values: book.with_contract(organisation.pk, values),
        store=store,
        history_url=reverse("admin:sla_contract_history", args=[contract.pk]) if contract else "",
    )
