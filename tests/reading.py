"""What a reader of a page reads: its text, and the words in attributes that browsers, screen readers and our scripts
show. Parts marked with another language are left out: they are meant."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "code", "pre", "kbd"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = (
    "aria-label", "aria-description", "title", "placeholder", "alt", "label", "data-d", "data-h", "data-min", "data-s",
    "data-left", "data-over", "data-one", "data-many", "data-show", "data-hide", "data-sending", "data-too-big",
)  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.open: list[tuple[str, bool]] = []  # each open element, and whether it is read
        self.heard: list[str] = []

    @property
    def is_read(self) -> bool:
        return all(is_read for _name, is_read in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        language = values.get("lang", self.language).lower()
        is_picture = "material-symbols-outlined" in values.get(
            "class", ""
        )  # a font's ligature: its name is its picture
        is_zone = values.get("name", "").endswith("zone")  # the IANA's names
        is_read = tag not in SILENT and language == self.language.lower() and not is_picture and not is_zone
        if is_read and self.is_read:
            self.heard += [values[name] for name in SPOKEN if values.get(name)]
            if tag == "input" and values.get("type") in ("submit", "button"):
                self.heard.append(values.get("value", ""))
        if tag not in VOID:
            self.open.append((tag, is_read))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _is_read in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.is_read and data.strip():
            self.heard.append(data)


def heard(page: str, language: str) -> list[str]:
    """The texts of an HTML page that are in `language` (a value of `lang`) or say nothing of theirs."""
    reader = _Reader(language)
    reader.feed(page)
    return [re.sub(r"\s+", " ", text).strip() for text in reader.heard]
