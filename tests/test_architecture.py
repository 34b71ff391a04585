"""The floor plan holds, and each of its checks can fail."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import architecture

ROOT = Path(__file__).resolve().parent.parent


def test_the_house_keeps_its_floor_plan() -> None:
    found = architecture.breaches(ROOT)

    assert not found, "\n" + "\n".join(found)


def test_every_package_at_the_top_has_a_floor() -> None:
    assert architecture.unknown_apps(ROOT) == []


def test_the_walk_sees_every_app_and_every_pure_rule_there_is() -> None:
    seen = {path.relative_to(ROOT).as_posix() for path in architecture.source_files(ROOT)}

    assert {name.partition("/")[0] for name in seen} >= {"accounts", "sla", "tickets", "escalation", "supportdesk"}
    assert {"sla/calendar.py", "sla/clock.py", "tickets/lifecycle.py", "escalation/ladder.py"} <= seen
    assert [rule for rule in architecture.PURE if not any(name.startswith(rule) for name in seen)] == []


def test_what_the_product_imports_is_pinned_for_those_who_only_run_it() -> None:
    """A package that came along with a tool of the tests is missing on a fresh machine."""
    pinned = {
        re.split(r"[\[=]", line)[0].lower()
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if "==" in line
    }
    brought = packages_distributions()

    missing = [
        f"{place}: {module} is not pinned in requirements.txt"
        for module, place in architecture.third_party(ROOT).items()
        if not pinned & {name.lower() for name in brought.get(module, [])} and module not in COMES_ALONG
    ]

    assert not missing, "\n" + "\n".join(missing)


# Parts of what is pinned: celery, django, and bootstrap-wrapper (which does not say what it brings).
COMES_ALONG = {"kombu", "asgiref", "bootstrap"}
BAD = {
    "an upward import": (
        "accounts/people.py",
        "from tickets.models import Ticket\n",
        "upward from tickets.models.Ticket",
    ),
    "an import of the whole upper app": ("sla/x.py", "import escalation\n", "upward from escalation"),
    "a sideways import": ("sla/x.py", "from knowledgebase import search\n", "sideways from knowledgebase.search"),
    "an import of the roof": ("notifications/x.py", "import supportdesk.urls\n", "upward from supportdesk.urls"),
    "an upward import inside a function": (
        "accounts/x.py",
        "def f():\n    from sla import clock\n",
        "upward from sla.clock",
    ),
    "an upward import by name": ("sla/x.py", "m = import_module('tickets.actions')\n", "upward from tickets.actions"),
    "an upward import for types alone": (
        "sla/x.py",
        "if TYPE_CHECKING:\n    from tickets.models import Ticket\n",
        "upward from tickets.models.Ticket",
    ),
    "an import of the tests": ("sla/x.py", "from tests.cast import make_cast\n", "the product imports tests"),
    "an import inside a function": ("sla/x.py", "def f():\n    import json\n", "imports json inside a function"),
    "an import inside a method": (
        "sla/x.py",
        "class A:\n    async def f(self):\n        import json\n",
        "imports json inside a function",
    ),
    "a pure rule with a database": ("sla/clock.py", "from django.db import models\n", "a pure rule imports django.db"),
    "a pure rule with a model": (
        "tickets/lifecycle.py",
        "from .models import Ticket\n",
        "a pure rule imports tickets.models.Ticket",
    ),
    "a form that acts": ("tickets/forms/x.py", "from tickets.actions import reply\n", "forms call no action"),
    "a view that saves": ("tickets/views/x.py", "def v(r):\n    ticket.save()\n", "ticket.save() writes"),
    "a view that creates": ("sla/views.py", "Row.objects.create(a=1)\n", "Row.objects.create() writes"),
    "a view that updates": ("sla/views.py", "Row.objects.filter(a=1).update(b=2)\n", "update() writes"),
    "an admin that deletes": ("tickets/admin/x.py", "queryset.delete()\n", "queryset.delete() writes"),
    "a long module": ("sla/x.py", "a = 1\n" * 401, "longer than 400 lines"),
}


@pytest.mark.parametrize(("name", "text", "complaint"), BAD.values(), ids=BAD.keys())
def test_a_breach_is_named_with_its_file_and_line(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    _write(tmp_path, name, text)

    found = architecture.breaches(tmp_path)

    assert any(line.startswith(f"{name}:") and complaint in line for line in found), found


GOOD = {
    "a downward import": ("tickets/x.py", "from sla.clock import read\nfrom accounts.models import User\n"),
    "an import within the app": (
        "tickets/forms/x.py",
        "from ..choices import Status\nfrom tickets.models import Ticket\n",
    ),
    "the roof above all": ("supportdesk/x.py", "from notifications import fan_out\n"),
    "a dictionary where it is asked": ("textsearch/x.py", "def words(text):\n    import rjieba\n"),
    "a pure rule with codes": (
        "sla/clock.py",
        "from django.utils.translation import gettext_lazy\nfrom sla.choices import A\n",
    ),
    "a mapping in a view": ("sla/views.py", "values = {}\nvalues.update(a=1)\n"),
    "writes in actions": ("sla/actions.py", "row.save(update_fields=['a'])\n"),
    "a module of 400 lines": ("sla/x.py", "a = 1\n" * 400),
}


@pytest.mark.parametrize(("name", "text"), GOOD.values(), ids=GOOD.keys())
def test_what_the_plan_allows_passes(tmp_path: Path, name: str, text: str) -> None:
    _write(tmp_path, name, text)

    assert architecture.breaches(tmp_path) == []


def test_a_package_without_a_floor_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "cellar/__init__.py", "")

    assert architecture.unknown_apps(tmp_path) == ["cellar"]


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
