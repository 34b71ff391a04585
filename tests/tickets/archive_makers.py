"""Archives as people send them, and as people send them who mean harm."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
import zlib

MiB = 1024 * 1024


def zipped(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def zip_of_zeros(unpacked: int) -> bytes:
    """One member of so many zeros, each mebibyte of them packed once and repeated."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join([*(machine.compress(bytes(MiB)) for _ in range(unpacked // MiB)), machine.flush()])
    return _single(b"zeros.log", packed, said=unpacked)


def lying_zip(said: int, unpacked: int) -> bytes:
    """Its table of contents says `said` bytes, and `unpacked` bytes come out."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join([*(machine.compress(bytes(MiB)) for _ in range(unpacked // MiB)), machine.flush()])
    return _single(b"small.log", packed, said=said)


def slipping_zip() -> bytes:
    """Names that lead elsewhere, and a link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
        archive.writestr("/etc/shadow", "x")
        link = zipfile.ZipInfo("link.log")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hosts")
    return out.getvalue()


def gzip_of_zeros(unpacked: int) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        for _ in range(unpacked // MiB):
            packed.write(bytes(MiB))
    return out.getvalue()


def crowded_zip(members: int) -> bytes:
    """A table of contents with so many empty members."""
    row = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    return b"PK\x03\x04" + row * members + _end(min(members, 0xFFFE), len(row) * members, 4)


def overlapping_zip(members: int, packed_size: int) -> bytes:
    """So many members that are all the same bytes, which unpack to nothing: many megabytes of empty blocks."""
    packed = b"\x00\x00\x00\xff\xff" * (packed_size // 5) + b"\x01\x00\x00\xff\xff"
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), 0, 1, 0) + b"a"
    row = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    return local + packed + row * members + _end(members, len(row) * members, len(local) + len(packed))


def gzip_of_nothing(streams: int) -> bytes:
    """So many streams one after another, each of which unpacks to nothing."""
    return gzip.compress(b"") * streams


def _single(name: bytes, packed: bytes, *, said: int) -> bytes:
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), said & 0xFFFFFFFF, len(name), 0) + name
    )
    wide = struct.pack("<HHQ", 1, 8, said) if said > 0xFFFFFFFF else b""
    row = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 8, 0, 0, 0, len(packed), min(said, 0xFFFFFFFF), len(name), len(wide), 0, 0, 0,
        0, 0,
    )  # fmt: skip
    table = row + name + wide
    return local + packed + table + _end(1, len(table), len(local) + len(packed))


def _end(members: int, table_size: int, table_at: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, members, members, table_size, table_at, 0)
