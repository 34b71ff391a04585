"""Every write to people and their places in organisations."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.choices import MemberRole, Role
from accounts.errors import ActionRefused, InvitationClosed
from accounts.models import Invitation, Membership, Organisation, User

INVITATION_VALID_FOR = timedelta(days=7)
OPEN_INVITATIONS_MAX = 100  # an organisation; inviting must not become a way to mail the world


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, by: User, organisation: Organisation, email: str, role: str, now: datetime) -> Invitation:
    """Offer the address a place; an older open offer to it is withdrawn, so inviting again sends anew.

    Raises ActionRefused when `by` is no admin of the organisation, when the address has its place already, or when
    too many offers are open.
    """
    _lock_as_admin(by, organisation)
    email = email.strip().lower()
    if Membership.objects.filter(organisation=organisation, user__email=email).exists():
        raise ActionRefused(_("%(email)s is a member already.") % {"email": email})
    offers = Invitation.objects.filter(organisation=organisation).open_at(now)
    offers.filter(email=email).update(revoked_at=now)
    if offers.count() >= OPEN_INVITATIONS_MAX:
        raise ActionRefused(_("Too many invitations are open. Revoke some that are not needed first."))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_hash=token_hash(token),
        invited_by=by,
        created_at=now,
        expires_at=now + INVITATION_VALID_FOR,
    )
    _mail_invitation(invitation, token)
    return invitation


def _mail_invitation(invitation: Invitation, token: str) -> None:
    known = User.objects.filter(email=invitation.email).first()
    context = {
        "invitation": invitation,
        "name": known.name if known else "",
        "link": settings.SITE_URL + reverse("people:accept", args=(token,)),
        "days": INVITATION_VALID_FOR.days,
        "site_url": settings.SITE_URL,
    }
    with translation.override((known or invitation.invited_by).language):
        subject = _("%(name)s invites you to %(organisation)s") % {
            "name": invitation.invited_by.name,
            "organisation": invitation.organisation.name,
        }
        text = render_to_string("accounts/mail/invitation.txt", context)
    send_mail(" ".join(subject.split()), text, None, [invitation.email])


@transaction.atomic
def revoke_invitation(*, by: User, invitation: Invitation, now: datetime) -> None:
    """Withdraw an open offer; withdrawing twice does no harm."""
    _lock_as_admin(by, invitation.organisation)
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now)


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The open offer behind the token; raises InvitationClosed."""
    offers = Invitation.objects.open_at(now).select_related("organisation", "invited_by")
    invitation = offers.filter(token_hash=token_hash(token)).first()
    if invitation is None:
        raise InvitationClosed
    return invitation


@transaction.atomic
def accept_as_newcomer(*, token: str, name: str, password: str, language: str, time_zone: str, now: datetime) -> User:
    """Make the account that the offer was for, with its place. Raises InvitationClosed; ActionRefused where the
    address has an account by now."""
    invitation = _claim(token, now)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email, password, name=name, language=language, time_zone=time_zone, date_joined=now
            )
    except IntegrityError:
        raise ActionRefused(_("This address has an account already. Sign in with it to join.")) from None
    Membership.objects.create(organisation=invitation.organisation, user=user, role=invitation.role, created_at=now)
    return user


@transaction.atomic
def accept_as_user(*, token: str, user: User, now: datetime) -> Membership:
    """Give the signed-in person the place; the offer must have been made to their address. Raises InvitationClosed."""
    invitation = _claim(token, now)
    if invitation.email != user.email:
        raise InvitationClosed
    membership, _is_new = Membership.objects.get_or_create(
        organisation=invitation.organisation, user=user, defaults={"role": invitation.role, "created_at": now}
    )
    return membership


def _claim(token: str, now: datetime) -> Invitation:
    """Take the offer: the WHERE repeats that it is open, one row means it is ours. In the caller's transaction."""
    taken = Invitation.objects.open_at(now).filter(token_hash=token_hash(token)).update(accepted_at=now)
    if not taken:
        raise InvitationClosed
    return Invitation.objects.select_related("organisation").get(token_hash=token_hash(token))


