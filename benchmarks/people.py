"""The people, organisations and terms that made-up tickets need: 200 organisations, 2000 customers, 60 engineers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.choices import MemberRole, Platform, Role, Tier
from accounts.models import App, Membership, Organisation, SdkProduct, SupportPlan, Team, User
from sla.actions import ensure_china_calendar, ensure_policy
from sla.models import Calendar
from sla.policies import terms_for
from sla.terms import Terms
from tickets.models import Category

ORGANISATIONS = 200


@dataclass(frozen=True, slots=True)
class People:
    engineers: list[User]
    organisations: list[Organisation]
    customers: list[User]  # those of organisation n are n, n + 200, n + 400 ...
    apps: list[App]  # one each organisation, in the same order
    categories: list[Category]
    product: SdkProduct
    calendar: Calendar
    terms: Terms

    def customer_of(self, organisation: int, which: int) -> User:
        return self.customers[organisation + ORGANISATIONS * (which % (len(self.customers) // ORGANISATIONS))]


def make_people(*, now: dt.datetime) -> People:
    """Call it inside a transaction, on a database that has none of them."""
    plan, _ = SupportPlan.objects.get_or_create(code="bench", defaults={"name_en": "Bench", "name_zh": "压测"})
    calendar = ensure_china_calendar(today=now.date())
    ensure_policy(plan=plan, calendar=calendar)
    password = make_password("bench")
    teams = [Team.objects.create(name_en=tier.label, name_zh=tier.label, tier=tier) for tier in Tier]
    engineers = User.objects.bulk_create(
        User(email=f"e{n}@bench.test", name=f"Engineer {n}", role=Role.ENGINEER, team=teams[n % 3], password=password)
        for n in range(60)
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"Organisation {n}", plan=plan) for n in range(ORGANISATIONS)
    )
    customers = User.objects.bulk_create(
        User(email=f"c{n}@bench.test", name=f"Customer {n}", password=password) for n in range(10 * ORGANISATIONS)
    )
    Membership.objects.bulk_create(
        Membership(
            organisation=organisations[n % ORGANISATIONS],
            user=user,
            role=MemberRole.ADMIN,
            welcomed_at=user.date_joined,
        )
        for n, user in enumerate(customers)
    )
    product = SdkProduct.objects.create(code="bench", name_en="Bench SDK", name_zh="压测 SDK")
    apps = App.objects.bulk_create(
        App(organisation=each, name="App", app_id=f"a{n}", platform=Platform.ANDROID, product=product)
        for n, each in enumerate(organisations)
    )
    categories = list(Category.objects.all()) or [Category.objects.create(code="bench", name_en="B", name_zh="压测")]
    return People(
        engineers=engineers, organisations=organisations, customers=customers, apps=apps, categories=categories,
        product=product, calendar=calendar, terms=terms_for(organisations[0]),
    )  # fmt: skip
