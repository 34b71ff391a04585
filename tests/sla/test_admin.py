"""Calendars, policies and contracts on the desk: typed in lines, looked at before they are saved, nobody's work overwritten."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import SupportPlan
from sla.choices import Severity
from sla.models import Calendar, Contract, SlaPolicy
from sla.policies import terms_for
from tests.cast import NOW, Cast, file_ticket

CALENDARS, POLICIES, CONTRACTS = "/admin/sla/calendar/", "/admin/sla/slapolicy/", "/admin/sla/contract/"
INVALID, CONFLICT = 422, 409


@pytest.fixture
def calendar(cast: Cast) -> Calendar:
    return Calendar.objects.get()


@pytest.fixture
def as_admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.ada)
    return client


def shown(answer: Any) -> dict[str, str]:
    """The fields of the page as a browser would send them back."""
    forms = [answer.context["form"], *getattr(answer.context["form"], "rows", ())]
    return {field.html_name: str(field.value() or "") for form in forms for field in form}


def page(client: Client, calendar: Calendar) -> dict[str, str]:
    return shown(client.get(f"{CALENDARS}{calendar.pk}/change/"))


def send(client: Client, calendar: Calendar, act: str = "save", **typed: Any):
    fields = typed.pop("fields", None) or page(client, calendar)
    return client.post(f"{CALENDARS}{calendar.pk}/change/", fields | {"act": act} | typed)


# --- A calendar without JSON ------------------------------------------------------------------------------------------
def test_other_hours_raise_the_version_and_another_name_does_not(as_admin, calendar):
    assert send(as_admin, calendar, sat="10:00-12:00, 13:00-15:00").status_code == 302
    edited = Calendar.objects.get()
    assert edited.version == calendar.version + 1
    assert edited.definition["weekly"]["sat"] == [["10:00", "12:00"], ["13:00", "15:00"]]
    assert edited.definition["holidays"] == calendar.definition["holidays"]
    assert edited.definition["extra"] == calendar.definition["extra"]
    assert send(as_admin, calendar, name_en="Shanghai office").status_code == 302
    renamed = Calendar.objects.get()
    assert (renamed.version, renamed.name_en) == (edited.version, "Shanghai office")


def test_a_page_sent_back_as_it_is_changes_nothing(as_admin, calendar):
    assert send(as_admin, calendar).status_code == 302
    again = Calendar.objects.get()
    assert (again.version, again.definition) == (calendar.version, calendar.definition)
    assert not LogEntry.objects.exists()


def test_days_with_names_come_back_as_they_were_written(as_admin, calendar):
    send(as_admin, calendar, holidays="2027-02-05 to 2027-02-11 # Spring Festival", extra="2027-02-13 10:00-16:00")
    definition = Calendar.objects.get().definition
    assert len(definition["holidays"]) == 7
    assert definition["names"]["2027-02-11"] == "Spring Festival"
    assert page(as_admin, calendar)["holidays"] == "2027-02-05 to 2027-02-11  # Spring Festival"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "There is no time zone “Mars/Olympus”"),
        ({"zone": "../../etc/passwd"}, "zone", "There is no time zone"),
        ({"zone": "localtime"}, "zone", "There is no time zone “localtime”"),
        ({"mon": "18:00-09:00"}, "mon", "does not end after it begins"),
        ({"mon": "00:00-23:59"}, "mon", "write 24:00 for midnight"),
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "mon", "No weekday has hours"),
        ({"holidays": "2026-10-01\n2026-10-01"}, "holidays", "Line 2: 2026-10-01 stands here a second time"),
        ({"holidays": "2026-10-10", "extra": "2026-10-10 09:00-12:00"}, "extra", "2026-10-10: listed as a day off and"),
        ({"holidays": "x" * 30_001}, "holidays", "at most 30000 characters"),
        ({"extra": "2026-10-10 12:00-09:00"}, "extra", "Line 1: “12:00-09:00” does not end"),
        ({"day": "0:00"}, "day", "between one minute and 24 hours"),
        ({"day": "25:00"}, "day", "between one minute and 24 hours"),
        ({"day": "8.5"}, "day", "hours and minutes"),
        ({"known_until": "soon"}, "known_until", "valid date"),
        ({"known_until": "9999-12-31"}, "known_until", "between 2000 and 2100"),
        ({"name_en": ""}, "name_en", "required"),
    ],
)
@pytest.mark.parametrize("act", ["save", "review", "preview"])
def test_what_cannot_be_is_refused_by_its_field_and_kept_on_the_page(as_admin, calendar, typed, field, words, act):
    answer = send(as_admin, calendar, act, **typed)
    assert answer.status_code == INVALID
    assert words in str(answer.context["form"].errors[field])
    assert answer.context["form"][field].value() == typed[field]
    stored = Calendar.objects.get()
    assert (stored.version, stored.definition) == (calendar.version, calendar.definition)


def test_a_refusal_is_said_in_the_readers_language(as_admin, cast, calendar):
    cast.ada.language = "zh-hans"
    cast.ada.save(update_fields=["language"])
    text = send(as_admin, calendar, mon="18:00-09:00", zone="Mars").content.decode()
    assert "Traceback" not in text
    assert "is not an IANA time zone such as" not in text, "the reader's own sentence is for developers"


def test_a_new_calendar_takes_the_length_of_its_day_from_its_hours(as_admin, cast):
    given = {
        "code": "EMEA", "name_en": "EMEA", "name_zh": "欧洲", "zone": "Europe/Berlin", "seen": "new",
        "mon": "9:00-12:00, 13:30-18:00", "tue": "9:00-12:00, 13:30-18:00", "fri": "9:00-12:00", "day": "",
        "known_until": "2026-12-31", "act": "save",
    }  # fmt: skip
    assert as_admin.post(f"{CALENDARS}add/", given).status_code == 302
    made = Calendar.objects.get(code="emea")
    assert (made.version, made.business_day_seconds) == (1, 7.5 * 3600)
    listed = as_admin.get(CALENDARS).content.decode()
    assert "09:00-12:00, 13:30-18:00" in listed
    assert "Europe/Berlin" in listed
    again = as_admin.post(f"{CALENDARS}add/", given)
    assert (again.status_code, "has this code already" in again.content.decode()) == (INVALID, True)


def test_around_the_clock_fills_the_week_to_its_last_minute(as_admin, calendar):
    answer = send(as_admin, calendar, "always")
    fields = shown(answer)
    assert {fields[day] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")} == {"00:00-24:00"}
    assert Calendar.objects.get().version == calendar.version, "nothing is saved yet"


# --- Holidays of the package ------------------------------------------------------------------------------------------
def test_holidays_of_the_package_are_laid_in_for_review_and_hand_made_days_stay(as_admin, calendar):
    mine = {"holidays": "2026-10-08 # Ours", "extra": "2026-10-01 10:00-12:00 # Launch"}
    answer = send(as_admin, calendar, "holidays", country="CN", years=["2026"], **mine)
    assert answer.status_code == 200
    fields, filled = shown(answer), answer.context["filled"]
    assert "2026-10-08  # Ours" in fields["holidays"]
    assert "2026-10-01 10:00-12:00  # Launch" in fields["extra"]
    assert "2026-10-10 09:00-17:30" in fields["extra"]
    assert re.search(r"2026-10-02 to 2026-10-0\d  # National Day", fields["holidays"])
    assert filled.kept == ["2026-10-01"]
    assert any("2026-10-10" in line for line in filled.make_up)
    assert fields["known_until"] == "2026-12-31"
    assert "2026-10-01" in answer.content.decode()
    assert Calendar.objects.get().definition == calendar.definition, "nothing is saved yet"
    assert send(as_admin, calendar, fields=fields).status_code == 302
    assert "2026-10-08" in Calendar.objects.get().definition["holidays"]


def test_taking_the_same_holidays_again_adds_nothing(as_admin, calendar):
    fields = shown(send(as_admin, calendar, "holidays", country="CN", years=["2026"]))
    again = send(as_admin, calendar, "holidays", country="CN", years=["2026"], fields=fields)
    assert again.context["filled"].is_empty
    assert shown(again)["holidays"] == fields["holidays"]


def test_a_year_that_nobody_knows_is_said_and_not_guessed(client, cast, calendar):
    with time_machine.travel(dt.datetime(2088, 5, 1, tzinfo=dt.UTC), tick=True):
        client.force_login(cast.ada)
        answer = send(client, calendar, "holidays", country="CN", years=["2089"])
    assert "The days of 2089 are not known yet" in answer.content.decode()
    assert shown(answer)["known_until"] == calendar.known_until.isoformat()


@pytest.mark.parametrize(
    "given", [{"country": "XX", "years": ["2026"]}, {"country": "CN"}, {"country": "CN", "years": ["1"]}]
)
def test_a_country_or_year_that_is_not_offered_is_refused(as_admin, calendar, given):
    assert send(as_admin, calendar, "holidays", **given).status_code == INVALID


# --- Preview ----------------------------------------------------------------------------------------------------------
def test_the_preview_shows_what_was_typed_and_saves_nothing(as_admin, calendar):
    with time_machine.travel(NOW, tick=True):
        answer = send(
            as_admin, calendar, "preview", holidays="2026-06-10 # Our day", extra="2026-06-13 10:00-12:00",
            filed_at="2026-06-09T16:00", policy=SlaPolicy.objects.get(plan__isnull=False).pk,
        )  # fmt: skip
    preview = answer.context["preview"]
    days = {day.day.isoformat(): day for week in preview["weeks"] for day in week if day}
    assert len(days) == 60
    assert (days["2026-06-10"].why, days["2026-06-10"].name) == ("holiday", "Our day")
    assert days["2026-06-13"].why == "make_up"
    p2 = next(due for due in preview["dues"] if due["severity"] == "p2")
    assert p2["first_response"] == "Thu 11 Jun 2026, 11:30"
    assert p2["resolution"] == "Fri 12 Jun 2026, 16:00"
    assert Calendar.objects.get().definition == calendar.definition


def test_the_first_sight_of_the_page_answers_for_now(as_admin, calendar, django_assert_max_num_queries):
    with time_machine.travel(NOW, tick=True), django_assert_max_num_queries(16):
        answer = as_admin.get(f"{CALENDARS}{calendar.pk}/change/")
    p0 = answer.context["preview"]["dues"][0]
    assert (p0["severity"], p0["first_response"]) == ("p0", "Mon 8 Jun 2026, 10:15")


@pytest.mark.parametrize("filed_at", ["yesterday", "2026-06-09T16:00Z", "0001-01-01T00:00"])
def test_a_time_that_cannot_be_read_is_said(as_admin, calendar, filed_at):
    answer = send(as_admin, calendar, "preview", filed_at=filed_at)
    assert "Write the time as" in answer.content.decode()


# --- Coverage ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "is_said"), [("2026-10-31", False), ("2026-11-01", True), ("2027-03-01", True)])
def test_administrators_are_warned_before_the_known_days_end(client, cast, calendar, day, is_said):
    at = dt.datetime.fromisoformat(f"{day}T03:00:00+00:00")
    with time_machine.travel(at, tick=True):
        client.force_login(cast.ada)
        for address in (CALENDARS, f"{CALENDARS}{calendar.pk}/change/", "/admin/tickets/ticket/"):
            assert ("After that only weekly hours count" in client.get(address).content.decode()) is is_said, address
        client.force_login(cast.erin)
        assert "After that only weekly hours" not in client.get("/admin/tickets/ticket/").content.decode()


# --- Two at once, and the log -----------------------------------------------------------------------------------------
def test_who_saves_second_is_told_and_overwrites_nothing(as_admin, calendar):
    first, second = page(as_admin, calendar), page(as_admin, calendar)
    assert send(as_admin, calendar, fields=first, sat="10:00-12:00").status_code == 302
    answer = send(as_admin, calendar, fields=second, sun="10:00-12:00")
    assert answer.status_code == CONFLICT
    assert "Somebody else saved this meanwhile" in answer.content.decode()
    assert shown(answer)["sun"] == "10:00-12:00"
    weekly = Calendar.objects.get().definition["weekly"]
    assert "sat" in weekly
    assert "sun" not in weekly


def test_every_change_of_a_calendar_is_logged_with_what_it_was(as_admin, cast, calendar):
    send(as_admin, calendar, mon="09:00-18:00", holidays="2026-10-01")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (cast.ada, str(calendar.pk))
    assert "Mon: 09:00-17:30 → 09:00-18:00" in entry.change_message
    assert "09:00-18:00" in as_admin.get(f"{CALENDARS}{calendar.pk}/history/").content.decode()


# --- Review -----------------------------------------------------------------------------------------------------------
def test_hours_are_reviewed_before_they_are_saved(as_admin, cast, calendar):
    with time_machine.travel(NOW, tick=True):
        ticket = file_ticket(cast, severity="p2", now=NOW)
        answer = send(as_admin, calendar, "review", holidays="2026-06-08")
        text = answer.content.decode()
    assert answer.status_code == 200
    assert "Had it been in force for the last 90 days" in text
    assert "2 clocks run on this calendar" in text
    assert "2 get another due time" in text
    assert Calendar.objects.get().version == calendar.version
    typed = dict(answer.context["typed"])
    assert send(as_admin, calendar, fields=typed).status_code == 302
    assert Calendar.objects.get().definition["holidays"] == ["2026-06-08"]
    assert ticket.clocks.count() == 2


def test_a_name_needs_no_review(as_admin, calendar):
    assert send(as_admin, calendar, "review", name_zh="上海").status_code == 302
    assert Calendar.objects.get().name_zh == "上海"


# --- Policies ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def policy(cast: Cast) -> SlaPolicy:
    return SlaPolicy.objects.get(plan=cast.plan)


def change_policy(client: Client, policy: SlaPolicy, act: str = "save", **typed: Any):
    address = f"{POLICIES}{policy.pk}/change/"
    fields = typed.pop("fields", None) or shown(client.get(address))
    return client.post(address, fields | {"act": act} | {name.replace("__", "-"): each for name, each in typed.items()})


def test_a_target_is_reviewed_and_saved(as_admin, cast, policy):
    answer = change_policy(as_admin, policy, "review", p0__first_response_amount="10")
    text = answer.content.decode()
    assert "P0 first response" in text
    assert "15 minutes" in text
    assert "10 minutes" in text
    assert policy.targets.get(severity=Severity.P0).first_response_amount == 15
    assert change_policy(as_admin, policy, fields=dict(answer.context["typed"])).status_code == 302
    assert policy.targets.get(severity=Severity.P0).first_response_amount == 10
    assert terms_for(cast.acme)["p0"].first_response == 600
    assert "P0 first response: 15 minutes → 10 minutes" in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"p0__first_response_amount": "0"}, "P0, First response: a target of zero"),
        ({"p1__grace_amount": "99999999"}, "P1, Grace between steps: it is longer than a year"),
        ({"p2__resolution_amount": "400", "p2__resolution_unit": "days"}, "P2, Resolution: it is longer than a year"),
        ({"p0__resolution_amount": "1", "p0__resolution_unit": "minutes"}, "P0, Resolution: it cannot be due before"),
        ({"p3__first_response_amount": "x"}, "P3, First response: give a whole number"),
        ({"p3__first_response_amount": "-1"}, "P3, First response: give a whole number"),
        ({"p3__first_response_amount": ""}, "P3, First response: it is missing"),
        ({"p3__hours": "z"}, "z"),
        ({"p3__grace_unit": "weeks"}, "weeks"),
        ({"calendar": ""}, "Choose the calendar"),
        ({"calendar": "999"}, "valid choice"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused_by_its_field(as_admin, policy, typed, words):
    before = list(policy.targets.values())
    answer = change_policy(as_admin, policy, **typed)
    assert answer.status_code == INVALID
    assert words in answer.content.decode()
    assert list(policy.targets.values()) == before


def test_a_new_policy_is_for_a_plan_that_has_none(as_admin, cast, calendar, policy):
    assert "Every plan has its policy" in as_admin.get(f"{POLICIES}add/").content.decode()
    plan = SupportPlan.objects.create(code="gold", name_en="Gold", name_zh="金")
    assert "Gold" in as_admin.get(f"{POLICIES}add/").content.decode()
    fields = shown(as_admin.get(f"{POLICIES}{policy.pk}/change/")) | {"seen": "new", "act": "save"}
    for pk in ("", "999", "x", str(cast.plan.pk)):
        assert as_admin.post(f"{POLICIES}add/?for={pk}", fields).status_code == INVALID
    assert as_admin.post(f"{POLICIES}add/?for={plan.pk}", fields | {"p0-grace_amount": ""}).status_code == INVALID
    assert as_admin.post(f"{POLICIES}add/?for={plan.pk}", fields).status_code == 302
    assert SlaPolicy.objects.get(plan=plan).targets.count() == 4


def test_two_at_one_policy(as_admin, policy):
    fields = shown(as_admin.get(f"{POLICIES}{policy.pk}/change/"))
    assert change_policy(as_admin, policy, fields=fields, p0__grace_amount="20").status_code == 302
    answer = change_policy(as_admin, policy, fields=fields, p0__grace_amount="45")
    assert answer.status_code == CONFLICT
    assert "20 minutes" in answer.content.decode()
    assert policy.targets.get(severity=Severity.P0).grace_amount == 20


# --- Contracts --------------------------------------------------------------------------------------------------------
def contract_page(client: Client, **typed: Any):
    address = f"{CONTRACTS}add/?for=Acme Live"
    fields = shown(client.get(address))
    return client.post(
        address, fields | {"act": "save"} | {name.replace("__", "-"): each for name, each in typed.items()}
    )


def test_a_contract_beats_one_cell_and_shows_the_plans_beside_it(as_admin, cast):
    text = as_admin.get(f"{CONTRACTS}add/?for=Acme Live").content.decode()
    assert "The plan: 15 minutes" in text
    review = contract_page(as_admin, p0__first_response_amount="5", act="review")
    assert "5 minutes" in review.content.decode()
    assert not Contract.objects.exists()
    assert contract_page(as_admin, p0__first_response_amount="5").status_code == 302
    assert terms_for(cast.acme)["p0"].first_response == 300
    assert terms_for(cast.other)["p0"].first_response == 900
    assert "first response 5 minutes" in as_admin.get(CONTRACTS).content.decode()


def test_a_contract_that_says_nothing_more_is_gone_and_that_is_logged(as_admin, cast):
    contract_page(as_admin, p0__first_response_amount="5")
    contract = Contract.objects.get()
    address = f"{CONTRACTS}{contract.pk}/change/"
    fields = shown(as_admin.get(address)) | {"p0-first_response_amount": "", "act": "save"}
    assert as_admin.post(address, fields).status_code == 302
    assert not Contract.objects.exists()
    assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [1, 3]
    assert as_admin.get(address).status_code == 404


def test_a_contracts_cell_is_held_against_the_plans_other_cells(as_admin, cast):
    answer = contract_page(as_admin, p0__first_response_amount="5", p0__first_response_unit="hours")
    assert answer.status_code == INVALID
    assert "P0, Resolution: it cannot be due before the first response" in answer.content.decode()


def test_an_organisation_that_is_not_there_is_said(as_admin, cast):
    answer = as_admin.get(f"{CONTRACTS}add/?for=Nobody Ltd")
    assert answer.status_code == INVALID
    assert "There is no organisation “Nobody Ltd”" in answer.content.decode()


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "reads", "writes"), [("erin", 403, 403), ("max", 200, 403), ("ada", 200, 302)])
def test_managers_read_and_administrators_write(client, cast, calendar, policy, as_admin, who, reads, writes):
    fields = page(as_admin, calendar)
    targets = shown(as_admin.get(f"{POLICIES}{policy.pk}/change/"))
    client.force_login(getattr(cast, who))
    for address in (
        CALENDARS,
        POLICIES,
        CONTRACTS,
        f"{CALENDARS}{calendar.pk}/change/",
        f"{POLICIES}{policy.pk}/change/",
    ):
        assert client.get(address).status_code == reads, address
    assert send(client, calendar, fields=fields, name_en="Mine").status_code == writes
    assert change_policy(client, policy, fields=targets, p0__grace_amount="31").status_code == writes
    assert client.post(f"{CALENDARS}{calendar.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Calendar.objects.filter(pk=calendar.pk).exists()


def test_a_manager_looks_and_cannot_type(client, cast, calendar):
    client.force_login(cast.max)
    text = client.get(f"{CALENDARS}{calendar.pk}/change/").content.decode()
    assert "You may look at it" in text
    assert 'value="review"' not in text
