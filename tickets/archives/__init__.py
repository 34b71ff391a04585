"""What is in a .zip, a .gz or a .tar.gz, looked at within limits. Pure: nothing is unpacked anywhere, no name is used as a path.

The limits: a table of contents of 4 MiB and 10,000 members, 200 MiB of unpacked bytes counted and thrown away, and what
unpacks to more than that at over a hundred times its size is a bomb (OWASP ASVS 5.2.3). No packed byte is unpacked twice:
rows of a table that all point to one place would otherwise have it unpacked ten thousand times, and to nothing.
"""

from __future__ import annotations

import struct
import zlib

from tickets.archives.facts import COUNTED, ArchiveRefused, Contents, Source
from tickets.archives.gzips import MAGIC, peek_gzip
from tickets.archives.zips import END, LOCAL, peek_zip

__all__ = ["COUNTED", "ArchiveRefused", "Contents", "Source", "peek"]


def peek(source: Source, size: int) -> Contents | None:
    """What is in an archive of `size` bytes; None for what is none, and for a broken one. Raises ArchiveRefused."""
    source.seek(0)
    start = source.read(4)
    try:
        if start.startswith(MAGIC):
            return peek_gzip(source)
        if start in (LOCAL, END):
            return peek_zip(source, size)
    except (struct.error, zlib.error):
        return None
    return None
