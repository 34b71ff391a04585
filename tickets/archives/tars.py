"""What is in a .tar, told from its bytes as they pass. PURE: nothing is kept but names, and no name is used as a path.

POSIX.1-2017 pax (ustar headers, records `x`), and GNU's long names `L` and numbers in base 256.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

BLOCK = 512
_LONGEST_RECORD = 64 * 1024  # bytes of a long name or of a pax record; longer ones are passed over
_SUM = slice(148, 156)
_FILES = (b"0", b"\0", b"7")
_LONG_NAME, _PAX = b"L", b"x"


class _Now(Enum):
    HEADER = auto()
    RECORD = auto()  # the next member's name comes before its header
    CONTENT = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A file in it. `name` in bytes, as it stands there; `size` in bytes."""

    name: bytes
    size: int


def begins_tar(head: bytes) -> bool:
    """Is this the header of a first member? Its checksum says so: older writers have no other mark."""
    return len(head) >= BLOCK and any(head[:BLOCK]) and _number(head[_SUM]) == _sum_of(head[:BLOCK])


@dataclass(slots=True)
class TarReader:
    """Fed with the bytes in order."""

    _state: _Now = _Now.HEADER
    _held: bytearray = field(default_factory=bytearray)
    _left: int = 0  # bytes of the content or record, with what fills up its last block
    _padding: int = 0  # how many of the last of these fill it up
    _record: tuple[bytes, int] = (b"", 0)
    _name: bytes = b""
    _size: int | None = None

    def feed(self, block: bytes) -> list[tuple[Member | None, bytes]]:
        """The content that was in it, each piece with the file that it is the first of, or None where it goes on."""
        told: list[tuple[Member | None, bytes]] = []
        rest = memoryview(block)
        while rest and self._state is not _Now.OVER:
            if self._state is _Now.CONTENT:
                rest = self._pass(rest, told)
            else:
                wanted = BLOCK if self._state is _Now.HEADER else self._left
                taken = min(wanted - len(self._held), len(rest))
                self._held += rest[:taken]
                rest = rest[taken:]
                if len(self._held) == wanted:
                    whole, self._held = bytes(self._held), bytearray()
                    self._header(whole, told) if self._state is _Now.HEADER else self._known(whole)
        return told

    def _pass(self, rest: memoryview, told: list[tuple[Member | None, bytes]]) -> memoryview:
        taken = min(self._left, len(rest))
        content = min(taken, self._left - self._padding)
        if content > 0:
            told.append((None, bytes(rest[:content])))
        self._left -= taken
        if not self._left:
            self._state = _Now.HEADER
        return rest[taken:]

    def _header(self, block: bytes, told: list[tuple[Member | None, bytes]]) -> None:
        if not any(block) or _number(block[_SUM]) != _sum_of(block):
            self._state = _Now.OVER  # two blocks of zeros end it; what is no header ends it as well
            return
        kind, size = block[156:157], _number(block[124:136])
        if kind in (_LONG_NAME, _PAX) and size <= _LONGEST_RECORD:
            self._record, self._left = (kind, size), _filled(size)
            self._state = _Now.RECORD if self._left else _Now.HEADER
            return
        if kind in _FILES:
            size = size if self._size is None else self._size
            told.append((Member(self._name or _short_name(block), max(size, 0)), b""))
        self._name, self._size = b"", None
        self._left = _filled(size)
        self._padding = self._left - max(size, 0)
        self._state = _Now.CONTENT if self._left else _Now.HEADER

    def _known(self, block: bytes) -> None:
        kind, size = self._record
        record = block[:size]
        if kind == _LONG_NAME:
            self._name = record.rstrip(b"\0")
        else:
            self._name = _pax(record, b"path") or self._name
            told_size = _pax(record, b"size")
            self._size = int(told_size) if told_size.isdigit() and len(told_size) < 19 else None
        self._state = _Now.HEADER


def _short_name(block: bytes) -> bytes:
    name, prefix = block[:100].split(b"\0")[0], block[345:500].split(b"\0")[0]
    is_posix = block[257:263] == b"ustar\0"
    return prefix + b"/" + name if is_posix and prefix else name


def _pax(record: bytes, key: bytes) -> bytes:
    """The value of a key; each line is its own length in digits, a blank, key, "=", value and a line's end."""
    at, found = 0, b""
    while at < len(record):
        digits, _blank, _rest = record[at : at + 12].partition(b" ")
        if not digits.isdigit() or int(digits) <= len(digits):
            break
        line = record[at + len(digits) + 1 : at + int(digits) - 1]
        name, _is, value = line.partition(b"=")
        found = value if name == key else found
        at += int(digits)
    return found


def _number(field_: bytes) -> int:
    """In octal, or in base 256 where the first bit is set; -1 where it is neither."""
    if field_[:1] >= b"\x80":
        return max(int.from_bytes(field_[1:], "big"), 0) if field_[0] == 0x80 else -1
    digits = field_.strip(b" \0")
    if not digits:
        return 0
    return int(digits, 8) if all(0x30 <= each < 0x38 for each in digits) else -1


def _sum_of(block: bytes) -> int:
    """Of all bytes, those of the checksum itself counted as blanks."""
    return sum(block) - sum(block[_SUM]) + 8 * 0x20


def _filled(size: int) -> int:
    return -(-max(size, 0) // BLOCK) * BLOCK
