"""What is in a .gz: one file, or a .tar with its members. PURE: bytes in, a table of contents out."""

from __future__ import annotations

from tickets.archives.facts import (
    COUNTED,
    LISTED,
    MOST_MEMBERS,
    MOST_RATIO,
    ArchiveRefused,
    Contents,
    Source,
    readable,
)
from tickets.archives.inflating import inflated
from tickets.archives.searching import Search
from tickets.archives.tars import BLOCK, Member, TarReader, begins_tar

MAGIC = b"\x1f\x8b"


def peek_gzip(source: Source) -> Contents:
    """Streams may follow one another, as of a log packed part by part. After many the count ends: each has its cost."""
    source.seek(0)
    inside = _InGzip()
    unpacked = packed = 0
    is_whole = True
    for piece, unpacked, packed, streams in inflated(source, wbits=31):
        if unpacked > COUNTED and unpacked > MOST_RATIO * packed:
            raise ArchiveRefused("bomb")
        if unpacked > COUNTED or streams > MOST_MEMBERS:
            is_whole = False
            break
        inside.feed(piece)
    return inside.contents(unpacked=unpacked, is_whole=is_whole)


class _InGzip:
    """What comes out of a .gz: one file, or a .tar whose members pass by."""

    def __init__(self) -> None:
        self._search = Search()
        self._head = b""
        self._tar: TarReader | None = None
        self._count = self._size = 0
        self._names: list[str] = []

    def feed(self, piece: bytes) -> None:
        if len(self._head) < BLOCK:
            self._head += piece
            if len(self._head) < BLOCK:
                return
            piece = self._head
            self._decide()
        if self._tar is None:
            self._search.feed(piece)
            return
        for member, content in self._tar.feed(piece):
            if member:
                self._list(member)
            self._search.feed(content)

    def contents(self, *, unpacked: int, is_whole: bool) -> Contents:
        if len(self._head) < BLOCK:
            self._decide()
            self._search.feed(self._head)
        if self._tar is None:
            return Contents(
                kind="gzip", count=1, size=unpacked, names=[], is_whole=is_whole, secrets=self._search.kinds()
            )
        return Contents(
            kind="tar.gz",
            count=self._count,
            size=self._size,
            names=self._names,
            is_whole=is_whole,
            secrets=self._search.kinds(),
        )

    def _decide(self) -> None:
        if begins_tar(self._head):
            self._tar = TarReader()
        else:
            self._search.begin("")

    def _list(self, member: Member) -> None:
        self._count += 1
        if self._count > MOST_MEMBERS:
            raise ArchiveRefused("too_many")
        name = readable(member.name)
        self._size += member.size
        if self._count <= LISTED:
            self._names.append(name)
        self._search.begin(name)
