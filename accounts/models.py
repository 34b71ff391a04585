"""People, organisations and what they bought and build. Who may do what by role stands in roles.py."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import roles
from accounts.bilingual import BilingualName
from accounts.choices import MemberRole, Platform, Role, Tier
from accounts.versions import version_key


class SupportPlan(BilingualName, models.Model):
    """What a customer bought: its targets stand in `sla`, its channels here."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    support_phone = models.CharField(
        _("support phone"), max_length=40, blank=True, help_text=_("Shown to customers with a P0.")
    )
    closes_after_days = models.PositiveSmallIntegerField(
        _("closes after days"), default=7, help_text=_("A resolved ticket closes by itself after so many days.")
    )
    file_room_mb = models.PositiveIntegerField(
        _("room for files (MB)"), default=50 * 1024, help_text=_("What the people of one organisation may send in all.")
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("support plan")
        verbose_name_plural = _("support plans")

    @property
    def file_room(self) -> int:
        """Bytes."""
        return self.file_room_mb * 1024 * 1024


class Team(BilingualName, models.Model):
    """Engineers of one tier, with the one person who is on call for it."""

    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    tier = models.CharField(_("tier"), max_length=3, choices=Tier.choices)
    on_call = models.ForeignKey(
        "accounts.User",
        verbose_name=_("on call"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="on_call_for",
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("team")
        verbose_name_plural = _("teams")


class UserManager(BaseUserManager["User"]):
    """Addresses are kept in lower case: one person, one account."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def staff(self) -> UserQuerySet:
        return self.exclude(role=Role.CUSTOMER)

    def with_role(self, role: Role) -> UserQuerySet:
        return self.filter(role=role)


class User(AbstractBaseUser):
    """A person: a customer's developer or one of our staff. One role each."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CUSTOMER)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="engineers"
    )
    language = models.CharField(
        _("language"), max_length=10, default="en", choices=[("en", "English"), ("zh-hans", "简体中文")]
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Shanghai", help_text=_("IANA name"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    sign_outs = models.PositiveIntegerField(default=0, editable=False)  # how often they signed out everywhere else
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_unique_caseless"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions of before the last sign-out everywhere else carry another hash, and are nobody's."""
        if not self.sign_outs:
            return super()._get_session_auth_hash(secret)  # type: ignore[misc] # Django's own, unknown to its stubs
        value = f"{self.sign_outs}:{self.password}"
        return salted_hmac("accounts.User.sign_outs", value, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return self.role != Role.CUSTOMER

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def tier(self) -> str | None:
        """The tier an engineer works in; None for everybody else."""
        return self.team.tier if self.team_id and self.team else None

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and roles.allows(self.role, perm)

    def has_perms(self, perms, obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and roles.allows_app(self.role, app_label)

    def get_all_permissions(self, obj: object = None) -> set[str]:
        return set()


class BrowserSession(models.Model):
    """One browser in which a person is signed in. Written by `accounts.sessions` alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    user_agent = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} · {self.begun_at:%Y-%m-%d %H:%M}"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: User) -> OrganisationQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(memberships__user=user)


class Organisation(models.Model):
    """A customer company."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=120, unique=True)
    plan = models.ForeignKey(
        SupportPlan, verbose_name=_("plan"), on_delete=models.PROTECT, related_name="organisations"
    )
    success_manager = models.ForeignKey(
        User,
        verbose_name=_("customer success manager"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="organisations_in_care",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an organisation."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=MemberRole.choices, default=MemberRole.MEMBER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    welcomed_at = models.DateTimeField(null=True, editable=False)  # when they put away what newcomers are told

    class Meta:
        ordering = ("pk",)
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint(fields=("organisation", "user"), name="membership_unique"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class SdkProduct(BilingualName, models.Model):
    """An SDK of ours, for instance the video call SDK."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("SDK product")
        verbose_name_plural = _("SDK products")


class VersionedModel(models.Model):
    """A row with an SDK version in its real order. Writers set the key through `set_version`."""

    sdk_version = models.CharField(_("SDK version"), max_length=40, blank=True)
    sdk_version_key = models.CharField(max_length=31, blank=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    def set_version(self, text: str) -> None:
        self.sdk_version = text.strip()
        self.sdk_version_key = version_key(text)


class SdkVersion(VersionedModel):
    """A version that was shipped, so that forms can offer it."""

    product = models.ForeignKey(
        SdkProduct, verbose_name=_("SDK product"), on_delete=models.CASCADE, related_name="versions"
    )
    released_on = models.DateField(_("released on"), null=True, blank=True)

    class Meta:
        ordering = ("product", "-sdk_version_key")
        verbose_name = _("SDK version")
        verbose_name_plural = _("SDK versions")
        constraints = (models.UniqueConstraint(fields=("product", "sdk_version"), name="sdk_version_unique"),)

    def __str__(self) -> str:
        return f"{self.product} {self.sdk_version}"


class AppQuerySet(models.QuerySet["App"]):
    def visible_to(self, user: User) -> AppQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(organisation__memberships__user=user)


class App(VersionedModel):
    """An app that the organisation builds with the SDK, and the version it runs in production."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="apps"
    )
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=120)
    app_id = models.CharField(_("App ID"), max_length=64)
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    product = models.ForeignKey(SdkProduct, verbose_name=_("SDK"), on_delete=models.PROTECT, related_name="apps")

    objects = AppQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "name", "pk")
        verbose_name = _("app")
        verbose_name_plural = _("apps")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "app_id", "platform"), name="app_unique_per_platform"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.get_platform_display()})"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, now) -> InvitationQuerySet:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A place offered to an address. Only the hash of its single-use token is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=MemberRole.choices, default=MemberRole.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations_sent")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"
