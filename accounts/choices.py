"""Codes of the accounts floor. Codes are stored, labels are translated at display."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    CUSTOMER = "customer", _("Customer")
    ENGINEER = "engineer", _("Engineer")
    ESCALATION_MANAGER = "escalation_manager", _("Escalation manager")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


class Tier(TextChoices):
    """Level of support, and nothing else."""

    T1 = "t1", _("Tier 1")
    T2 = "t2", _("Tier 2 experts")
    RND = "rnd", _("R&D")


class MemberRole(TextChoices):
    MEMBER = "member", _("Member")
    ADMIN = "admin", _("Organisation admin")


class Platform(TextChoices):
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    WEB = "web", _("Web")
    WINDOWS = "windows", "Windows"
    MACOS = "macos", "macOS"
    LINUX = "linux", "Linux"
    HARMONYOS = "harmonyos", "HarmonyOS"
    FLUTTER = "flutter", "Flutter"
    REACT_NATIVE = "react_native", "React Native"
    UNITY = "unity", "Unity"
    ELECTRON = "electron", "Electron"
    MINI_PROGRAM = "mini_program", _("Mini program")
    SERVER = "server", _("Server")
