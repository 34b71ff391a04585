"""The stored parts of a file, read as one. Any place can be read; one part is open at a time."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from django.core.files.base import File
from django.core.files.storage import Storage


class JoinedParts:
    """Reads `parts`, given by name and size in bytes, in their order. Raises OSError where one is not there any more."""

    def __init__(self, storage: Storage, parts: Sequence[tuple[str, int]]) -> None:
        self._storage = storage
        self._names = [name for name, _size in parts]
        self._ends = list(itertools.accumulate(size for _name, size in parts))
        self._at = 0
        self._open: tuple[int, File] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def seek(self, offset: int, /) -> int:
        self._at = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer only at the end."""
        pieces = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def blocks(self, size: int) -> Iterator[bytes]:
        """All that is left, in blocks of `size` bytes."""
        while block := self.read(size):
            yield block

    def _piece(self, size: int) -> bytes:
        """What of it stands in one part."""
        number = bisect.bisect_right(self._ends, self._at)
        if number >= len(self._names):
            return b""
        begins_at = self._ends[number - 1] if number else 0
        part = self._part(number)
        part.seek(self._at - begins_at)
        piece = part.read(min(size, self._ends[number] - self._at))
        if not piece:
            raise OSError(f"{self._names[number]} is shorter than it was")
        self._at += len(piece)
        return piece

    def _part(self, number: int) -> File:
        if self._open is None or self._open[0] != number:
            self._close()
            self._open = (number, self._storage.open(self._names[number], "rb"))
        return self._open[1]

    def _close(self) -> None:
        if self._open:
            self._open[1].close()
            self._open = None
