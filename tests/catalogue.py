"""Reads the Chinese catalogue as translators write it: the .po file, without help of gettext's own programs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")


@dataclass
class Entry:
    """One message. `texts` are its translations: one, or one a plural form."""

    msgid: str = ""
    context: str | None = None
    plural: str | None = None
    texts: list[str] = field(default_factory=list)
    is_fuzzy: bool = False
    is_obsolete: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.msgid

    def __str__(self) -> str:
        return self.msgid if self.context is None else f"{self.context}: {self.msgid}"


def read(path: Path = PO) -> list[Entry]:
    """Every entry but the header."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return [entry for entry in map(_entry, blocks) if entry.msgid]


def _entry(block: str) -> Entry:
    entry = Entry()
    parts: dict[str, str] = {}
    word = ""
    for line in block.splitlines():
        if line.startswith("#~"):
            entry.is_obsolete = True
        elif line.startswith("#"):
            entry.is_fuzzy |= line.startswith("#,") and "fuzzy" in line
        else:
            if not line.startswith('"'):
                word, line = line.split(" ", 1)
            parts[word] = parts.get(word, "") + ast.literal_eval(line)
    entry.msgid = parts.get("msgid", "")
    entry.context = parts.get("msgctxt")
    entry.plural = parts.get("msgid_plural")
    entry.texts = [text for name, text in parts.items() if name.startswith("msgstr")]
    return entry
