"""When what was recorded of a call is erased: the pure rule, the ticket's columns, what both sides see, and the watch."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import SdkProduct
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.actions import EnvironmentFacts
from tickets.call_data import call_data
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Category, DataSource, Ticket, TicketEvent
from tickets.telemetry import Call, Erasure, Source, covers, erasures, is_traceable, kept_facts, last_chance

HOUR = dt.timedelta(hours=1)
DAY = Source(1, 24 * HOUR)
WEEK = Source(2, 168 * HOUR)


def a_call(**changes: Any) -> Call:
    facts = {"occurred_at": NOW, "has_channel": True, "is_about_a_call": True, "category": 7, "product": 3}
    return Call(**(facts | changes))


class TestTheRule:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, True),
            ({"has_channel": False}, True),
            ({"is_about_a_call": False}, True),
            ({"has_channel": False, "is_about_a_call": False}, False),
            ({"occurred_at": None}, False),
        ],
    )
    def test_a_call_is_traceable_by_its_time_and_by_being_a_call(self, changes: dict[str, Any], expected: bool) -> None:
        assert is_traceable(a_call(**changes)) is expected

    @pytest.mark.parametrize(
        ("source", "product", "expected"),
        [
            (Source(1, HOUR), None, True),
            (Source(1, HOUR, products=frozenset({3})), 3, True),
            (Source(1, HOUR, products=frozenset({3})), 4, False),
            (Source(1, HOUR, products=frozenset({3})), None, False),
            (Source(1, HOUR, categories=frozenset({7})), 3, True),
            (Source(1, HOUR, categories=frozenset({8})), 3, False),
            (Source(1, HOUR, products=frozenset({3}), categories=frozenset({8})), 3, False),
        ],
    )
    def test_a_source_covers_its_products_and_kinds(self, source: Source, product: int | None, expected: bool) -> None:
        assert covers(source, a_call(product=product)) is expected

    def test_what_goes_first_comes_first(self) -> None:
        found = erasures(a_call(), [WEEK, DAY])
        assert found == [Erasure(1, NOW + 24 * HOUR), Erasure(2, NOW + 168 * HOUR)]
        assert erasures(a_call(occurred_at=None), [WEEK, DAY]) == []

    def test_the_last_chance_moves_on_and_ends(self) -> None:
        instants = [NOW + 24 * HOUR, NOW + 168 * HOUR]
        assert last_chance(instants, now=NOW, is_saved=False) == NOW + 24 * HOUR
        assert last_chance(instants, now=NOW + 24 * HOUR, is_saved=False) == NOW + 168 * HOUR  # erased at its instant
        assert last_chance(instants, now=NOW + 168 * HOUR, is_saved=False) is None
        assert last_chance(instants, now=NOW, is_saved=True) is None
        assert last_chance([], now=NOW, is_saved=False) is None

    def test_a_longer_retention_brings_nothing_back(self) -> None:
        before = [Erasure(1, NOW - HOUR), Erasure(2, NOW + HOUR)]
        after = [Erasure(1, NOW + 5 * HOUR), Erasure(2, NOW + 9 * HOUR), Erasure(3, NOW + 2 * HOUR)]
        assert kept_facts(before, after, now=NOW) == [
            Erasure(1, NOW - HOUR), Erasure(3, NOW + 2 * HOUR), Erasure(2, NOW + 9 * HOUR),
        ]  # fmt: skip


@pytest.fixture
def sources(db: None) -> dict[str, DataSource]:
    """One day for everything, a week for everything."""
    DataSource.objects.all().delete()
    rows = {
        code: DataSource.objects.create(
            code=code, name_en=f"{code} log", name_zh=f"{code} 日志", holds_en="All of it", holds_zh="全部",
            retention_hours=hours, edited_at=NOW - 1000 * HOUR, position=hours,
        )
        for code, hours in (("day", 24), ("week", 168))
    }  # fmt: skip
    return rows


def filed(cast: Cast, *, ago: dt.timedelta = HOUR, channel: str = "room-1", **more: Any) -> Ticket:
    facts = EnvironmentFacts(channel=channel, occurred_at=NOW - ago, occurred_zone="Asia/Shanghai")
    ticket = file_ticket(cast, **({"severity": "p3", "environment": facts} | more))
    ticket.refresh_from_db()
    return ticket


def seen(ticket: Ticket, now: dt.datetime = NOW):
    return call_data(Ticket.objects.select_related("environment").get(pk=ticket.pk), now=now)


@pytest.mark.usefixtures("sources")
class TestTheTicket:
    def test_filing_reckons_when_the_data_goes(self, cast: Cast) -> None:
        ticket = filed(cast)
        assert ticket.data_gone_at == NOW + 23 * HOUR
        assert [line["at"] for line in ticket.environment.call_data] == [
            (NOW + 23 * HOUR).isoformat(), (NOW + 167 * HOUR).isoformat(),
        ]  # fmt: skip

    def test_without_a_time_or_a_call_there_is_nothing_to_reckon(self, cast: Cast) -> None:
        billing = Category.objects.get(code="billing_console")
        for ticket in (file_ticket(cast), filed(cast, channel="", category=billing)):
            ticket.refresh_from_db()
            assert (ticket.data_gone_at, ticket.environment.call_data) == (None, [])
            assert seen(ticket) is None
        assert filed(cast, channel="room-9", category=billing).data_gone_at is not None

    def test_what_is_erased_by_now_is_not_the_last_chance(self, cast: Cast) -> None:
        assert filed(cast, ago=30 * HOUR).data_gone_at == NOW + 138 * HOUR
        assert filed(cast, ago=900 * HOUR).data_gone_at is None

    def test_the_app_tells_the_product_where_the_customer_does_not(
        self, cast: Cast, sources: dict[str, DataSource]
    ) -> None:
        sources["day"].products.set([SdkProduct.objects.create(code="audio", name_en="Audio", name_zh="音频")])
        sources["week"].products.set([cast.app.product])
        assert [line["name_en"] for line in filed(cast).environment.call_data] == ["week log"]

    def test_the_earlier_of_clock_and_data_hurts(self, cast: Cast) -> None:
        ticket = filed(cast)
        assert ticket.hurts_at == ticket.data_gone_at < ticket.next_due_at or ticket.hurts_at == ticket.next_due_at
        urgent = filed(cast, severity="p0")
        assert urgent.hurts_at == urgent.next_due_at < urgent.data_gone_at
        none = file_ticket(cast)
        none.refresh_from_db()
        assert none.hurts_at == none.next_due_at
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which users?", now=NOW)
        ticket.refresh_from_db()
        assert (ticket.next_due_at, ticket.hurts_at) == (None, ticket.data_gone_at)


@pytest.mark.usefixtures("sources")
class TestWhenItTurnsOutToBeAnotherTime:
    def told_later(self, cast: Cast, ticket: Ticket, at: dt.datetime, now: dt.datetime) -> Ticket:
        facts = EnvironmentFacts(occurred_at=at, occurred_zone="UTC")
        told = {"occurred_at", "occurred_zone"}
        actions.add_details(ticket=ticket, by=cast.alice, environment=facts, told=told, answers=[], now=now)
        ticket.refresh_from_db()
        return ticket

    def test_a_time_that_is_told_later_starts_the_countdown(self, cast: Cast) -> None:
        ticket = self.told_later(cast, file_ticket(cast), NOW - 2 * HOUR, NOW + HOUR)
        assert ticket.data_gone_at == NOW + 22 * HOUR

    def test_another_time_is_another_call(self, cast: Cast) -> None:
        ticket = filed(cast, ago=30 * HOUR)
        actions.save_call_data(ticket=ticket, by=cast.erin, now=NOW)
        ticket = self.told_later(cast, ticket, NOW - HOUR, NOW + HOUR)
        assert (ticket.data_gone_at, ticket.environment.data_saved_at) == (NOW + 23 * HOUR, None)
        assert [each.is_gone for each in seen(ticket, NOW + HOUR).records] == [False, False]


@pytest.mark.usefixtures("sources")
class TestSaving:
    def test_staff_say_that_it_is_saved_and_both_sides_read_it(self, cast: Cast) -> None:
        ticket = filed(cast)
        actions.save_call_data(ticket=ticket, by=cast.erin, now=NOW + HOUR)
        ticket.refresh_from_db()
        assert (ticket.data_gone_at, ticket.environment.data_saved_at) == (None, NOW + HOUR)
        event = TicketEvent.objects.get(ticket=ticket, kind=EventKind.DATA_SAVED)
        assert (event.actor, event.is_public) == (cast.erin, True)
        shown = seen(ticket, NOW + 500 * HOUR)
        assert (shown.look, shown.next, shown.can_be_saved) == ("met", None, False)

    def test_a_second_time_changes_nothing(self, cast: Cast) -> None:
        ticket = filed(cast)
        for later in (1, 2):
            actions.save_call_data(ticket=ticket, by=cast.erin, now=NOW + later * HOUR)
        assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.DATA_SAVED).count() == 1

    def test_what_is_gone_cannot_be_saved(self, cast: Cast) -> None:
        ticket = filed(cast, ago=900 * HOUR)
        with pytest.raises(ActionRefused):
            actions.save_call_data(ticket=ticket, by=cast.erin, now=NOW)
        with pytest.raises(ActionRefused):
            actions.save_call_data(ticket=file_ticket(cast), by=cast.erin, now=NOW)

    def test_the_watch_leaves_saved_data_alone(self, cast: Cast) -> None:
        ticket = filed(cast)
        actions.save_call_data(ticket=ticket, by=cast.erin, now=NOW)
        assert actions.watch_call_data(now=NOW + 900 * HOUR) == 0


def erased(ticket: Ticket) -> list[Any]:
    events = TicketEvent.objects.filter(ticket=ticket, kind=EventKind.DATA_ERASED).order_by("pk")
    return [[each["name_en"] for each in event.data["sources"]] for event in events]


@pytest.mark.usefixtures("sources")
class TestTheWatch:
    def test_each_erasure_is_noted_once_and_the_next_chance_follows(self, cast: Cast) -> None:
        ticket = filed(cast)
        assert actions.watch_call_data(now=NOW + 23 * HOUR - dt.timedelta(seconds=1)) == 0
        assert actions.watch_call_data(now=NOW + 23 * HOUR) == 1
        assert actions.watch_call_data(now=NOW + 23 * HOUR) == 0
        ticket.refresh_from_db()
        assert ticket.data_gone_at == NOW + 167 * HOUR
        assert erased(ticket) == [["day log"]]
        actions.watch_call_data(now=NOW + 500 * HOUR)
        ticket.refresh_from_db()
        assert (ticket.data_gone_at, erased(ticket)) == (None, [["day log"], ["week log"]])

    def test_of_a_solved_ticket_nothing_is_noted(self, cast: Cast) -> None:
        ticket = filed(cast)
        actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
        assert actions.watch_call_data(now=NOW + 23 * HOUR) == 1
        assert erased(ticket) == []

    def test_an_edited_source_reaches_every_ticket(self, cast: Cast, sources: dict[str, DataSource]) -> None:
        ticket = filed(cast)
        DataSource.objects.filter(code="day").update(retention_hours=48, name_en="two days")
        actions.edited_source(source=sources["day"], now=NOW + HOUR)
        assert actions.watch_call_data(now=NOW + HOUR) == 1
        assert actions.watch_call_data(now=NOW + HOUR) == 0
        ticket.refresh_from_db()
        assert ticket.data_gone_at == NOW + 47 * HOUR
        assert seen(ticket).next.name == "two days"

    def test_a_source_that_is_switched_off_goes_unless_it_was_erased(
        self, cast: Cast, sources: dict[str, DataSource]
    ) -> None:
        young, old = filed(cast), filed(cast, ago=30 * HOUR)
        DataSource.objects.filter(code="day").update(is_active=False)
        actions.edited_source(source=sources["day"], now=NOW + HOUR)
        actions.watch_call_data(now=NOW + HOUR)
        assert [each.name for each in seen(young).records] == ["week log"]
        assert [(each.name, each.is_gone) for each in seen(old).records] == [("day log", True), ("week log", False)]

    def test_a_batch_costs_the_same_however_many_tickets_are_in_it(
        self, cast: Cast, sources: dict[str, DataSource]
    ) -> None:
        def watched(now: dt.datetime) -> int:
            with CaptureQueriesContext(connection) as asked:
                actions.watch_call_data(now=now)
            return len(asked)

        filed(cast)
        one = watched(NOW + 23 * HOUR)
        for _ in range(5):
            filed(cast)
        assert watched(NOW + 23 * HOUR) == one


@pytest.mark.usefixtures("sources")
class TestWhatIsShown:
    @pytest.mark.parametrize(
        ("later", "look", "text", "word"),
        [
            (0, "at_risk", "erased in 23 h", "Erased soon"),
            (23, "running", "erased in 6 d", "Kept for now"),
            (166, "at_risk", "erased in 1 h", "Erased soon"),
        ],
    )
    def test_what_is_left_of_the_next_one(self, cast: Cast, later: int, look: str, text: str, word: str) -> None:
        shown = seen(filed(cast), NOW + later * HOUR)
        assert (shown.look, shown.next.text, shown.word) == (look, text, word)

    def test_when_all_is_gone_it_says_what_still_helps(self, cast: Cast) -> None:
        shown = seen(filed(cast), NOW + 167 * HOUR)
        assert (shown.look, shown.next, [each.is_gone for each in shown.records]) == ("cancelled", None, [True, True])
        assert "still help" in shown.sentence

    @pytest.mark.parametrize(("language", "words"), [("en", "day log for channel room-1"), ("zh-hans", "day 日志")])
    def test_in_both_languages(self, cast: Cast, language: str, words: str) -> None:
        ticket = filed(cast)
        with translation.override(language):
            assert words in seen(ticket).sentence

    def test_the_customers_page_counts_down(self, cast: Cast, client: Client, at_now: None) -> None:
        client.force_login(cast.alice)
        page = client.get(filed(cast).get_absolute_url()).content.decode()
        assert "erased in 23 h" in page
        assert 'data-left="erased in {}"' in page
        assert "save-call-data" not in page

    def test_the_desk_saves_by_a_button_and_a_double_click_saves_once(
        self, cast: Cast, client: Client, at_now: None
    ) -> None:
        ticket = filed(cast)
        client.force_login(cast.erin)
        page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
        assert "save-call-data" in page
        for _ in range(2):
            assert client.post(f"/admin/tickets/ticket/{ticket.pk}/acts/save-call-data/").status_code == 302
        assert TicketEvent.objects.filter(kind=EventKind.DATA_SAVED).count() == 1
        page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
        assert "save-call-data" not in page
        assert "Erin Wu saved what was recorded of the call" in page

    def test_the_queue_puts_what_is_erased_first_above(self, cast: Cast, client: Client, at_now: None) -> None:
        calm, hasty = file_ticket(cast, severity="p3"), filed(cast, ago=23 * HOUR)
        client.force_login(cast.erin)
        page = client.get("/admin/tickets/ticket/")
        assert [row.ticket.pk for row in page.context["page"].rows] == [hasty.pk, calm.pk]
        assert "Call data" in page.content.decode()
        assert "erased in 1 h" in page.content.decode()


@pytest.fixture
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.mark.django_db
def test_a_new_installation_has_sources_and_administrators_edit_them(cast: Cast, client: Client, at_now: None) -> None:
    assert set(DataSource.objects.values_list("code", flat=True)) >= {"call_analytics", "quality_events"}
    row = DataSource.objects.get(code="call_analytics")
    ticket = filed(cast)
    client.force_login(cast.ada)
    address = f"/admin/tickets/datasource/{row.pk}/change/"
    assert "plausible defaults" in client.get(address).content.decode()
    typed = {
        "name_en": row.name_en,
        "name_zh": row.name_zh,
        "retention_hours": "168",
        "is_active": "on",
        "position": "3",
    }
    assert client.post(address, typed).status_code == 302
    actions.watch_call_data(now=NOW)
    lines = {line["name_en"]: line["at"] for line in Ticket.objects.get(pk=ticket.pk).environment.call_data}
    assert lines["Call analytics"] == (NOW + 167 * HOUR).isoformat()
    assert client.post(address, typed | {"retention_hours": "0"}).status_code == 200
