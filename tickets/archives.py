"""What is in a .zip or a .gz, looked at within limits. Pure: nothing is unpacked anywhere, no name is used as a path.

The limits: a table of contents of 4 MiB and 10,000 members, 200 MiB of unpacked bytes counted and thrown away, and what
unpacks to more than that at over a hundred times its size is a bomb (OWASP ASVS 5.2.3). No packed byte is read twice: rows
of a table that all point to one place would otherwise have it unpacked ten thousand times, and to nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

MiB = 1024 * 1024
LISTED = 30  # members by name; all of them are counted
MOST_MEMBERS = 10_000
MOST_TABLE = 4 * MiB
COUNTED = 200 * MiB  # unpacked bytes
MOST_RATIO = 100
_BLOCK = 64 * 1024
_LONGEST_NAME = 160  # characters
_END, _END_64, _LOCATOR_64, _ROW, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_LONGEST_END = 22 + 65_535  # the record with a comment as long as can be
_LINK, _KIND_OF_FILE = 0o120000, 0o170000


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
    """A table of contents. `size` is in unpacked bytes; of an archive that is not counted to its end at least so many."""

    kind: str
    count: int
    size: int
    names: list[str]
    is_whole: bool = True
    is_locked: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    flags: int
    method: int
    packed: int
    size: int
    mode: int
    at: int

    @property
    def is_file(self) -> bool:
        return not self.name.endswith("/") and self.mode & _KIND_OF_FILE != _LINK

    @property
    def is_locked(self) -> bool:
        return bool(self.flags & 1)


def peek(source: Source, size: int) -> Contents | None:
    """What is in an archive of `size` bytes; None for what is none, and for a broken one. Raises ArchiveRefused."""
    source.seek(0)
    start = source.read(4)
    try:
        if start.startswith(b"\x1f\x8b"):
            return _peek_gzip(source)
        if start in (_LOCAL, _END):
            return _peek_zip(source, size)
    except (struct.error, zlib.error):
        return None
    return None


def _peek_zip(source: Source, size: int) -> Contents | None:
    found = _table_of(source, size)
    if found is None:
        return None
    table, shift = found
    members = list(_members(table, shift))
    total = sum(member.size for member in members)
    if total > COUNTED and total > MOST_RATIO * size:
        raise ArchiveRefused("bomb")
    files = [member for member in members if member.is_file]
    is_whole = _is_true(source, members, size)
    return Contents(
        kind="zip",
        count=len(files),
        size=sum(member.size for member in files),
        names=[member.name for member in files[:LISTED]],
        is_whole=is_whole,
        is_locked=any(member.is_locked for member in files),
    )


def _table_of(source: Source, size: int) -> tuple[bytes, int] | None:
    """The table of contents, and by how much its places are shifted. None where there is none."""
    tail_at = max(0, size - _LONGEST_END)
    source.seek(tail_at)
    tail = source.read(size - tail_at)
    end = tail.rfind(_END)
    if end < 0:
        return None
    count, table_size, offset = struct.unpack_from("<HLL", tail, end + 10)
    ends_at = tail_at + end
    if count == 0xFFFF or 0xFFFFFFFF in (table_size, offset):
        locator = tail[max(0, end - 20) : end]
        if locator.startswith(_LOCATOR_64):
            ends_at = struct.unpack_from("<Q", locator, 8)[0]
            source.seek(min(ends_at, size))
            record = source.read(56)
            if not record.startswith(_END_64):
                return None
            count, table_size, offset = struct.unpack_from("<QQQ", record, 32)
    if count > MOST_MEMBERS or table_size > MOST_TABLE:
        raise ArchiveRefused("too_many")
    if table_size > ends_at:
        return None
    source.seek(ends_at - table_size)
    return source.read(table_size), ends_at - table_size - offset


def _members(table: bytes, shift: int) -> Iterator[_Member]:
    """The rows of the table, however many it says that it has."""
    at = number = 0
    while table.startswith(_ROW, at):
        number += 1
        if number > MOST_MEMBERS:
            raise ArchiveRefused("too_many")
        flags, method = struct.unpack_from("<HH", table, at + 8)
        packed, size, name_size, extra_size, comment_size = struct.unpack_from("<LLHHH", table, at + 20)
        mode, offset = struct.unpack_from("<LL", table, at + 38)
        name = table[at + 46 : at + 46 + name_size]
        extra = table[at + 46 + name_size : at + 46 + name_size + extra_size]
        packed, size, offset = _wide(extra, packed, size, offset)
        yield _Member(_readable(name, flags), flags, method, packed, size, mode >> 16, offset + shift)
        at += 46 + name_size + extra_size + comment_size


def _wide(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """The sizes and the place of a row; those over 4 GiB stand in its extra field 1 (APPNOTE 4.5.3)."""
    at, wide = 0, b""
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            wide = extra[at + 4 : at + 4 + length]
            break
        at += 4 + length
    values = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
    full = 0xFFFFFFFF
    size = next(values, size) if size == full else size
    packed = next(values, packed) if packed == full else packed
    return packed, size, next(values, offset) if offset == full else offset


def _readable(name: bytes, flags: int) -> str:
    """A member's name. Zips made on Chinese Windows write GBK and say nothing of it."""
    text = None
    for encoding in ("utf-8",) if flags & 0x800 else ("utf-8", "gb18030"):
        try:
            text = name.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None:
        text = name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
    return "".join(each for each in text if each.isprintable())[-_LONGEST_NAME:]


