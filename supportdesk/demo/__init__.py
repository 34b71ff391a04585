"""The demonstration's data: `load` may be run any number of times and adds only what is missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.choices import Platform, Tier
from accounts.models import App, Membership, Organisation, SdkProduct, SupportPlan, Team, User
from sla.actions import ensure_china_calendar, ensure_policy
from sla.defaults import DEFAULT_TARGETS, FAST_TARGETS
from supportdesk.demo.people import Person, book

PHONE = "+86 10 5555 0100"
PLANS = (
    ("standard", "Standard", "标准", DEFAULT_TARGETS),
    ("premium", "Premium", "尊享", DEFAULT_TARGETS),
    ("demo-fast", "Demo: fast clock", "演示：快速时钟", FAST_TARGETS),
)
TEAMS = (
    (Tier.T1, "Front line", "一线支持"),
    (Tier.T2, "Experts", "二线专家"),
    (Tier.RND, "R&D", "研发"),
)
ORGANISATIONS = (("StarStream", "demo-fast"), ("TutorWave", "standard"))
APPS = (
    ("StarStream", "StarStream Live", "a1f0-starstream", Platform.IOS, "4.2.1"),
    ("TutorWave", "TutorWave Class", "b7c2-tutorwave", Platform.WEB, "4.1.0"),
)


def load(now: datetime) -> None:
    """Adds plans, teams, organisations, apps and people that are not there yet; `now` dates the calendar."""
    with transaction.atomic():
        _plans(now)
        for tier, name_en, name_zh in TEAMS:
            Team.objects.get_or_create(tier=tier, defaults={"name_en": name_en, "name_zh": name_zh})
        for name, plan in ORGANISATIONS:
            Organisation.objects.get_or_create(name=name, defaults={"plan": SupportPlan.objects.get(code=plan)})
        _apps()
        password, people = book()
        for person in people:
            _admit(person, password)


def _plans(now: datetime) -> None:
    calendar = ensure_china_calendar(today=now.date())
    for position, (code, name_en, name_zh, targets) in enumerate(PLANS):
        names = {"name_en": name_en, "name_zh": name_zh}
        plan, _ = SupportPlan.objects.get_or_create(
            code=code, defaults={**names, "support_phone": PHONE, "position": position}
        )
        ensure_policy(plan=plan, calendar=calendar, targets=targets)


def _apps() -> None:
    sdk, _ = SdkProduct.objects.get_or_create(code="video", defaults={"name_en": "Video SDK", "name_zh": "视频 SDK"})
    for organisation, name, app_id, platform, version in APPS:
        app = App(
            organisation=Organisation.objects.get(name=organisation),
            name=name,
            app_id=app_id,
            platform=platform,
            product=sdk,
        )
        app.set_version(version)
        if not App.objects.filter(organisation=app.organisation, app_id=app_id, platform=platform).exists():
            app.save()


def _admit(person: Person, password: str) -> None:
    if User.objects.filter(email=person.email).exists():
        return
    team = Team.objects.filter(tier=person.team).first() if person.team else None
    user = User.objects.create_user(
        person.email,
        password,
        name=person.name,
        role=person.role,
        team=team,
        language=person.language,
        time_zone=person.time_zone,
    )
    if person.organisation:
        organisation = Organisation.objects.get(name=person.organisation)
        Membership.objects.create(organisation=organisation, user=user, role=person.member_role)
    if team and team.on_call is None:
        team.on_call = user
        team.save(update_fields=["on_call"])
