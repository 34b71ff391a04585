"""Unpacking into nothing: what is deflated comes out block by block, and none of it is kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tickets.archives.facts import Source

BLOCK = 64 * 1024  # bytes


def inflated(source: Source, *, wbits: int, most: int | None = None) -> Iterator[tuple[bytes, int, int, int]]:
    """What comes out block by block, and how many bytes came out of how many, of how many streams."""
    unpacked = packed = streams = 0
    left = most
    while True:
        streams += 1
        machine = zlib.decompressobj(wbits)
        began_at = packed
        data = b""
        while not machine.eof:
            if not data:
                data = source.read(BLOCK if left is None else min(BLOCK, left))
                packed += len(data)
                left = None if left is None else left - len(data)
                if not data:
                    return
            piece = machine.decompress(data, BLOCK)
            unpacked += len(piece)
            data = machine.unconsumed_tail
            yield piece, unpacked, packed, streams
        if wbits < 0:
            return
        packed -= len(machine.unused_data)
        if packed == began_at:
            return
        source.seek(packed)
        if source.read(2) != b"\x1f\x8b":  # zeros of a tape, or the end
            return
        source.seek(packed)
