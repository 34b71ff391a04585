"""Inviting people into an organisation, and what comes of the link."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.choices import MemberRole
from accounts.errors import ActionRefused, InvitationClosed
from accounts.models import Invitation, Membership, User
from tests.cast import PASSWORD, Cast

NEW = {
    "name": "New Person",
    "password": "a much newer passphrase",
    "language": "zh-hans",
    "time_zone": "Europe/London",
}


@pytest.fixture(autouse=True)
def mailbox(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def link() -> str:
    return re.search(r"(/accounts/invitations/\S+)", mail.outbox[-1].body)[1]


def token() -> str:
    return link().split("/")[-2]


def invite(cast: Cast, email: str = "new@example.test", **fields) -> Invitation:
    values = {"by": cast.olga, "organisation": cast.acme, "email": email, "role": "member", "now": timezone.now()}
    return actions.invite(**(values | fields))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_newcomer_makes_an_account_and_is_signed_in(client: Client, cast: Cast) -> None:
    invite(cast, " New@Example.TEST ")
    assert client.get(link()).status_code == 200
    answer = client.post(link(), NEW)
    user = User.objects.get(email="new@example.test")
    assert (answer.status_code, client.session["_auth_user_id"]) == (302, str(user.pk))
    assert (user.name, user.language, user.time_zone, user.role) == (
        "New Person",
        "zh-hans",
        "Europe/London",
        "customer",
    )
    assert Membership.objects.get(user=user).organisation == cast.acme


def test_only_the_hash_of_the_token_is_kept(cast: Cast) -> None:
    invitation = invite(cast)
    assert token() not in str(vars(invitation))
    assert invitation.token_hash == actions.token_hash(token())


def test_a_link_works_once(client: Client, cast: Cast) -> None:
    invite(cast)
    client.post(link(), NEW)
    again = Client().get(link())
    assert again.status_code == 404
    assert "no longer valid" in again.content.decode()
    with pytest.raises(InvitationClosed):
        actions.accept_as_user(token=token(), user=cast.mallory, now=timezone.now())


@pytest.mark.parametrize("end", ["late", "revoked", "sent again", "unknown"])
def test_a_closed_link_says_so_and_makes_nobody(client: Client, cast: Cast, end: str) -> None:
    invitation = invite(cast)
    where = link()
    if end == "late":
        Invitation.objects.update(expires_at=timezone.now())
    elif end == "revoked":
        actions.revoke_invitation(by=cast.olga, invitation=invitation, now=timezone.now())
    elif end == "sent again":
        invite(cast)
    else:
        where = reverse("people:accept", args=("x" * 43,))
    people = User.objects.count()
    for answer in (client.get(where), client.post(where, NEW)):
        assert answer.status_code == 404
        assert "no longer valid" in answer.content.decode()
    assert User.objects.count() == people


def test_it_is_valid_for_seven_days(cast: Cast) -> None:
    now = timezone.now()
    assert invite(cast, now=now).expires_at == now + dt.timedelta(days=7)


def test_somebody_with_an_account_signs_in_and_joins(client: Client, cast: Cast) -> None:
    invite(cast, "mallory@example.test")
    answer = client.get(link())
    assert answer.url.startswith(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "mallory@example.test", "password": PASSWORD})
    assert client.get(link()).status_code == 200
    client.post(link())
    assert Membership.objects.filter(user=cast.mallory, organisation=cast.acme).exists()


def test_somebody_else_cannot_use_the_link(cast: Cast) -> None:
    invite(cast)
    answer = signed_in(cast.mallory).post(link())
    assert "another address" in answer.content.decode()
    assert not Membership.objects.filter(user=cast.mallory, organisation=cast.acme).exists()
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "\u202e\x00 "),
        ("password", "short"),
        ("password", "x" * 5000),
        ("time_zone", "Mars/Base"),
        ("language", "xx"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, cast: Cast, field: str, value: str) -> None:
    invite(cast)
    answer = client.post(link(), NEW | {field: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    if field != "name":
        assert 'value="New Person"' in answer.content.decode()


def test_only_an_admin_of_the_organisation_invites(cast: Cast) -> None:
    for person in (cast.alice, cast.mallory, cast.erin):
        with pytest.raises(ActionRefused):
            invite(cast, by=person)
    assert not mail.outbox


def test_a_member_is_not_invited_again(cast: Cast) -> None:
    page = signed_in(cast.olga).post(
        reverse("people:members_of", args=(cast.acme.pk,)), {"email": "Alice@example.test", "role": "member"}
    )
    assert "is a member already" in page.content.decode()
    assert not mail.outbox


def test_the_last_admin_stays(cast: Cast) -> None:
    place = Membership.objects.get(user=cast.olga)
    with pytest.raises(ActionRefused):
        actions.remove_member(by=cast.olga, membership=place)
    with pytest.raises(ActionRefused):
        actions.change_member_role(by=cast.olga, membership=place, role=MemberRole.MEMBER)
    actions.change_member_role(by=cast.olga, membership=Membership.objects.get(user=cast.bob), role=MemberRole.ADMIN)
    actions.remove_member(by=cast.olga, membership=place)
    assert not Membership.objects.filter(user=cast.olga).exists()


def _acts(cast: Cast, offer: Invitation) -> list[tuple[str, dict[str, str]]]:
    bob = Membership.objects.get(user=cast.bob).pk
    acme = cast.acme.pk
    return [
        (reverse("people:members_of", args=(acme,)), {"email": "m@example.test", "role": "admin"}),
        (reverse("people:member_role", args=(acme, bob)), {"role": "admin"}),
        (reverse("people:member_removal", args=(acme, bob)), {}),
        (reverse("people:revocation", args=(acme, offer.pk)), {}),
        (reverse("people:resending", args=(acme, offer.pk)), {}),
    ]


def _state() -> tuple[list, list]:
    return list(Membership.objects.order_by("pk").values()), list(Invitation.objects.order_by("pk").values())


@pytest.mark.parametrize(("who", "expected"), [("mallory", {404}), ("erin", {404}), ("bob", {200, 403})])
def test_nobody_but_its_admin_changes_an_organisation(cast: Cast, who: str, expected: set[int]) -> None:
    offer, before = invite(cast), None
    before = _state()
    client = signed_in(getattr(cast, who))
    assert {client.post(url, data).status_code for url, data in _acts(cast, offer)} <= expected
    assert _state() == before
    admin = signed_in(cast.olga)
    assert {admin.post(url, data).status_code for url, data in _acts(cast, offer)} == {302}
    assert _state() != before


def test_ids_of_another_organisation_do_not_work_under_ones_own(cast: Cast) -> None:
    offer = invite(cast)
    bob = Membership.objects.get(user=cast.bob)
    mallory = signed_in(cast.mallory)
    before = _state()
    for url in (
        reverse("people:member_role", args=(cast.other.pk, bob.pk)),
        reverse("people:member_removal", args=(cast.other.pk, bob.pk)),
        reverse("people:revocation", args=(cast.other.pk, offer.pk)),
        reverse("people:resending", args=(cast.other.pk, offer.pk)),
    ):
        assert mallory.post(url, {"role": "member"}).status_code == 404
    assert _state() == before


def test_members_read_and_admins_act(cast: Cast) -> None:
    invite(cast)
    read = signed_in(cast.bob).get(reverse("people:members")).content.decode()
    act = signed_in(cast.olga).get(reverse("people:members")).content.decode()
    assert "Alice Chen" in read
    assert "Alice Chen" in act
    for sign in ("new@example.test", "Send the invitation", "/remove/"):
        assert sign not in read
        assert sign in act


def test_the_page_of_members_costs_the_same_for_many(cast: Cast, django_assert_max_num_queries) -> None:
    for number in range(30):
        user = User.objects.create_user(f"m{number}@example.test", None, name=f"M {number}")
        Membership.objects.create(organisation=cast.acme, user=user)
        invite(cast, f"i{number}@example.test")
    client = signed_in(cast.olga)
    with django_assert_max_num_queries(10):
        client.get(reverse("people:members"))


def test_a_look_alike_of_staff_gets_no_badge(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(name="Еrin Wu · Our staff")  # the first letter is Cyrillic
    page = signed_in(cast.alice).get(reverse("people:members")).content.decode()
    assert "Еrin Wu" in page
    assert "staff-badge" not in page
    Membership.objects.create(organisation=cast.acme, user=cast.erin)
    assert "staff-badge" in signed_in(cast.alice).get(reverse("people:members")).content.decode()
