"""Business calendars: the worked examples, the contract of each method, and mistakes other helpdesks made."""

import ast
import json
import pickle
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import sla.calendar
from sla.calendar import BusinessCalendar

EXAMPLES = json.loads((Path(__file__).parent.parent / "data" / "business_time_examples.json").read_text())["cases"]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")
MINUTE, HOUR, DAY = 60, 3600, 86_400


def a_calendar(*spans: str, days=WORKDAYS, tz="Asia/Shanghai", holidays=(), extra=None) -> BusinessCalendar:
    """A calendar with the same hours ("09:00-17:30") on each of `days`."""
    hours = [span.split("-") for span in spans]
    return BusinessCalendar.from_definition(
        {
            "tz": tz,
            "weekly": dict.fromkeys(days, hours),
            "holidays": list(holidays),
            "extra": {day: [span.split("-") for span in spans] for day, spans in (extra or {}).items()},
        }
    )


def office(**changes: Any) -> BusinessCalendar:
    """Monday to Friday 09:00-17:30 in Shanghai."""
    return a_calendar("09:00-17:30", **changes)


def wall(text: str, tz: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    """An instant by a wall clock; 2026-06-08 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# The worked examples


@pytest.mark.parametrize("case", EXAMPLES, ids=[case["id"] for case in EXAMPLES])
def test_worked_example(case):
    calendar = BusinessCalendar.from_definition(case)
    start = datetime.fromisoformat(case["start"])
    if case["op"] == "add":
        assert calendar.add(start, case["amount_seconds"]) == instant(case["expected"])
    else:
        assert calendar.between(start, datetime.fromisoformat(case["end"])) == case["expected"]


# add


def test_time_that_runs_out_at_close_is_due_at_close():
    assert office().add(wall("2026-06-12 16:30"), HOUR) == wall("2026-06-12 17:30")


def test_one_second_more_than_fits_is_due_after_the_weekend():
    assert office().add(wall("2026-06-12 16:30"), HOUR + 1) == wall("2026-06-15 09:00:01")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-06-08 09:00", "2026-06-08 09:00"),
        ("2026-06-08 12:00:00.000001", "2026-06-08 12:00:00.000001"),
        ("2026-06-12 17:30", "2026-06-12 17:30"),
        ("2026-06-12 17:30:00.000001", "2026-06-15 09:00"),
        ("2026-06-13 12:00", "2026-06-15 09:00"),
        ("2026-06-08 08:59:59.999999", "2026-06-08 09:00"),
    ],
)
def test_adding_nothing_stays_inside_and_at_edges_and_moves_to_the_next_open_from_outside(start, expected):
    assert office().add(wall(start), 0) == wall(expected)


def test_each_working_day_of_three_years_is_over_at_its_close():
    calendar, monday = a_calendar("09:00-17:30", days=EVERY_DAY), wall("2026-06-08 09:00")
    for days in range(1, 3 * 365):
        assert calendar.add(monday, days * 30_600) == wall("2026-06-08 17:30") + timedelta(days=days - 1)


def test_a_fraction_of_a_second_is_carried_over_the_night():
    due = office().add(wall("2026-06-08 17:29:59.250000"), 1)
    assert due == wall("2026-06-09 09:00:00.250000")


def test_answers_are_in_utc_whatever_the_zone_of_the_question():
    due = office().add(wall("2026-06-08 05:00", "Europe/Berlin"), HOUR)
    assert due is not None
    assert due.tzinfo is UTC
    assert due.isoformat() == "2026-06-08T04:00:00+00:00"


def test_negative_working_time_is_refused():
    with pytest.raises(ValueError, match="not -1 seconds"):
        office().add(wall("2026-06-08 10:00"), -1)


@pytest.mark.parametrize("year", [1, 1900, 2026, 9999])
def test_a_calendar_without_hours_has_no_answer(year):
    never = a_calendar(holidays=["2026-06-10"], extra={"2026-06-11": []})
    start = datetime(year, 6, 8, tzinfo=UTC)
    assert never.add(start, 1) is None
    assert never.add(start, 0) is None
    assert never.next_open(start) is None
    assert never.between(start, start + timedelta(days=100)) == 0


def test_listed_days_that_lie_in_the_past_are_no_answer():
    calendar = a_calendar(extra={"2026-06-10": ["09:00-17:30"]})
    assert calendar.add(wall("2026-06-10 17:30"), 1) is None
    assert calendar.add(wall("2026-06-10 17:30"), 0) == wall("2026-06-10 17:30")
    assert calendar.add(wall("2026-06-10 17:31"), 0) is None


def test_more_than_a_century_away_is_no_answer():
    assert office().add(wall("2026-06-08 10:00"), 10**12) is None
    assert BusinessCalendar.always().add(wall("2026-06-08 10:00"), 10**12) is None


def test_a_minute_a_week_is_found_for_a_hundred_years():
    calendar = a_calendar("09:00-09:01", days=["mon"])
    weeks = 100 * 365 // 7
    for start in (wall("2026-06-08 09:00") + timedelta(weeks=n) for n in range(52)):
        assert calendar.add(start, weeks * MINUTE) == start + timedelta(weeks=weeks - 1, minutes=1)


@pytest.mark.parametrize("edge", [datetime.min, datetime.max])
def test_the_ends_of_datetime_are_no_error(edge):
    at = edge.replace(tzinfo=UTC)
    for calendar in (office(), BusinessCalendar.always()):
        calendar.add(at, 0), calendar.add(at, HOUR), calendar.is_open(at)
        assert calendar.between(at, at) == 0
    assert office().add(datetime.max.replace(tzinfo=UTC), HOUR) is None


# between


def test_a_range_that_is_empty_or_reversed_has_no_working_time():
    monday, tuesday = wall("2026-06-08 10:00"), wall("2026-06-09 10:00")
    assert office().between(monday, monday) == 0
    assert office().between(tuesday, monday) == 0
    assert office().between(monday + timedelta(microseconds=1), monday) == 0


def test_a_second_counts_when_all_of_it_has_elapsed():
    start = wall("2026-06-08 10:00:00.600000")
    assert office().between(start, wall("2026-06-08 10:00:01.500000")) == 0
    assert office().between(start, wall("2026-06-08 10:00:01.600000")) == 1


def test_fractions_on_both_sides_of_a_night_are_added_before_they_are_cut():
    assert office().between(wall("2026-06-08 17:29:59.500000"), wall("2026-06-09 09:00:00.500000")) == 1


# is_open, next_open, intervals


@pytest.mark.parametrize(
    ("at", "is_open", "next_open"),
    [
        ("2026-06-12 08:59:59.999999", False, "2026-06-12 09:00"),
        ("2026-06-12 09:00", True, "2026-06-12 09:00"),
        ("2026-06-12 17:29:59.999999", True, "2026-06-12 17:29:59.999999"),
        ("2026-06-12 17:30", False, "2026-06-15 09:00"),
        ("2026-06-13 12:00", False, "2026-06-15 09:00"),
    ],
)
def test_the_instant_of_opening_is_open_and_the_instant_of_close_is_not(at, is_open, next_open):
    assert office().is_open(wall(at)) is is_open
    assert office().next_open(wall(at)) == wall(next_open)


def test_intervals_are_clipped_to_the_range_and_in_utc():
    spans = list(office().intervals(wall("2026-06-12 16:00"), wall("2026-06-15 09:30")))
    assert spans == [
        (wall("2026-06-12 16:00"), wall("2026-06-12 17:30")),
        (wall("2026-06-15 09:00"), wall("2026-06-15 09:30")),
    ]
    assert all(edge.tzinfo is UTC for span in spans for edge in span)


def test_a_night_shift_is_one_interval():
    nights = a_calendar("00:00-06:00", "22:00-24:00", days=EVERY_DAY)
    spans = list(nights.intervals(wall("2026-06-08 12:00"), wall("2026-06-09 12:00")))
    assert spans == [(wall("2026-06-08 22:00"), wall("2026-06-09 06:00"))]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-06-12 17:30", "2026-06-15 09:00"),
        ("2026-06-15 09:00", "2026-06-12 09:00"),
        ("2026-06-15 12:00", "2026-06-15 11:00"),
        ("2026-06-15 12:00", "2026-06-15 12:00"),
    ],
)
def test_a_range_that_is_closed_empty_or_reversed_has_no_intervals(start, end):
    assert list(office().intervals(wall(start), wall(end))) == []


def test_ten_years_around_the_clock_are_one_interval():
    start, end = wall("2020-01-01"), wall("2030-01-01")
    assert list(BusinessCalendar.always().intervals(start, end)) == [(start, end)]


def test_intervals_are_lazy():
    far_away = datetime(9999, 12, 31, tzinfo=UTC)
    assert next(office().intervals(wall("2026-06-13"), far_away))[0] == wall("2026-06-15 09:00")


# Definitions


def test_order_overlap_and_repetition_in_a_definition_make_no_difference():
    plain = office(holidays=["2026-10-01", "2026-10-02"])
    untidy = a_calendar(
        "13:00-17:30",
        "09:00-12:00",
        "11:00-13:00",
        "10:00-10:30",
        holidays=["2026-10-02", "2026-10-01", "2026-10-02"],
    )
    assert plain == untidy
    assert hash(plain) == hash(untidy)
    assert {plain: "found"}[untidy] == "found"


def test_holidays_and_extra_days_may_be_missing_and_other_keys_are_ignored():
    definition = {
        "tz": "Asia/Shanghai",
        "weekly": {day: [["09:00", "17:30"]] for day in WORKDAYS},
        "name": "HQ",
    }
    assert BusinessCalendar.from_definition(definition) == office()


def test_a_calendar_cannot_be_changed_and_survives_pickling_without_its_tables():
    calendar = office()
    unused = pickle.dumps(calendar)
    calendar.add(wall("2026-06-08 10:00"), HOUR)
    assert pickle.dumps(calendar) == unused
    assert pickle.loads(unused) == calendar
    with pytest.raises(AttributeError):
        calendar.tz = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tz": "Asia/Beijing"}, "'Asia/Beijing' is not an IANA time zone"),
        ({"tz": "Asia"}, "'Asia' is not an IANA time zone"),
        ({"tz": "../etc/passwd"}, "is not an IANA time zone"),
        ({"tz": ""}, "'' is not an IANA time zone"),
        ({"tz": "localtime"}, "'localtime' is not an IANA time zone"),
        ({"tz": "posixrules"}, "'posixrules' is not an IANA time zone"),
        ({"tz": "right/Asia/Shanghai"}, "'right/Asia/Shanghai' is not an IANA time zone"),
        ({"tz": "posix/Asia/Shanghai"}, "'posix/Asia/Shanghai' is not an IANA time zone"),
        ({"tz": "Factory"}, "'Factory' is not an IANA time zone"),
        ({"tz": None}, "None is not an IANA time zone"),
        ({"weekly": None}, '"weekly" maps weekdays'),
        ({"weekly": [["09:00", "17:30"]]}, '"weekly" maps weekdays'),
        ({"weekly": {"monday": []}}, "'monday' is not a weekday; use mon, tue"),
        ({"weekly": {"Mon": []}}, "'Mon' is not a weekday"),
        ({"weekly": {0: []}}, "0 is not a weekday"),
        ({"weekly": {"mon": None}}, "mon: None is not a list"),
        ({"weekly": {"mon": "09:00-17:30"}}, "mon: '09:00-17:30' is not a list"),
        ({"weekly": {"mon": ["09:00", "17:30"]}}, "mon: '09:00' is not an interval"),
        ({"weekly": {"mon": [["09:00"]]}}, "is not an interval"),
        ({"weekly": {"mon": [["09:00", "12:00", "17:30"]]}}, "is not an interval"),
        ({"weekly": {"mon": [["9:00", "17:30"]]}}, "mon: '9:00' is not a time"),
        ({"weekly": {"mon": [["09:00", "17:60"]]}}, "'17:60' is not a time"),
        ({"weekly": {"mon": [["09:00", "24:01"]]}}, "'24:01' is not a time"),
        ({"weekly": {"mon": [["09:00", "25:00"]]}}, "'25:00' is not a time"),
        ({"weekly": {"mon": [["09:00", "17:30:00"]]}}, "'17:30:00' is not a time"),
        ({"weekly": {"mon": [["09:00", "17:30\n"]]}}, "is not a time"),
        ({"weekly": {"mon": [["0٩:00", "17:30"]]}}, "is not a time"),  # an Arabic digit
        ({"weekly": {"mon": [[9, 17]]}}, "mon: 9 is not a time"),
        ({"weekly": {"mon": [["09:00", "09:00"]]}}, "mon: 09:00-09:00 must end later"),
        ({"weekly": {"fri": [["22:00", "06:00"]]}}, "fri: 22:00-06:00 .* two intervals, 22:00-24:00"),
        ({"weekly": {"mon": [["24:00", "24:00"]]}}, "must end later"),
        ({"holidays": None}, '"holidays" is a list of dates'),
        ({"holidays": "2026-10-01"}, '"holidays" is a list of dates'),
        ({"holidays": ["2026-02-29"]}, "'2026-02-29' is not a date"),
        ({"holidays": ["20261001"]}, "'20261001' is not a date"),
        ({"holidays": ["2026-W40-4"]}, "'2026-W40-4' is not a date"),
        ({"holidays": [20261001]}, "20261001 is not a date"),
        ({"extra": []}, '"extra" maps dates'),
        ({"extra": {"10/10/2026": []}}, "'10/10/2026' is not a date"),
        ({"extra": {"2026-10-10": [["17:30", "09:00"]]}}, "2026-10-10: 17:30-09:00 must end later"),
    ],
)
def test_a_malformed_definition_is_refused_with_a_sentence(change, sentence):
    definition = {"tz": "Asia/Shanghai", "weekly": {"mon": [["09:00", "17:30"]]}, "holidays": [], "extra": {}}
    with pytest.raises(ValueError, match=sentence):
        BusinessCalendar.from_definition(definition | change)


@pytest.mark.parametrize("definition", [None, [], "tz weekly", {}, {"tz": "UTC"}, {"weekly": {}}])
def test_a_definition_without_zone_or_week_is_refused(definition):
    with pytest.raises(ValueError, match=r'A calendar definition needs "(tz|weekly)"'):
        BusinessCalendar.from_definition(definition)


@pytest.mark.parametrize("naive", [datetime(2026, 6, 8, 10), None, "2026-06-08T10:00:00+08:00"])
def test_only_instants_with_a_time_zone_are_accepted(naive):
    aware = wall("2026-06-08 10:00")
    for ask in (
        lambda calendar: calendar.add(naive, 1),
        lambda calendar: calendar.add(naive, 0),
        lambda calendar: calendar.between(naive, aware),
        lambda calendar: calendar.between(aware, naive),
        lambda calendar: calendar.is_open(naive),
        lambda calendar: calendar.next_open(naive),
        lambda calendar: calendar.intervals(naive, aware),
        lambda calendar: calendar.intervals(aware, naive),
    ):
        with pytest.raises(ValueError, match="must be a datetime with a time zone"):
            ask(office())


# Precedence of days


def test_a_holiday_beats_an_extra_day():
    calendar = office(holidays=["2026-06-10"], extra={"2026-06-10": ["13:00-15:00"]})
    assert calendar.between(wall("2026-06-10"), wall("2026-06-11")) == 0


def test_an_extra_day_replaces_the_hours_of_its_weekday():
    calendar = office(extra={"2026-06-10": ["13:00-15:00"]})
    assert calendar.between(wall("2026-06-10"), wall("2026-06-11")) == 2 * HOUR


def test_an_extra_day_without_hours_is_off():
    assert office(extra={"2026-06-10": []}) == office(holidays=["2026-06-10"])


# Around the clock


def test_always_is_plain_time_and_one_instance():
    always = BusinessCalendar.always()
    start = wall("2026-02-16 23:59:59.5")
    assert always is BusinessCalendar.always()
    assert always.is_always
    assert always.add(start, 0) == start
    assert always.add(start, 3 * DAY) == start + timedelta(days=3)
    assert always.between(start, start + timedelta(days=3)) == 3 * DAY
    assert always.next_open(start) == start


def test_is_always_tells_whether_the_calendar_ever_closes():
    assert a_calendar("00:00-24:00", days=EVERY_DAY).is_always
    assert a_calendar("12:00-24:00", "00:00-12:00", days=EVERY_DAY).is_always
    assert a_calendar("00:00-24:00", days=EVERY_DAY, extra={"2026-06-10": ["00:00-24:00"]}).is_always
    assert not a_calendar("00:00-24:00", days=EVERY_DAY, holidays=["2026-06-10"]).is_always
    assert not a_calendar("00:00-24:00", days=EVERY_DAY, extra={"2026-06-10": ["00:00-23:59"]}).is_always
    assert not a_calendar("00:00-24:00").is_always
    assert not office().is_always


# Daylight saving and odd zones


@pytest.mark.parametrize(
    ("tz", "day", "span", "opens", "closes"),
    [
        ("America/New_York", "2026-03-08", "02:30-06:00", "03:30-04:00", "06:00-04:00"),  # opens in the gap
        ("America/New_York", "2026-03-08", "00:00-02:30", "00:00-05:00", "03:30-04:00"),  # closes in the gap
        ("America/New_York", "2026-03-08", "02:00-03:00", "03:00-04:00", None),  # the gap itself
        ("America/New_York", "2026-03-08", "02:30-03:15", None, None),  # moved past its own close
        ("America/New_York", "2026-11-01", "00:00-01:30", "00:00-04:00", "01:30-04:00"),  # closes in the fold
        ("America/New_York", "2026-11-01", "01:30-03:00", "01:30-04:00", "03:00-05:00"),  # opens in the fold
        (
            "Australia/Lord_Howe",
            "2026-10-04",
            "02:15-04:00",
            "02:45+11:00",
            "04:00+11:00",
        ),  # half an hour only
        ("Australia/Lord_Howe", "2026-04-05", "01:45-02:00", "01:45+11:00", "02:00+10:30"),
        (
            "America/Nuuk",
            "2024-03-30",
            "20:00-23:30",
            "20:00-02:00",
            "2024-03-31T00:30-01:00",
        ),  # past midnight
        ("America/Sao_Paulo", "2018-11-04", "00:00-06:00", "01:00-02:00", "06:00-02:00"),  # no midnight
        (
            "America/Sao_Paulo",
            "2018-02-17",
            "22:00-24:00",
            "22:00-02:00",
            "2018-02-18T00:00-03:00",
        ),  # 23:00 twice
        ("Asia/Kathmandu", "1986-01-01", "00:00-09:00", "00:15+05:45", "09:00+05:45"),  # a gap of 15 minutes
        ("Asia/Kathmandu", "2026-06-08", "09:00-17:30", "09:00+05:45", "17:30+05:45"),
    ],
)
def test_edges_in_a_gap_move_forward_by_it_and_in_a_fold_are_the_first(tz, day, span, opens, closes):
    noon = datetime.fromisoformat(f"{day}T12:00+00:00")
    spans = a_calendar(tz=tz, extra={day: [span]}).intervals(noon - timedelta(days=2), noon + timedelta(days=2))
    expected = (
        [tuple(datetime.fromisoformat(e if "T" in e else f"{day}T{e}") for e in (opens, closes))] if closes else []
    )
    assert list(spans) == expected


def test_an_interval_inside_another_adds_nothing_even_when_its_edge_is_in_a_gap():
    night = wall("2026-03-07 12:00", "America/New_York"), wall("2026-03-08 12:00", "America/New_York")
    plain = a_calendar("00:00-03:00", days=["sun"], tz="America/New_York")
    wordy = a_calendar("00:00-03:00", "00:00-02:30", days=["sun"], tz="America/New_York")
    assert wordy.between(*night) == plain.between(*night) == 2 * HOUR


def test_intervals_that_a_gap_moves_into_each_other_count_once():
    night = wall("2026-03-07 12:00", "America/New_York"), wall("2026-03-08 12:00", "America/New_York")
    calendar = a_calendar("01:00-02:50", "03:00-05:00", days=["sun"], tz="America/New_York")
    assert list(calendar.intervals(*night)) == [
        (wall("2026-03-08 01:00", "America/New_York"), wall("2026-03-08 05:00", "America/New_York"))
    ]
    assert calendar.between(*night) == 3 * HOUR


def test_a_date_that_the_zone_skipped_has_no_hours():
    apia = office(tz="Pacific/Apia")  # Friday 30 December 2011 never was
    thursday, saturday = wall("2011-12-29 16:30", "Pacific/Apia"), wall("2011-12-31 12:00", "Pacific/Apia")
    assert apia.add(thursday, 2 * HOUR) == wall("2012-01-02 10:00", "Pacific/Apia")
    assert not apia.is_open(saturday)


def test_a_skipped_date_does_not_interrupt_a_night():
    apia = a_calendar("00:00-24:00", days=EVERY_DAY, tz="Pacific/Apia")
    start, end = wall("2011-12-29", "Pacific/Apia"), wall("2012-01-01", "Pacific/Apia")
    assert apia.between(start, end) == 2 * DAY
    assert list(apia.intervals(start, end)) == [(start, end)]


# Use


def test_threads_that_share_a_new_calendar_agree():
    shared, barrier = office(holidays=["2026-10-01"]), Barrier(8)
    starts = [wall("2000-01-03 10:00") + timedelta(days=97 * n, minutes=n) for n in range(200)]

    def ask(_: int) -> list[datetime | None]:
        barrier.wait()
        return [shared.add(start, 40 * HOUR) for start in starts]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == answers[0] for answer in answers)
    alone = office(holidays=["2026-10-01"])
    assert answers[0] == [alone.add(start, 40 * HOUR) for start in starts]


def test_two_years_of_working_time_are_not_walked_day_by_day():
    calendar, start = office(), wall("2026-06-08 10:00")
    calendar.add(start, 500 * 30_600)
    began = time.process_time()
    for _ in range(5000):
        calendar.add(start, 500 * 30_600)
    # About 0.02 s; 500 days one after the other took more than a second.
    assert time.process_time() - began < 1


def test_the_module_needs_the_standard_library_only():
    tree = ast.parse(Path(sla.calendar.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


# Mistakes of other helpdesks that must not come back


def test_around_the_clock_loses_no_minute_a_day():
    """Zammad stored 24x7 as 00:00-23:59."""
    start = wall("2026-06-08")
    for calendar in (BusinessCalendar.always(), a_calendar("00:00-24:00", days=EVERY_DAY)):
        assert calendar.between(start, start + timedelta(days=365)) == 365 * DAY
        assert calendar.add(start, 365 * DAY) == start + timedelta(days=365)


@pytest.mark.parametrize("date", ["2026-06-12", "2031-06-08", "2099-12-31"])
def test_a_sparse_calendar_is_not_due_at_once(date):
    """osTicket looked 72 hours ahead and called the rest overdue."""
    calendar = a_calendar(extra={date: ["09:00-17:30"]})
    start = wall("2026-06-08 10:00")
    assert calendar.next_open(start) == wall(f"{date} 09:00")
    assert calendar.add(start, HOUR) == wall(f"{date} 10:00")
    assert calendar.between(start, wall("2100-06-08")) == 8.5 * HOUR


@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_only_working_day_is_found_wherever_in_the_year_it_lies(tz):
    """osTicket again: here at the far ends of the day, 14 hours before and 11 hours behind UTC."""
    for offset in range(400):
        day = wall("2026-06-08", tz) + timedelta(days=offset)
        calendar = a_calendar(tz=tz, extra={day.date().isoformat(): ["00:00-24:00"]})
        assert calendar.add(day - timedelta(days=30), DAY) == day + timedelta(days=1)


def test_working_days_years_apart_are_joined():
    """osTicket again: the second day of work may be as far away as the first."""
    calendar = a_calendar(extra={"2027-06-08": ["09:00-10:00"], "2033-06-08": ["09:00-10:00"]})
    assert calendar.add(wall("2026-06-08 10:00"), HOUR + 1) == wall("2033-06-08 09:00:01")


def test_a_year_of_holidays_is_survived():
    """osTicket again: closed all of 2027."""
    days = [(datetime(2027, 1, 1) + timedelta(days=n)).date().isoformat() for n in range(365)]
    assert office(holidays=days).add(wall("2026-12-31 17:00"), HOUR) == wall("2028-01-03 09:30")


def test_a_holiday_is_a_date_of_the_calendars_zone():
    """Frappe looked holidays up by the wrong key: it is neither the date in UTC nor the asker's."""
    calendar = office(holidays=["2026-06-09"])
    monday_evening_in_utc = datetime(2026, 6, 8, 23, 30, tzinfo=UTC)  # Tuesday 07:30 in Shanghai
    assert calendar.next_open(monday_evening_in_utc) == wall("2026-06-10 09:00")
    assert calendar.between(wall("2026-06-09"), wall("2026-06-10")) == 0
    assert calendar.between(wall("2026-06-08"), wall("2026-06-09")) == 8.5 * HOUR


def test_a_saturday_can_be_a_working_day():
    """Lists that only close days cannot say so."""
    calendar = office(extra={"2026-10-10": ["09:00-17:30"]})
    assert calendar.add(wall("2026-10-09 17:00"), HOUR) == wall("2026-10-10 09:30")


def test_the_zone_of_whoever_asks_makes_no_difference():
    """A badge of Frappe Helpdesk was computed in the viewer's zone."""
    start = wall("2026-06-12 16:45")
    viewers = [
        UTC,
        ZoneInfo("America/New_York"),
        ZoneInfo("Pacific/Kiritimati"),
        timezone(timedelta(hours=-7)),
    ]
    assert {office().add(start.astimezone(viewer), HOUR) for viewer in viewers} == {wall("2026-06-15 09:15")}


def test_each_day_has_the_offset_it_had():
    """A warehouse of Zendesk data computed history with today's offset."""
    calendar = office(tz="America/New_York")
    for day in ("2026-01-15", "2026-07-15"):
        assert calendar.next_open(wall(day, "America/New_York")) == wall(f"{day} 09:00", "America/New_York")
    assert calendar.between(wall("2025-07-14", "America/New_York"), wall("2025-07-15", "America/New_York")) == 30_600


def test_a_day_off_never_makes_anything_due_sooner():
    """django-helpdesk's excluded days made tickets escalate sooner."""
    for start in ("2026-06-08 10:00", "2026-06-09 10:00", "2026-06-10 10:00"):
        without, with_holiday = office(), office(holidays=["2026-06-10"])
        for seconds in range(0, 3 * 30_600, HOUR):
            before, after = without.add(wall(start), seconds), with_holiday.add(wall(start), seconds)
            assert before is not None
            assert after is not None
            assert after >= before


def test_a_pause_over_the_weekend_is_worth_the_working_time_in_it():
    """ERPNext and Frappe Helpdesk added time on hold as wall clock: three days for one hour of work."""
    due = wall("2026-06-16 12:00")
    paused = office().between(wall("2026-06-12 17:00"), wall("2026-06-15 09:30"))
    assert paused == HOUR
    assert office().add(due, paused) == wall("2026-06-16 13:00")


def test_a_year_after_a_leap_day_is_an_instant() -> None:
    """DT09: targets are counted in working time, so no date is put into a year that does not have it."""
    leap_day = datetime(2024, 2, 29, 1, tzinfo=UTC)
    assert BusinessCalendar.always().add(leap_day, timedelta(days=365)) == datetime(2025, 2, 28, 1, tzinfo=UTC)
    assert BusinessCalendar.always().add(leap_day, timedelta(days=366)) == datetime(2025, 3, 1, 1, tzinfo=UTC)
    due = office().add(leap_day, 262 * timedelta(hours=8, minutes=30))
    assert due is not None
    assert due.date().isoformat() == "2025-02-28"
