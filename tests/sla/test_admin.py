"""Calendars and policies in the admin: an edit is checked before it is stored, and clocks learn of it."""

import copy
import json

import pytest

from accounts.models import SupportPlan
from sla.choices import Severity
from sla.models import Calendar, SlaPolicy

CALENDARS, POLICIES = "/admin/sla/calendar/", "/admin/sla/slapolicy/"


@pytest.fixture
def calendar(cast):
    return Calendar.objects.get()


@pytest.fixture
def as_admin(client, cast):
    client.force_login(cast.ada)
    return client


def save(client, calendar, **changes):
    given = {
        "name_en": calendar.name_en,
        "name_zh": calendar.name_zh,
        "definition": json.dumps(calendar.definition),
        "business_day_seconds": calendar.business_day_seconds,
        "known_until": calendar.known_until.isoformat(),
    }
    return client.post(f"{CALENDARS}{calendar.pk}/change/", given | changes)


def test_other_hours_raise_the_version(as_admin, calendar):
    definition = copy.deepcopy(calendar.definition)
    definition["weekly"]["sat"] = [["10:00", "12:00"]]
    assert save(as_admin, calendar, definition=json.dumps(definition)).status_code == 302
    edited = Calendar.objects.get()
    assert (edited.version, edited.definition) == (calendar.version + 1, definition)


def test_another_name_leaves_the_version(as_admin, calendar):
    assert save(as_admin, calendar, name_en="Shanghai office").status_code == 302
    edited = Calendar.objects.get()
    assert (edited.version, edited.name_en) == (calendar.version, "Shanghai office")


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ('{"tz": "Mars/Olympus", "weekly": {}}', "not an IANA time zone"),
        ('{"tz": "UTC", "weekly": {"monday": []}}', "not a weekday"),
        ('{"tz": "UTC", "weekly": {"mon": [["18:00", "09:00"]]}}', "This is no calendar yet"),
        ('{"tz": "UTC"}', "needs"),
        ("[1]", "This is no calendar yet"),
        ("7", "This is no calendar yet"),
        ("{", "JSON"),
        ("", ""),
    ],
)
def test_a_definition_that_cannot_be_read_is_refused_and_kept_on_the_page(as_admin, calendar, definition, words):
    answer = save(as_admin, calendar, definition=definition)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Calendar.objects.get().version == calendar.version
    assert Calendar.objects.get().definition == calendar.definition


def test_a_new_calendar_starts_at_version_one(as_admin, calendar):
    given = {
        "code": "emea", "name_en": "EMEA", "name_zh": "欧洲", "known_until": "2026-12-31", "business_day_seconds": 28800,
        "definition": '{"tz": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}',
    }  # fmt: skip
    assert as_admin.post(f"{CALENDARS}add/", given).status_code == 302
    assert Calendar.objects.get(code="emea").version == 1
    page = as_admin.get(CALENDARS).content.decode()
    assert "09:00-17:00" in page
    assert "Europe/Berlin" in page


def policy_form(policy, **changes):
    given = {"calendar": policy.calendar_id, "targets-TOTAL_FORMS": 4, "targets-INITIAL_FORMS": 4,
             "targets-MIN_NUM_FORMS": 4, "targets-MAX_NUM_FORMS": 4}  # fmt: skip
    names = (
        "severity",
        "hours",
        "first_response_amount",
        "first_response_unit",
        "resolution_amount",
        "resolution_unit",
    )
    for number, target in enumerate(policy.targets.all()):
        given |= {f"targets-{number}-{name}": getattr(target, name) for name in (*names, "grace_amount", "grace_unit")}
        given |= {f"targets-{number}-id": target.pk, f"targets-{number}-policy": policy.pk}
    return given | changes


def test_a_target_is_changed(as_admin, cast):
    policy = SlaPolicy.objects.get(plan=cast.plan)
    data = policy_form(policy, **{"targets-0-first_response_amount": 10})
    assert as_admin.post(f"{POLICIES}{policy.pk}/change/", data).status_code == 302
    assert policy.targets.get(severity=Severity.P0).first_response_amount == 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets-0-first_response_amount": 0}, "Between one second and a year."),
        ({"targets-0-grace_amount": 99999999}, "Between one second and a year."),
        ({"targets-0-resolution_amount": 1, "targets-0-resolution_unit": "minutes"}, "before the first response"),
        ({"targets-0-severity": "p1"}, "duplicate"),
        ({"targets-0-first_response_amount": "x"}, "whole number"),
        ({"targets-0-hours": "z"}, "z"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused(as_admin, cast, changes, words):
    policy = SlaPolicy.objects.get(plan=cast.plan)
    before = list(policy.targets.values())
    answer = as_admin.post(f"{POLICIES}{policy.pk}/change/", policy_form(policy, **changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert list(policy.targets.values()) == before


def test_a_new_policy_asks_for_all_four_severities(as_admin, cast):
    plan = SupportPlan.objects.create(code="gold", name_en="Gold", name_zh="金")
    page = as_admin.get(f"{POLICIES}add/").content.decode()
    assert page.count('id="id_targets-') > 4 * 7
    answer = as_admin.post(
        f"{POLICIES}add/",
        {"plan": plan.pk, "calendar": Calendar.objects.get().pk, "targets-TOTAL_FORMS": 0, "targets-INITIAL_FORMS": 0},
    )
    assert answer.status_code == 200
    assert not SlaPolicy.objects.filter(plan=plan).exists()


def test_a_new_policy_belongs_to_a_plan(as_admin, cast):
    new = policy_form(SlaPolicy.objects.get(plan=cast.plan), **{"targets-INITIAL_FORMS": 0})
    new = {name: value for name, value in new.items() if not name.endswith(("-id", "-policy"))}
    count = SlaPolicy.objects.count()
    assert as_admin.post(f"{POLICIES}add/", new).status_code == 200
    assert SlaPolicy.objects.count() == count
    plan = SupportPlan.objects.create(code="gold", name_en="Gold", name_zh="金")
    assert as_admin.post(f"{POLICIES}add/", new | {"plan": plan.pk}).status_code == 302
    assert SlaPolicy.objects.get(plan=plan).targets.count() == 4


def test_lists_show_the_hours_and_the_promises(as_admin, cast):
    assert "09:00-17:30" in as_admin.get(CALENDARS).content.decode()
    assert "15 minutes / 4 hours" in as_admin.get(POLICIES).content.decode()


@pytest.mark.parametrize(("who", "reads", "writes"), [("erin", 403, 403), ("max", 200, 403), ("ada", 200, 302)])
def test_managers_read_and_administrators_write(client, cast, calendar, who, reads, writes):
    client.force_login(getattr(cast, who))
    assert client.get(CALENDARS).status_code == reads
    assert save(client, calendar, name_en="Mine").status_code == writes
    assert client.post(f"{CALENDARS}{calendar.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Calendar.objects.filter(pk=calendar.pk).exists()
