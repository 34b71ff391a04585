"""Pages about people: profile, members, invitations, language."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import actions, sessions
from accounts.choices import MemberRole
from accounts.errors import ActionRefused, InvitationClosed
from accounts.forms import AcceptForm, InviteForm, LanguageForm, ProfileForm, RoleForm
from accounts.http import SignedInRequest
from accounts.models import Invitation, Membership, Organisation, User
from accounts.numbers import whole_number

BACKEND = "accounts.backends.RoleBackend"


def safe_next(request: HttpRequest, *, fallback: str) -> str:
    """Where the form asked to go next, if that is a page of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours and wanted.isprintable() else fallback


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = HttpResponseRedirect(safe_next(request, fallback=reverse("tickets:home")))
    if not form.is_valid():
        return response
    code = form.cleaned_data["language"]
    if request.user.is_authenticated:
        actions.set_language(user=request.user, language=code)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def admin_entrance(request: HttpRequest) -> HttpResponse:
    """The desk has no sign-in of its own: second factor and rate limits hold for everybody."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    wanted = safe_next(request, fallback=reverse("admin:index"))
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    user = request.user
    initial = {"name": user.name, "phone": user.phone, "language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user=user, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
        return redirect("people:profile")
    has_second_factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return render(request, "accounts/profile.html", {"form": form, "has_second_factor": has_second_factor})


@login_required
def signed_in(request: SignedInRequest) -> HttpResponse:
    """Where the reader is signed in; POST ends one of the sessions (`end`), or all `others`."""
    now = timezone.now()
    if request.method == "POST":
        pk = whole_number(request.POST.get("end"))
        if "others" in request.POST:
            sessions.end_others(request, user=request.user, now=now)
            messages.success(request, _("You are signed out everywhere but here."))
        elif pk is not None and sessions.end(user=request.user, pk=pk):
            messages.success(request, _("You are signed out there."))
        return redirect("people:sessions")
    return render(request, "accounts/sessions.html", {"sessions": sessions.signed_in(request, now=now)})


@login_required
def members(request: SignedInRequest, organisation: int | None = None) -> HttpResponse:
    """The people of one's organisation; its admins invite here, the others read."""
    places = list(Membership.objects.filter(user=request.user).select_related("organisation").order_by("organisation"))
    if not places and organisation is None:
        return render(request, "accounts/no_organisation.html")
    chosen = organisation or places[0].organisation_id
    place = get_object_or_404(Membership, user=request.user, organisation_id=chosen)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = actions.invite(
                by=request.user, organisation=place.organisation, now=timezone.now(), **form.cleaned_data
            )
        except ActionRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
            return redirect("people:members_of", place.organisation_id)
    context = {"place": place, "places": places, "form": form, "is_admin": place.role == MemberRole.ADMIN}
    return render(request, "accounts/members.html", context | _people_of(place))


@login_required
@require_POST
def welcomed(request: SignedInRequest, organisation: int) -> HttpResponse:
    """What newcomers are told on their first page is put away, for good."""
    place = get_object_or_404(
        Membership.objects.select_related("organisation"), user=request.user, organisation_id=organisation
    )
    actions.put_welcome_away(user=request.user, organisation=place.organisation, now=timezone.now())
    return redirect("tickets:home")


def _people_of(place: Membership) -> dict[str, object]:
    offers = place.organisation.invitations.open_at(timezone.now()).select_related("invited_by")
    return {
        "members": place.organisation.memberships.select_related("user").order_by("user__name", "pk"),
        "invitations": offers if place.role == MemberRole.ADMIN else (),
        "roles": MemberRole.choices,
    }


def _administered(request: SignedInRequest, organisation: int) -> Organisation:
    """The organisation if the reader is its admin: 404 to strangers, 403 to its plain members."""
    place = get_object_or_404(Membership, user=request.user, organisation_id=organisation)
    if place.role != MemberRole.ADMIN:
        raise PermissionDenied
    return place.organisation


@login_required
@require_POST
def member_role(request: SignedInRequest, organisation: int, membership: int) -> HttpResponse:
    member = get_object_or_404(_administered(request, organisation).memberships, pk=membership)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.change_member_role(by=request.user, membership=member, role=form.cleaned_data["role"])
            messages.success(request, _("Role changed."))
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
    return redirect("people:members_of", organisation)


@login_required
def member_removal(request: SignedInRequest, organisation: int, membership: int) -> HttpResponse:
    member = get_object_or_404(_administered(request, organisation).memberships.select_related("user"), pk=membership)
    if request.method != "POST":
        return render(request, "accounts/remove_member.html", {"member": member})
    try:
        actions.remove_member(by=request.user, membership=member)
        messages.success(request, _("%(name)s is no member any more.") % {"name": member.user.name})
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    # Whoever removed themselves has no page of that organisation to go back to.
    return (
        redirect("people:members") if member.user_id == request.user.pk else redirect("people:members_of", organisation)
    )


@login_required
@require_POST
def revocation(request: SignedInRequest, organisation: int, invitation: int) -> HttpResponse:
    offer = get_object_or_404(_administered(request, organisation).invitations, pk=invitation)
    actions.revoke_invitation(by=request.user, invitation=offer, now=timezone.now())
    messages.success(request, _("Invitation revoked. Its link no longer works."))
    return redirect("people:members_of", organisation)


@login_required
@require_POST
def resending(request: SignedInRequest, organisation: int, invitation: int) -> HttpResponse:
    owner = _administered(request, organisation)
    offer = get_object_or_404(owner.invitations, pk=invitation)
    try:
        actions.invite(by=request.user, organisation=owner, email=offer.email, role=offer.role, now=timezone.now())
        messages.success(
            request, _("Sent again to %(email)s. The older link no longer works.") % {"email": offer.email}
        )
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("people:members_of", organisation)


@never_cache
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's link: a newcomer makes an account, somebody with an account signs in and joins."""
    now = timezone.now()
    try:
        invitation = actions.open_invitation(token, now=now)
        if request.user.is_authenticated:
            return _join(cast(SignedInRequest, request), token, invitation)
        if User.objects.filter(email=invitation.email).exists():
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        return _make_account(request, token, invitation)
    except InvitationClosed:
        return render(request, "accounts/invitation_closed.html", status=404)


def _join(request: SignedInRequest, token: str, invitation: Invitation) -> HttpResponse:
    context = {"invitation": invitation, "is_for_reader": invitation.email == request.user.email}
    if request.method != "POST" or not context["is_for_reader"]:
        return render(request, "accounts/join.html", context)
    actions.accept_as_user(token=token, user=request.user, now=timezone.now())
    messages.success(request, _("You are now a member of %(name)s.") % {"name": invitation.organisation.name})
    return redirect("tickets:home")


def _make_account(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    initial = {"language": translation.get_language(), "time_zone": "Asia/Shanghai"}
    form = AcceptForm(request.POST or None, initial=initial, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_as_newcomer(token=token, now=timezone.now(), **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            login(request, user, backend=BACKEND)
            sessions.begin(request, user=user, now=timezone.now())
            return redirect("tickets:home")
    return render(request, "accounts/accept.html", {"form": form, "invitation": invitation})
