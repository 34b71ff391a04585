"""People, organisations, teams and SDK versions on the desk."""

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import App, Organisation, SdkProduct, SdkVersion, Team, User
from accounts.versions import version_key
from tests.cast import Cast

LISTS = ["user", "organisation", "supportplan", "team", "sdkproduct"]
KEPT = {"Ticket", "Escalation", "OutboundMessage", "StuckEvent", "Message", "Attachment", "TicketEvent", "Clock"}
NEW = {
    "email": "Nina@Example.test", "name": "Nina New", "role": "engineer", "team": "", "language": "en",
    "time_zone": "Asia/Shanghai", "phone": "", "is_active": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def mailbox(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def inline(prefix: str, *rows: dict[str, str], initial: int = 0) -> dict[str, str]:
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def test_an_administrator_makes_a_person_who_chooses_the_password_by_mail(cast: Cast) -> None:
    answer = desk(cast.ada).post(reverse("admin:accounts_user_add"), NEW)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    nina = User.objects.get(email="nina@example.test")
    assert not nina.has_usable_password()
    assert mail.outbox[0].to == ["nina@example.test"]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_a_known_address_is_refused_in_words(cast: Cast) -> None:
    answer = desk(cast.ada).post(reverse("admin:accounts_user_add"), NEW | {"email": "ALICE@example.test"})
    assert "has an account already" in answer.content.decode()


def test_a_role_is_changed_by_administrators_alone(cast: Cast) -> None:
    page = reverse("admin:accounts_user_change", args=(cast.bob.pk,))
    data = NEW | {"email": "bob@example.test", "name": "Bob Li", "role": "manager"}
    for person, status, role in ((cast.max, 403, "customer"), (cast.erin, 403, "customer"), (cast.ada, 302, "manager")):
        assert desk(person).post(page, data).status_code == status
        assert User.objects.get(pk=cast.bob.pk).role == role


def test_administrators_do_not_lock_themselves_out(cast: Cast) -> None:
    page = reverse("admin:accounts_user_change", args=(cast.ada.pk,))
    data = NEW | {"email": "ada@example.test", "name": "Ada R.", "role": "customer", "is_active": ""}
    assert desk(cast.ada).post(page, data).status_code == 302
    ada = User.objects.get(pk=cast.ada.pk)
    assert (ada.name, ada.role, ada.is_active) == ("Ada R.", "administrator", True)


def test_the_second_factor_is_switched_off_for_who_lost_a_phone(cast: Cast) -> None:
    cast.erin.authenticator_set.create(type="totp", data={"secret": "x"})
    data = {"action": "switch_off_second_factor", "_selected_action": [cast.erin.pk]}
    desk(cast.max).post(reverse("admin:accounts_user_changelist"), data)
    assert cast.erin.authenticator_set.exists()
    desk(cast.ada).post(reverse("admin:accounts_user_changelist"), data)
    assert not cast.erin.authenticator_set.exists()
    assert mail.outbox[0].to == ["erin@example.test"]


def test_an_app_and_a_version_get_their_sortable_key(cast: Cast) -> None:
    row = {"name": "New", "app_id": "n1", "platform": "ios", "product": str(cast.app.product_id), "sdk_version": "4.10"}
    organisation = {"name": "Third", "plan": str(cast.plan.pk), "success_manager": ""}
    page = reverse("admin:accounts_organisation_add")
    answer = desk(cast.ada).post(page, organisation | inline("memberships") | inline("apps", row))
    assert answer.status_code == 302
    assert App.objects.get(app_id="n1").sdk_version_key == version_key("4.10")
    product = {"code": "audio", "name_en": "Audio", "name_zh": "音频", "position": "1"}
    versions = inline("versions", {"sdk_version": "4.2.0-rc.1", "released_on": ""})
    assert desk(cast.ada).post(reverse("admin:accounts_sdkproduct_add"), product | versions).status_code == 302
    assert SdkVersion.objects.get().sdk_version_key == version_key("4.2.0-rc.1")


def test_a_manager_names_who_is_on_call_and_nothing_else(cast: Cast) -> None:
    team = Team.objects.get(tier="t1")
    data = {"name_en": "Renamed", "name_zh": "x", "tier": "t2", "on_call": str(cast.frank.pk)}
    assert desk(cast.max).post(reverse("admin:accounts_team_change", args=(team.pk,)), data).status_code == 302
    team.refresh_from_db()
    assert (team.on_call, team.tier, team.name_en) == (cast.frank, "t1", "t1")


def test_a_customer_is_never_on_call(cast: Cast) -> None:
    team = Team.objects.get(tier="t1")
    data = {"name_en": "T1", "name_zh": "x", "tier": "t1", "on_call": str(cast.bob.pk)}
    assert desk(cast.ada).post(reverse("admin:accounts_team_change", args=(team.pk,)), data).status_code == 200
    assert Team.objects.get(pk=team.pk).on_call == cast.erin


@pytest.mark.parametrize("model", LISTS)
def test_lists_are_for_managers_and_administrators(cast: Cast, model: str) -> None:
    page = reverse(f"admin:accounts_{model}_changelist")
    assert [desk(person).get(page).status_code for person in (cast.ada, cast.max, cast.erin)] == [200, 200, 403]
    assert desk(cast.alice).get(page, follow=True).status_code == 403
    for query in ("?q=nothing", "?q=%00", "?p=99999", "?role=zz", "?nosuch=1"):
        assert desk(cast.ada).get(page + query).status_code in {200, 302}, query


@pytest.mark.parametrize("model", LISTS)
def test_lists_cost_the_same_for_many_rows(cast: Cast, model: str, django_assert_num_queries) -> None:
    page = reverse(f"admin:accounts_{model}_changelist")
    client = desk(cast.ada)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    team = Team.objects.first()
    for number in range(20):
        User.objects.create_user(f"u{number}@example.test", None, name=f"U {number}", team=team, role="engineer")
        Organisation.objects.create(name=f"O {number}", plan=cast.plan, success_manager=cast.max)
        Team.objects.create(name_en=f"T{number}", name_zh="x", tier="t1", on_call=cast.erin)
        SdkProduct.objects.create(code=f"s{number}", name_en="S", name_zh="S")
    with django_assert_num_queries(len(few)):
        client.get(page)


def test_the_link_for_a_new_person_lets_them_choose_a_password(cast: Cast, client: Client, settings) -> None:
    settings.SITE_URL = "http://testserver"
    desk(cast.ada).post(reverse("admin:accounts_user_add"), NEW)
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http://testserver/accounts/"))
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    new = {"password1": "a much newer passphrase", "password2": "a much newer passphrase"}
    client.post(page.context["action_url"], new)
    assert User.objects.get(email="nina@example.test").check_password("a much newer passphrase")


@pytest.mark.parametrize("table", ["auth/group", "account/emailaddress", "mfa/authenticator"])
def test_nobody_reads_secrets_or_writes_what_decides_nothing(cast: Cast, table: str) -> None:
    assert desk(cast.ada).get(f"/admin/{table}/").status_code == 404


def test_nothing_of_a_ticket_is_written_or_deleted_but_by_actions() -> None:
    """Whoever adds an admin for these keeps it to reading."""
    request = RequestFactory().get("/")
    request.user = User(role="administrator", is_active=True)
    for model, its_admin in admin.site._registry.items():
        if model._meta.app_label in ("tickets", "escalation", "delivery", "notifications") and model.__name__ in KEPT:
            assert not its_admin.has_add_permission(request), model
            assert not its_admin.has_delete_permission(request), model
            assert "delete_selected" not in its_admin.get_actions(request), model
