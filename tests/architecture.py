"""Reads the project's source as syntax trees and says what breaks the floor plan. Imports nothing of it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS = {
    "accounts": 1,
    "delivery": 1,
    "textsearch": 1,
    "sla": 2,
    "knowledgebase": 2,
    "diagnostics": 2,
    "tickets": 3,
    "escalation": 4,
    "notifications": 5,
    "proactive": 5,
    "insights": 5,
    "evidence": 5,
    "supportdesk": 6,
}
PURE = (
    "accounts/numbers.py",
    "accounts/roles.py",
    "accounts/versions.py",
    "escalation/ladder.py",
    "evidence/chain.py",
    "sla/calendar.py",
    "sla/clock.py",
    "sla/receipt.py",
    "sla/terms.py",
    "tickets/archives/",
    "tickets/calendar_file.py",
    "tickets/calling.py",
    "tickets/coach/",
    "tickets/drafting.py",
    "tickets/filetypes.py",
    "tickets/lifecycle.py",
    "tickets/reminding.py",
    "tickets/masking.py",
    "tickets/masking_rules.py",
    "tickets/questions.py",
    "tickets/rating.py",
    "tickets/similar.py",
    "tickets/similar_words.py",
    "tickets/telemetry.py",
)  # a folder is all that is in it
# A rule may name codes and translate them; these reach a database, a request or a setting.
IMPURE = ("django.db", "django.conf", "django.http", "django.apps", "django.contrib")
IMPURE_ROOMS = ("models", "actions", "views", "admin", "forms", "tasks")
CODES = "django.db.models.TextChoices"
LONGEST = 400  # lines of a module
_WRITE = ("save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create")
WRITES = frozenset([*_WRITE, *(f"a{verb}" for verb in _WRITE)])


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `module` is absolute, dotted down to the imported thing where it is a `from` import."""

    module: str
    line: int
    is_inside_function: bool


def breaches(root: Path) -> list[str]:
    """Every breach of the plan under `root`, each as `file:line: what is wrong`."""
    found: list[str] = []
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, filename=name)
        imports = list(_imports(tree, _package_of(name)))
        found += _upward(name, imports)
        found += _inside_functions(name, imports)
        found += _impure(name, imports)
        found += _forms_that_act(name, imports)
        found += _writes_outside_actions(name, tree)
        if (lines := text.count("\n")) > LONGEST:
            found.append(f"{name}:{lines}: longer than {LONGEST} lines; make it a folder")
    return found


def source_files(root: Path) -> list[Path]:
    """The modules of every app there is, less migrations."""
    return sorted(path for app in FLOORS for path in (root / app).rglob("*.py") if "migrations" not in path.parts)


def unknown_apps(root: Path) -> list[str]:
    """Packages at the top that have no floor."""
    beside = {"tests", "benchmarks", "bin"}
    return sorted(path.parent.name for path in root.glob("*/__init__.py") if path.parent.name not in {*FLOORS, *beside})


def _package_of(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").rpartition(".")[0]


def _imports(tree: ast.Module, package: str) -> Iterator[Import]:
    for node, is_inside in _walk(tree, is_inside=False):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, is_inside)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno, is_inside)
        elif isinstance(node, ast.Call) and (named := _named_import(node)):
            yield Import(named, node.lineno, is_inside)


def _walk(node: ast.AST, *, is_inside: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        yield child, is_inside
        deeper = is_inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _walk(child, is_inside=deeper)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _named_import(call: ast.Call) -> str | None:
    """The module of `import_module("a.b")`, `import_string("a.b.c")` or `__import__("a")`."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called not in {"import_module", "import_string", "__import__"} or not call.args:
        return None
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _upward(name: str, imports: list[Import]) -> Iterator[str]:
    here = name.partition("/")[0]
    for each in imports:
        there = each.module.partition(".")[0]
        if there in ("tests", "benchmarks"):
            yield f"{name}:{each.line}: the product imports {there}"
        elif there != here and there in FLOORS and FLOORS[there] >= FLOORS[here]:
            way = "sideways" if FLOORS[there] == FLOORS[here] else "upward"
            yield f"{name}:{each.line}: {here} (floor {FLOORS[here]}) imports {way} from {each.module} (floor {FLOORS[there]})"


# Dictionaries of tens of megabytes, which only a process that is asked for them should hold.
LOADED_WHEN_ASKED = frozenset({"holidays", "rjieba"})


def _inside_functions(name: str, imports: list[Import]) -> Iterator[str]:
    for each in imports:
        if each.is_inside_function and each.module not in LOADED_WHEN_ASKED:
            yield f"{name}:{each.line}: imports {each.module} inside a function; imports stand at the top"


def _impure(name: str, imports: list[Import]) -> Iterator[str]:
    if not name.startswith(PURE):
        return
    for each in imports:
        parts = each.module.split(".")
        reaches_out = each.module != CODES and any(
            each.module == bad or each.module.startswith(f"{bad}.") for bad in IMPURE
        )
        if reaches_out or (parts[0] in FLOORS and any(part in IMPURE_ROOMS for part in parts[1:])):
            yield f"{name}:{each.line}: a pure rule imports {each.module}"


def _forms_that_act(name: str, imports: list[Import]) -> Iterator[str]:
    _, _, inside = name.partition("/")
    if not inside.startswith(("forms.py", "forms/")):
        return
    for each in imports:
        parts = each.module.split(".")
        is_a_fact = parts[-1][:1].isupper()  # a dataclass that an action takes; verbs are in lower case
        if parts[0] in FLOORS and "actions" in parts[1:] and not is_a_fact:
            yield f"{name}:{each.line}: a form imports {each.module}; forms call no action"


def _writes_outside_actions(name: str, tree: ast.Module) -> Iterator[str]:
    """Calls in views and admin modules that write rows: `x.save()`, `Model.objects.create()`, `queryset.update()`.

    A mapping has `update` and a set has `add`: a call counts unless its receiver is a literal or a name that the same
    module builds from `dict`, `{}` or a comprehension. `super().save_model(...)` is Django's own and no call of these.
    """
    _, _, inside = name.partition("/")
    if not inside.startswith(("views.py", "views/", "admin.py", "admin/")):
        return
    mappings = _names_of_mappings(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        receiver = node.func.value
        if isinstance(receiver, ast.Dict | ast.Constant) or ast.unparse(receiver) in mappings:
            continue
        yield f"{name}:{node.lineno}: {ast.unparse(node.func)}() writes outside of actions"


def _names_of_mappings(tree: ast.Module) -> set[str]:
    """Names assigned a dictionary, and the mappings that a request and an answer carry."""
    known = {"context", "kwargs", "response.headers", "request.session"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_mapping(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            known |= {ast.unparse(target) for target in targets}
    return known


def _is_mapping(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict | ast.DictComp):
        return True
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict"


def third_party(root: Path) -> dict[str, str]:
    """The top-level modules that the product imports and that are neither its own nor Python's, with one place each."""
    found: dict[str, str] = {}
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        for each in _imports(ast.parse(path.read_text(encoding="utf-8")), _package_of(name)):
            top = each.module.partition(".")[0]
            if top not in FLOORS and top not in sys.stdlib_module_names:
                found.setdefault(top, f"{name}:{each.line}")
    return found
