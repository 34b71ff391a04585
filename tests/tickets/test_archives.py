"""What is seen in an archive, and what is refused. Pure: no database."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import resource
import time
import zipfile

import pytest

from tests.tickets.archive_makers import (
    MiB,
    crowded_zip,
    gzip_of_nothing,
    gzip_of_zeros,
    lying_zip,
    overlapping_zip,
    slipping_zip,
    zip_of_zeros,
    zipped,
)
from tickets.archives import COUNTED, ArchiveRefused, Contents, peek


def seen(content: bytes) -> Contents | None:
    return peek(io.BytesIO(content), len(content))


def refused(content: bytes) -> str:
    with pytest.raises(ArchiveRefused) as refusal:
        seen(content)
    return refusal.value.code


@pytest.mark.parametrize("content", [b"", b"PK", b"2026-06-08 joined\n", b"\x89PNG\r\n\x1a\n", bytes(range(100, 200))])
def test_what_is_no_archive_has_no_contents(content: bytes) -> None:
    assert seen(content) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_tells_its_members_and_their_size(method: int) -> None:
    contents = seen(zipped({"a.log": b"x" * 1000, "folder/": b"", "folder/日志.log": b"y" * 24}, method=method))
    assert contents == Contents(kind="zip", count=2, size=1024, names=["a.log", "folder/日志.log"])


def test_of_many_members_the_first_are_named_and_all_are_counted() -> None:
    contents = seen(zipped({f"{number}.log": b"x" for number in range(100)}))
    assert contents is not None
    assert (contents.count, contents.size, len(contents.names)) == (100, 100, 30)


def test_a_name_written_on_chinese_windows_is_read() -> None:
    content = zipped({"AAAA.log": b"x"}).replace(b"AAAA", "日志".encode("gbk"))
    contents = seen(content)
    assert contents is not None
    assert contents.names == ["日志.log"]


def test_a_zip_behind_other_bytes_is_read() -> None:
    content = b"PK\x03\x04" + os.urandom(3000) + zipped({"a.log": b"x" * 5000})
    contents = seen(content)
    assert contents is not None
    assert (contents.names, contents.size) == (["a.log"], 5000)


def test_a_large_zip_is_read_by_its_wide_table() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.log", "w", force_zip64=True) as member,
    ):
        member.write(os.urandom(2 * MiB))
    contents = seen(out.getvalue())
    assert contents is not None
    assert contents.size == 2 * MiB


def test_a_locked_member_is_said() -> None:
    content = bytearray(zipped({"a.log": b"x" * 100}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    contents = seen(bytes(content))
    assert contents is not None
    assert contents.is_locked


def test_names_that_lead_elsewhere_are_only_text_and_links_are_left_out() -> None:
    contents = seen(slipping_zip())
    assert contents is not None
    assert contents.names == ["../../etc/passwd", "/etc/shadow"]


@pytest.mark.parametrize("cut", [10, 30, 60, 100])
def test_a_broken_zip_has_no_contents_and_breaks_nothing(cut: int) -> None:
    content = zipped({"a.log": os.urandom(50)})
    assert seen(content[:-cut]) is None


def test_broken_bytes_never_raise_anything_else() -> None:
    chance = random.Random(7)
    for good in (zipped({"a.log": b"x" * 500, "b.log": os.urandom(500)}), gzip.compress(b"line\n" * 500)):
        for _ in range(1500):
            content = bytearray(good)
            for _ in range(chance.randint(1, 6)):
                content[chance.randrange(4, len(content))] = chance.randrange(256)
            with contextlib.suppress(ArchiveRefused):
                seen(bytes(content))


def test_a_gzip_is_counted_over_all_its_streams() -> None:
    content = gzip.compress(b"line\n" * 1000) + gzip.compress(b"more\n" * 10)
    assert seen(content) == Contents(kind="gzip", count=1, size=5050, names=[])
    assert seen(content + bytes(512)) == Contents(kind="gzip", count=1, size=5050, names=[])


def test_a_gzip_cut_short_says_what_could_be_read() -> None:
    contents = seen(gzip.compress(os.urandom(500_000))[:-1000])
    assert contents is not None
    assert 0 < contents.size < 500_000


def test_a_log_that_packs_well_is_no_bomb() -> None:
    line = b"2026-06-08 10:00:00.123 INFO  engine joined room-7 uid 88 in 231 ms\n"
    contents = seen(gzip.compress(line * 1_500_000))  # 100 MB at a ratio of hundreds, but no more than that
    assert contents is not None
    assert contents.size == len(line) * 1_500_000


def test_what_unpacks_beyond_the_limit_at_a_common_ratio_is_kept_and_marked() -> None:
    block = os.urandom(MiB // 4) + bytes(3 * MiB // 4)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as packed:
        for _ in range(COUNTED // MiB + 2):
            packed.write(block)
    contents = seen(out.getvalue())
    assert contents is not None
    assert not contents.is_whole
    assert contents.size > COUNTED


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: zip_of_zeros(1024 * MiB), "bomb"),
        (lambda: gzip_of_zeros(1024 * MiB), "bomb"),
        (lambda: lying_zip(10, 1024 * MiB), "liar"),
        (lambda: overlapping_zip(10_000, 4 * MiB), "liar"),
        (lambda: crowded_zip(10_001), "too_many"),
        (lambda: crowded_zip(100_000), "too_many"),
    ],
    ids=["zip of zeros", "gzip of zeros", "lying zip", "one place many times", "a member too many", "a crowd"],
)
def test_a_bomb_is_refused_quickly_and_in_little_memory(make, code: str) -> None:
    content = make()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused(content) == code
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KB on Linux


def test_a_gzip_of_a_million_streams_is_counted_for_a_moment_only() -> None:
    content = gzip_of_nothing(1_000_000)
    began = time.monotonic()
    assert seen(content) == Contents(kind="gzip", count=1, size=0, names=[], is_whole=False)
    assert time.monotonic() - began < 2