def _is_true(source: Source, members: list[_Member], size: int) -> bool:
    """Unpacks into nothing to see whether members are as large as they say; False when that ended at the limit."""
    left, unread, is_whole = COUNTED, size, True
    for member in members:
        if member.method != 8 or member.is_locked:
            is_whole = is_whole and member.method == 0
            continue
        if left <= 0:
            return False
        source.seek(max(0, member.at))
        local = source.read(30)
        if member.at < 0 or len(local) < 30 or not local.startswith(_LOCAL):
            raise ArchiveRefused("liar")
        name_size, extra_size = struct.unpack_from("<HH", local, 26)
        source.seek(member.at + 30 + name_size + extra_size)
        packed = 0
        for unpacked, packed, _streams in _inflated(source, wbits=-15, most=member.packed):
            if unpacked > member.size or packed > unread:  # the same bytes for several members
                raise ArchiveRefused("liar")
            if unpacked > left:
                break
        left, unread = left - min(member.size, left + 1), unread - packed
    return is_whole and left > 0


def _peek_gzip(source: Source) -> Contents:
    """Streams may follow one another, as of a log packed part by part. After many the count ends: each has its cost."""
    source.seek(0)
    unpacked = packed = 0
    is_whole = True
    for unpacked, packed, streams in _inflated(source, wbits=31):
        if unpacked > COUNTED and unpacked > MOST_RATIO * packed:
            raise ArchiveRefused("bomb")
        if unpacked > COUNTED or streams > MOST_MEMBERS:
            is_whole = False
            break
    return Contents(kind="gzip", count=1, size=unpacked, names=[], is_whole=is_whole)


def _inflated(source: Source, *, wbits: int, most: int | None = None) -> Iterator[tuple[int, int, int]]:
    """How many bytes came out of how many, of how many streams, block by block; nothing of them is kept."""
    unpacked = packed = streams = 0
    left = most
    while True:
        streams += 1
        machine = zlib.decompressobj(wbits)
        began_at = packed
        data = b""
        while not machine.eof:
            if not data:
                data = source.read(_BLOCK if left is None else min(_BLOCK, left))
                packed += len(data)
                left = None if left is None else left - len(data)
                if not data:
                    return
            unpacked += len(machine.decompress(data, _BLOCK))
            data = machine.unconsumed_tail
            yield unpacked, packed, streams
        if wbits < 0:
            return
        packed -= len(machine.unused_data)
        if packed == began_at:
            return
        source.seek(packed)
        if source.read(2) != b"\x1f\x8b":  # zeros of a tape, or the end
            return
        source.seek(packed)
