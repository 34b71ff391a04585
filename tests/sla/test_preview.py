"""The days ahead and the dues of a preview are the calendar's own."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from sla import china
from sla.calendar import BusinessCalendar
from sla.coverage import coverage_ends_soon
from sla.defaults import OFFICE_DAY, OFFICE_HOURS
from sla.models import Calendar
from sla.preview import days_ahead, dues, usual_day
from sla.public_holidays import COUNTRIES, country_of_zone, days_of
from sla.terms import SeverityTerms

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600
OFFICE = china.definition(OFFICE_HOURS, years=[2026])[0]


def ahead(definition, first, count=60):
    calendar = BusinessCalendar.from_definition(definition)
    return {row.day.isoformat(): row for row in days_ahead(definition, calendar, first=first, count=count)}


def test_each_day_says_its_hours_and_why():
    definition = OFFICE | {"names": {"2026-10-01": "National Day"}, "extra": OFFICE["extra"] | {"2026-10-11": []}}
    rows = ahead(definition, dt.date(2026, 9, 18))
    assert len(rows) == 60
    holiday, make_up, sunday, monday = (rows[f"2026-{day}"] for day in ("10-01", "10-10", "10-18", "10-12"))
    assert (holiday.why, holiday.name, holiday.hours, holiday.seconds) == ("holiday", "National Day", [], 0)
    assert (make_up.why, make_up.hours, make_up.seconds) == ("make_up", [("09:00", "17:30")], OFFICE_DAY)
    assert rows["2026-10-11"].why == "make_up_off"
    assert (sunday.why, sunday.seconds) == ("closed", 0)
    assert (monday.why, monday.hours, monday.is_usual) == ("weekly", [("09:00", "17:30")], True)


@pytest.mark.parametrize(
    ("zone", "day", "shift", "hours"),
    [
        ("America/New_York", "2026-03-08", HOUR, 23),
        ("America/New_York", "2026-11-01", -HOUR, 25),
        ("Australia/Lord_Howe", "2026-10-04", HOUR // 2, 23.5),
        ("Asia/Shanghai", "2026-03-08", 0, 24),
    ],
)
def test_a_day_on_which_the_clocks_move_says_by_how_much(zone, day, shift, hours):
    definition = {"tz": zone, "weekly": {key: [["00:00", "24:00"]] for key in ("sun", "mon")}}
    rows = ahead(definition, dt.date.fromisoformat(day), count=2)
    assert (rows[day].shift, rows[day].seconds) == (shift, hours * HOUR)
    assert sum(bool(row.shift) for row in rows.values()) == bool(shift)


def test_the_days_lengths_are_what_lies_between():
    for zone in ("Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Auckland"):
        definition = OFFICE | {"tz": zone}
        calendar = BusinessCalendar.from_definition(definition)
        first = dt.date(2026, 9, 20)
        begin = dt.datetime.combine(first, dt.time(), ZoneInfo(zone))
        end = dt.datetime.combine(first + dt.timedelta(days=60), dt.time(), ZoneInfo(zone))
        assert sum(row.seconds for row in ahead(definition, first).values()) == calendar.between(begin, end)


def test_a_ticket_filed_then_is_due_when_the_calendar_says():
    terms = {
        "p0": SeverityTerms(15 * 60, 4 * HOUR, 30 * 60, None),
        "p2": SeverityTerms(4 * HOUR, 2 * OFFICE_DAY, 4 * HOUR, 1),
    }
    filed = dt.datetime(2026, 9, 30, 16, 0, tzinfo=SHANGHAI)  # the eve of the National Day
    p0, p2 = dues(BusinessCalendar.from_definition(OFFICE), terms, filed_at=filed)
    assert (p0.first_response, p0.opens_at, p0.is_business) == (filed + dt.timedelta(minutes=15), None, False)
    assert p2.first_response == dt.datetime(2026, 10, 8, 11, 30, tzinfo=SHANGHAI)
    assert p2.resolution == dt.datetime(2026, 10, 9, 16, 0, tzinfo=SHANGHAI)
    assert p2.first_response.tzinfo == SHANGHAI


def test_a_ticket_filed_while_closed_says_when_its_clock_starts():
    saturday = dt.datetime(2026, 6, 13, 11, 0, tzinfo=SHANGHAI)
    terms = {"p2": SeverityTerms(4 * HOUR, 8 * HOUR, HOUR, 1)}
    (due,) = dues(BusinessCalendar.from_definition(OFFICE), terms, filed_at=saturday)
    assert due.opens_at == dt.datetime(2026, 6, 15, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("weekly", "seconds"),
    [
        ({"mon": [["09:00", "12:00"], ["13:30", "18:00"]]}, 7.5 * HOUR),
        ({"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "sat": [["09:00", "12:00"]]}, 8 * HOUR),
        ({"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}, 4 * HOUR),
        ({key: [["00:00", "24:00"]] for key in ("mon", "sun")}, 24 * HOUR),
        ({"mon": []}, 0),
    ],
)
def test_the_working_day_is_proposed_from_the_weekly_hours(weekly, seconds):
    assert usual_day(weekly) == seconds


def coverage(definition, known_until, today):
    row = Calendar(definition=definition, known_until=dt.date.fromisoformat(known_until))
    return coverage_ends_soon(row, dt.date.fromisoformat(today))


@pytest.mark.parametrize(
    ("today", "warned"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-12-31", True), ("2027-02-01", True)],
)
def test_sixty_days_before_the_known_days_end_it_is_said(today, warned):
    assert coverage(OFFICE, "2026-12-31", today) is warned


def test_a_calendar_around_the_clock_has_no_days_to_know():
    always = {
        "tz": "UTC",
        "weekly": {key: [["00:00", "24:00"]] for key in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    }
    assert coverage(always, "2020-01-01", "2026-12-31") is False


def test_an_unknown_year_counts_weekly_hours_only():
    assert days_of("CN", 2090) is None
    definition, known_until = china.definition(OFFICE_HOURS, years=[2026, 2090])
    assert known_until == dt.date(2026, 12, 31)
    assert not [day for day in definition["holidays"] if day.startswith("2090")]


def test_holidays_at_weekends_are_kept():
    """Who adds hours on Saturdays must not find the Saturday of the National Day worked."""
    off = {day.isoformat() for day in days_of("CN", 2026).off}
    official = {
        *(f"2026-01-0{day}" for day in (1, 2, 3)),
        *(f"2026-02-{day}" for day in range(15, 24)),
        *(f"2026-04-0{day}" for day in (4, 5, 6)),
        *(f"2026-05-0{day}" for day in range(1, 6)),
        *(f"2026-06-{day}" for day in (19, 20, 21)),
        *(f"2026-09-{day}" for day in (25, 26, 27)),
        *(f"2026-10-0{day}" for day in range(1, 8)),
    }
    assert off == official
    assert not official & set(OFFICE["extra"])
    saturdays = OFFICE | {"weekly": OFFICE["weekly"] | {"sat": [["10:00", "12:00"]]}}
    worked = {key for key, row in ahead(saturdays, dt.date(2026, 1, 1), 365).items() if row.seconds == 2 * HOUR}
    assert "2026-10-03" not in worked
    assert "2026-10-17" in worked


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_offered_has_known_days(country):
    assert len(days_of(country, 2026).off) >= 7


def test_the_zone_proposes_the_country():
    assert [country_of_zone(zone) for zone in ("Asia/Shanghai", "America/Chicago", "Mars/Base")] == ["CN", "US", ""]
