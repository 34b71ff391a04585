"""One sheet for the browser out of one file per component: where `@import` is followed, once, before anything is served.

The sources stay as they are written, under `css/`. What pages link to are the sheets of `BUNDLES`, made by a finder, so
that `collectstatic` hashes and compresses them and a site that runs from its sources serves the same.
"""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage, Storage

BUNDLES = {
    "css/all/site.css": "css/site.css",
    "css/all/desk.css": "css/admin/desk.css",
    "css/all/theme.css": "css/admin/theme.css",
}
_IMPORT = re.compile(r"""@import url\("(?P<url>[^"]+)"\)(?: layer\((?P<layer>[\w-]+)\))?(?P<media> [^;]+)?;""")
_COMMENT_OR_STRING = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/""", re.DOTALL)
_CHARSET = '@charset "UTF-8";'
_BLANK_LINES = re.compile(r"\n\s*\n+")


def bundle(path: str) -> str:
    """The sheet at a static path with every `@import` replaced by what it names, in its layer and media, without comments.

    Raises `FileNotFoundError` for a sheet that no finder has, `ValueError` for an address that would be another one here.
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(f"no static file {path}")
    text = _COMMENT_OR_STRING.sub(lambda match: match[1] or "", Path(found).read_text(encoding="utf-8"))
    text = text.replace(_CHARSET, "", 1)  # means something at the very beginning alone, where a bundle has its own
    text = _IMPORT.sub(lambda match: _inlined(match, posixpath.dirname(path)), text)
    if lost := re.search(r"""@import[^;]*;|url\(["']?(?!data:|["']?data:)[^)]*\)""", text):
        raise ValueError(f"{path}: {lost[0]} cannot be followed from a bundle")
    return _BLANK_LINES.sub("\n", text).strip() + "\n"


def _inlined(match: re.Match[str], folder: str) -> str:
    text = bundle(posixpath.normpath(posixpath.join(folder, match["url"])))
    for rule in (match["layer"] and f"@layer {match['layer']}", match["media"] and f"@media{match['media']}"):
        text = f"{rule} {{\n{text}}}\n" if rule else text
    return text


class BundleFinder(finders.BaseFinder):
    """Finds the sheets of `BUNDLES`, written anew whenever they are asked for."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=Path(settings.DATA_DIR) / "sheets")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, source in BUNDLES.items():
            self._write(path, source)
            yield path, self.storage

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in BUNDLES:
            return []
        found = self._write(path, BUNDLES[path])
        return [found] if find_all else found

    def _write(self, path: str, source: str) -> str:
        """Whole or not at all: several processes may write at once. A sheet that is the same keeps its time."""
        text, target = f"{_CHARSET}\n{bundle(source)}", Path(self.storage.path(path))
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            return str(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, 0o644)
        os.replace(draft, target)
        return str(target)
