"""What is told of an archive, why one is refused, and the limits within which it is looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

MiB = 1024 * 1024
LISTED = 30  # members by name; all of them are counted
MOST_MEMBERS = 10_000
MOST_TABLE = 4 * MiB
COUNTED = 200 * MiB  # unpacked bytes
MOST_RATIO = 100
_LONGEST_NAME = 160  # characters


class Source(Protocol):
    """Bytes that can be read at any place; `read` gives fewer only at the end."""

    def seek(self, offset: int, /) -> object: ...

    def read(self, size: int, /) -> bytes: ...


class ArchiveRefused(Exception):
    """It is not kept. `code` says why: `bomb`, `liar` (its table of contents is not true) or `too_many` members."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A table of contents. `size` is in unpacked bytes; of an archive that is not counted to its end at least so many.

    `secrets`: the kinds of secret that seem to stand in it; it was searched within limits.
    """

    kind: str
    count: int
    size: int
    names: list[str]
    is_whole: bool = True
    is_locked: bool = False
    secrets: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def readable(name: bytes, *, is_utf8: bool = False) -> str:
    """A member's name. Zips made on Chinese Windows write GBK and say nothing of it."""
    text = None
    for encoding in ("utf-8",) if is_utf8 else ("utf-8", "gb18030"):
        try:
            text = name.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None:
        text = name.decode("utf-8" if is_utf8 else "cp437", "replace")
    return "".join(each for each in text if each.isprintable())[-_LONGEST_NAME:]