@transaction.atomic
def change_member_role(*, by: User, membership: Membership, role: str) -> None:
    """Raises ActionRefused when the organisation would be left without an admin."""
    _lock_as_admin(by, membership.organisation)
    if role != MemberRole.ADMIN:
        _keep_an_admin(membership)
    Membership.objects.filter(pk=membership.pk).update(role=role)


@transaction.atomic
def remove_member(*, by: User, membership: Membership) -> None:
    """End the person's access to the organisation; their account and what they wrote stay. Raises ActionRefused when
    the organisation would be left without an admin."""
    _lock_as_admin(by, membership.organisation)
    _keep_an_admin(membership)
    Membership.objects.filter(pk=membership.pk).delete()


def _lock_as_admin(by: User, organisation: Organisation) -> None:
    """Changes of one organisation's people come one after the other, and from its admins alone."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    admins = Membership.objects.filter(organisation=organisation, role=MemberRole.ADMIN)
    if not (by.is_superuser or admins.filter(user=by).exists()):
        raise ActionRefused(_("Only an admin of the organisation may do this."))


def _keep_an_admin(membership: Membership) -> None:
    admins = Membership.objects.filter(
        organisation_id=membership.organisation_id, role=MemberRole.ADMIN, user__is_active=True
    )
    if not admins.exclude(pk=membership.pk).exists():
        raise ActionRefused(_("The organisation needs at least one admin. Make somebody else an admin first."))


def put_welcome_away(*, user: User, organisation: Organisation, now: datetime) -> None:
    """The person has read what newcomers to the organisation are told; it does not come back. Once is enough."""
    Membership.objects.filter(user=user, organisation=organisation, welcomed_at=None).update(welcomed_at=now)


def change_profile(*, user: User, name: str, phone: str, language: str, time_zone: str) -> None:
    User.objects.filter(pk=user.pk).update(name=name, phone=phone, language=language, time_zone=time_zone)


def set_language(*, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


@transaction.atomic
def create_person(*, by: User, email: str, name: str, fields: Mapping[str, Any]) -> User:
    """An account made by an administrator; the person chooses a password through the link that is mailed to them.

    Raises ActionRefused when `by` is no administrator.
    """
    if by.role != Role.ADMINISTRATOR:
        raise ActionRefused(_("Only an administrator may do this."))
    user = User.objects.create_user(email, None, name=name, **fields)
    mail_password_link(user=user)
    return user


def change_person(*, by: User, user: User, fields: Iterable[str]) -> None:
    """Store what an administrator changed on the person's row. Raises ActionRefused when `by` is none."""
    if by.role != Role.ADMINISTRATOR:
        raise ActionRefused(_("Only an administrator may do this."))
    user.save(update_fields=set(fields))


def mail_password_link(*, user: User) -> None:
    """Owe the person a link with which they choose a password; like every such link it works once, for 24 hours."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    link = settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)
    context = {"user": user, "link": link, "site_url": settings.SITE_URL}
    with translation.override(user.language):
        subject = _("Choose your password")
        text = render_to_string("accounts/mail/choose_password.txt", context)
    send_mail(subject, text, None, [user.email])


@transaction.atomic
def switch_off_second_factor(*, by: User, user: User) -> None:
    """For somebody who lost their phone; they are told by mail. Raises ActionRefused when `by` is no administrator."""
    if by.role != Role.ADMINISTRATOR:
        raise ActionRefused(_("Only an administrator may do this."))
    gone, _by_model = Authenticator.objects.filter(user=user).delete()
    if not gone:
        return
    context = {"user": user, "site_url": settings.SITE_URL}
    with translation.override(user.language):
        subject = _("The second factor is off")
        text = render_to_string("accounts/mail/second_factor_off.txt", context)
    send_mail(subject, text, None, [user.email])
