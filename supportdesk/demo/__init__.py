"""The demonstration's data: `load` may be run any number of times and adds only what is missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.choices import Platform, Tier
from accounts.models import App, Membership, Organisation, SdkProduct, SdkVersion, SupportPlan, Team, User
from sla.actions import ensure_china_calendar, ensure_policy
from sla.defaults import DEFAULT_TARGETS, FAST_TARGETS
from supportdesk.demo.people import Person, book
from supportdesk.demo.play import play
from supportdesk.demo.shelves import load_articles
from tickets.models import CallRoom

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
# name, plan, success manager
ORGANISATIONS = (
    ("Qingyin Live (demo)", "premium", "max@support.example"),
    ("Fast Clock Lab (demo)", "demo-fast", "mona@support.example"),
    ("Northwind Meet (demo)", "standard", ""),
)
# organisation, name, App ID, platform, SDK product, version in production
APPS = (
    ("Qingyin Live (demo)", "Qingyin Live", "live-ios", Platform.IOS, "live", "4.4.1"),
    ("Qingyin Live (demo)", "Qingyin Live", "live-android", Platform.ANDROID, "live", "4.3.2"),
    ("Qingyin Live (demo)", "Qingyin Class", "class-web", Platform.WEB, "video", "4.4.0"),
    ("Fast Clock Lab (demo)", "Fast-clock test app", "fast-web", Platform.WEB, "video", "4.4.0"),
    ("Northwind Meet (demo)", "Northwind Meet", "meet-web", Platform.WEB, "video", "4.4.0"),
    ("Northwind Meet (demo)", "Northwind Meet", "meet-ios", Platform.IOS, "video", "4.3.2"),
)
PRODUCTS = (("video", "Video Call SDK", "视频通话 SDK"), ("live", "Live Streaming SDK", "互动直播 SDK"))
CALL_ROOMS = "https://meet.example/{ticket}-{key}"
VERSIONS = ("4.4.2-rc.1", "4.4.1", "4.4.0", "4.3.2", "4.3.1", "4.2.6")


def load(now: datetime) -> None:
    """Adds plans, teams, organisations, apps, people, articles and tickets where they are not there yet."""
    with transaction.atomic():
        _plans(now)
        for tier, name_en, name_zh in TEAMS:
            Team.objects.get_or_create(tier=tier, defaults={"name_en": name_en, "name_zh": name_zh})
        for name, plan, _success_manager in ORGANISATIONS:
            Organisation.objects.get_or_create(name=name, defaults={"plan": SupportPlan.objects.get(code=plan)})
        _apps()
        password, people = book()
        for person in people:
            _admit(person, password)
        for name, _plan, success_manager in ORGANISATIONS:
            Organisation.objects.filter(name=name, success_manager=None).update(
                success_manager=User.objects.filter(email=success_manager).first()
            )
    if not CallRoom.objects.exists():
        CallRoom.objects.create(template=CALL_ROOMS)
    load_articles(now)
    play(now)


def _plans(now: datetime) -> None:
    calendar = ensure_china_calendar(today=now.date())
    for position, (code, name_en, name_zh, targets) in enumerate(PLANS):
        names = {"name_en": name_en, "name_zh": name_zh}
        plan, _ = SupportPlan.objects.get_or_create(
            code=code, defaults={**names, "support_phone": PHONE, "position": position}
        )
        ensure_policy(plan=plan, calendar=calendar, targets=targets)


def _apps() -> None:
    for position, (code, name_en, name_zh) in enumerate(PRODUCTS):
        names = {"name_en": name_en, "name_zh": name_zh, "position": position}
        product, _ = SdkProduct.objects.get_or_create(code=code, defaults=names)
        for text in VERSIONS:
            version = SdkVersion(product=product)
            version.set_version(text)
            if not product.versions.filter(sdk_version=text).exists():
                version.save()
    for organisation, name, app_id, platform, sdk, text in APPS:
        if App.objects.filter(app_id=app_id).exists():
            continue
        app = App(
            organisation=Organisation.objects.get(name=organisation), name=name, app_id=app_id, platform=platform,
            product=SdkProduct.objects.get(code=sdk),
        )  # fmt: skip
        app.set_version(text)
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
        phone=person.phone,
    )
    for organisation in Organisation.objects.filter(name__in=person.organisations):
        Membership.objects.create(
            organisation=organisation,
            user=user,
            role=person.member_role,
            welcomed_at=None if person.is_new else user.date_joined,
        )
    if team and team.on_call is None:
        team.on_call = user
        team.save(update_fields=["on_call"])
