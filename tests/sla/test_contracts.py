"""A contract's cells beat its plan's, one by one; what it leaves open the plan decides."""

import pytest
from django.db import IntegrityError, transaction

from sla.defaults import OFFICE_DAY
from sla.models import Calendar, Contract, ContractTarget, SlaPolicy
from sla.policies import read_book, terms_for

HOUR = 3600


@pytest.fixture
def emea(cast):
    weekly = {key: [["09:00", "17:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}
    return Calendar.objects.create(
        code="emea", name_en="EMEA", name_zh="欧洲", known_until="2026-12-31", business_day_seconds=8 * HOUR,
        definition={"tz": "Europe/Berlin", "weekly": weekly},
    )  # fmt: skip


def contract(cast, calendar=None, **rows):
    made = Contract.objects.create(organisation=cast.acme, calendar=calendar)
    for severity, cells in rows.items():
        ContractTarget.objects.create(contract=made, severity=severity, **cells)
    return made


def test_without_a_contract_the_plan_decides(cast, django_assert_num_queries):
    with django_assert_num_queries(3):
        terms = terms_for(cast.acme)
    assert terms["p0"].first_response == 15 * 60
    assert terms["p2"].resolution == 2 * OFFICE_DAY


def test_a_cell_of_the_contract_beats_the_plans_cell_and_no_other(cast, django_assert_num_queries):
    plans = terms_for(cast.other)
    contract(cast, p0={"first_response_amount": 5, "first_response_unit": "minutes"})
    with django_assert_num_queries(4):
        terms = terms_for(cast.acme)
    assert terms["p0"].first_response == 5 * 60
    assert (terms["p0"].resolution, terms["p0"].grace) == (plans["p0"].resolution, plans["p0"].grace)
    assert {severity: terms[severity] for severity in ("p1", "p2", "p3")} == {
        severity: plans[severity] for severity in ("p1", "p2", "p3")
    }
    assert terms_for(cast.other) == plans


def test_the_contracts_calendar_counts_with_the_length_of_its_day(cast, emea):
    contract(cast, calendar=emea)
    terms = terms_for(cast.acme)
    assert (terms["p2"].calendar_id, terms["p2"].resolution) == (emea.pk, 2 * 8 * HOUR)
    assert terms["p0"].calendar_id is None
    assert terms_for(cast.other)["p2"].calendar_id != emea.pk


def test_a_contract_may_count_a_severity_around_the_clock(cast):
    contract(cast, p2={"hours": "always"})
    assert terms_for(cast.acme)["p2"].calendar_id is None
    assert terms_for(cast.acme)["p2"].resolution == 2 * 24 * HOUR, "a day around the clock has 24 hours"


def test_the_book_says_the_same_as_the_rows(cast, emea, django_assert_num_queries):
    contract(cast, calendar=emea, p1={"resolution_amount": 6, "resolution_unit": "hours"}, p3={"hours": "always"})
    with django_assert_num_queries(5):
        book = read_book()
    for organisation in (cast.acme, cast.other):
        assert book.terms(organisation_id=organisation.pk, plan_id=organisation.plan_id) == terms_for(organisation)
    SlaPolicy.objects.filter(plan=cast.plan).delete()
    assert read_book().terms(organisation_id=cast.other.pk, plan_id=cast.plan.pk) == terms_for(cast.other)


@pytest.mark.parametrize(
    "cells",
    [
        {"first_response_amount": 0, "first_response_unit": "hours"},
        {"first_response_amount": 1},
        {"resolution_unit": "hours"},
    ],
)
def test_the_database_refuses_half_a_cell_and_nothing(cast, cells):
    with pytest.raises(IntegrityError), transaction.atomic():
        contract(cast, p0=cells)


def test_the_database_refuses_a_target_of_zero(cast):
    target = SlaPolicy.objects.get(plan=cast.plan).targets.first()
    target.resolution_amount = 0
    with pytest.raises(IntegrityError), transaction.atomic():
        target.save()
