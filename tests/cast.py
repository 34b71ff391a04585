"""The people of the tests: Alice the requester, Bob her colleague, Mallory of another organisation, Erin of tier 1,
Frank of tier 2, Rita of R&D, Mona the escalation manager, Max the manager, Ada the administrator."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from accounts.choices import MemberRole, Platform, Role, Tier
from accounts.models import App, Membership, Organisation, SdkProduct, SupportPlan, Team, User
from sla.actions import ensure_china_calendar, ensure_policy
from sla.defaults import DEFAULT_TARGETS
from tickets.actions import EnvironmentFacts, open_ticket
from tickets.models import Category, Ticket

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)  # Monday 10:00 in Shanghai
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Cast:
    plan: SupportPlan
    acme: Organisation
    other: Organisation
    app: App
    category: Category
    alice: User
    bob: User
    olga: User
    mallory: User
    erin: User
    frank: User
    rita: User
    mona: User
    max: User
    ada: User


def person(email: str, name: str, **fields: Any) -> User:
    return User.objects.create_user(f"{email}@example.test", PASSWORD, name=name, **fields)


def make_cast() -> Cast:
    plan = SupportPlan.objects.create(
        code="standard", name_en="Standard", name_zh="标准", support_phone="+86 10 5555 0100"
    )
    ensure_policy(plan=plan, calendar=ensure_china_calendar(today=NOW.date()), targets=DEFAULT_TARGETS)
    teams = {tier: Team.objects.create(name_en=tier.value, name_zh=tier.value, tier=tier) for tier in Tier}
    acme = Organisation.objects.create(name="Acme Live", plan=plan)
    other = Organisation.objects.create(name="Other Corp", plan=plan)
    sdk = SdkProduct.objects.create(code="video", name_en="Video SDK", name_zh="视频 SDK")
    app = App(organisation=acme, name="Acme Meet", app_id="acme-1", platform=Platform.ANDROID, product=sdk)
    app.set_version("4.2.1")
    app.save()
    category, _ = Category.objects.get_or_create(
        code="stutter_freeze", defaults={"name_en": "Stutter or freeze", "name_zh": "卡顿"}
    )
    engineer = {"role": Role.ENGINEER}
    cast = Cast(
        plan=plan, acme=acme, other=other, app=app, category=category,
        alice=person("alice", "Alice Chen"), bob=person("bob", "Bob Li"), olga=person("olga", "Olga Admin"),
        mallory=person("mallory", "Mallory Ray"),
        erin=person("erin", "Erin Wu", team=teams[Tier.T1], **engineer),
        frank=person("frank", "Frank Zhao", team=teams[Tier.T2], **engineer),
        rita=person("rita", "Rita Sun", team=teams[Tier.RND], **engineer),
        mona=person("mona", "Mona Gao", role=Role.ESCALATION_MANAGER),
        max=person("max", "Max Lin", role=Role.MANAGER),
        ada=person("ada", "Ada Root", role=Role.ADMINISTRATOR),
    )  # fmt: skip
    for tier, on_call in ((Tier.T1, cast.erin), (Tier.T2, cast.frank), (Tier.RND, cast.rita)):
        Team.objects.filter(tier=tier).update(on_call=on_call)
    for user in (cast.alice, cast.bob):
        Membership.objects.create(organisation=acme, user=user, welcomed_at=NOW)
    Membership.objects.create(organisation=acme, user=cast.olga, role=MemberRole.ADMIN, welcomed_at=NOW)
    Membership.objects.create(organisation=other, user=cast.mallory, role=MemberRole.ADMIN, welcomed_at=NOW)
    return cast


def file_ticket(cast: Cast, *, severity: str = "p2", now: dt.datetime = NOW, **fields: Any) -> Ticket:
    values: dict[str, Any] = {
        "by": cast.alice, "organisation": cast.acme, "app": cast.app, "category": cast.category, "severity": severity,
        "subject": "Video freezes after 30 s", "description": "It freezes on Wi-Fi, iPhone 14 Pro.",
        "environment": EnvironmentFacts(platform="android", sdk_version="4.2.1", channel="room-1"),
        "submission_key": uuid.uuid4(), "now": now,
    }  # fmt: skip
    return open_ticket(**(values | fields))
