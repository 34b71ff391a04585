"""What is in a .zip (APPNOTE 6.3). PURE: bytes in, a table of contents out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tickets.archives.facts import (
    COUNTED,
    LISTED,
    MOST_MEMBERS,
    MOST_RATIO,
    MOST_TABLE,
    ArchiveRefused,
    Contents,
    Source,
    readable,
)
from tickets.archives.inflating import BLOCK, inflated
from tickets.archives.searching import Search

END, LOCAL = b"PK\x05\x06", b"PK\x03\x04"
_END_64, _LOCATOR_64, _ROW = b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_LONGEST_END = 22 + 65_535  # the record with a comment as long as can be
_LINK, _KIND_OF_FILE = 0o120000, 0o170000


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


def peek_zip(source: Source, size: int) -> Contents | None:
    found = _table_of(source, size)
    if found is None:
        return None
    table, shift = found
    members = list(_members(table, shift))
    total = sum(member.size for member in members)
    if total > COUNTED and total > MOST_RATIO * size:
        raise ArchiveRefused("bomb")
    files = [member for member in members if member.is_file]
    search = Search()
    is_whole = _is_true(source, members, search, size)
    return Contents(
        kind="zip",
        count=len(files),
        size=sum(member.size for member in files),
        names=[member.name for member in files[:LISTED]],
        is_whole=is_whole,
        is_locked=any(member.is_locked for member in files),
        secrets=search.kinds(),
    )


def _table_of(source: Source, size: int) -> tuple[bytes, int] | None:
    """The table of contents, and by how much its places are shifted. None where there is none."""
    tail_at = max(0, size - _LONGEST_END)
    source.seek(tail_at)
    tail = source.read(size - tail_at)
    end = tail.rfind(END)
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
        yield _Member(
            readable(name, is_utf8=bool(flags & 0x800)), flags, method, packed, size, mode >> 16, offset + shift
        )
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


def _is_true(source: Source, members: list[_Member], search: Search, size: int) -> bool:
    """Unpacks into nothing to see whether members are as large as they say; False when that ended at the limit. What comes
    out is searched on its way."""
    left, unread, is_whole = COUNTED, size, True
    for member in members:
        if member.method != 8 or member.is_locked:
            is_whole = is_whole and member.method == 0
            _search_unpacked(source, member, search)
            continue
        if left <= 0:
            return False
        source.seek(max(0, member.at))
        local = source.read(30)
        if member.at < 0 or len(local) < 30 or not local.startswith(LOCAL):
            raise ArchiveRefused("liar")
        name_size, extra_size = struct.unpack_from("<HH", local, 26)
        source.seek(member.at + 30 + name_size + extra_size)
        search.begin(member.name)
        packed = 0
        for piece, unpacked, packed, _streams in inflated(source, wbits=-15, most=member.packed):
            if unpacked > member.size or packed > unread:  # the same bytes for several members
                raise ArchiveRefused("liar")
            if unpacked > left:
                break
            search.feed(piece)
        left, unread = left - min(member.size, left + 1), unread - packed
    return is_whole and left > 0


def _search_unpacked(source: Source, member: _Member, search: Search) -> None:
    """A member that is stored as it is."""
    if search.is_over or member.is_locked or member.method != 0 or member.at < 0:
        return
    source.seek(member.at)
    local = source.read(30)
    if len(local) < 30 or not local.startswith(LOCAL):
        return
    name_size, extra_size = struct.unpack_from("<HH", local, 26)
    source.seek(member.at + 30 + name_size + extra_size)
    search.begin(member.name)
    left = member.packed
    while left > 0 and not search.is_over and (block := source.read(min(BLOCK, left))):
        search.feed(block)
        left -= len(block)
