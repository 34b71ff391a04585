"""What is seen in a .tar.gz, under the limits of a .zip; and which secrets are said to stand in archives. Pure: no database."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import tarfile
import zipfile

import pytest
from django.utils import translation

from tests.tickets.archive_makers import MiB, zipped
from tickets.archives import COUNTED, ArchiveRefused, Contents, peek
from tickets.wording import contents_line

TOKEN = b"token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
LINE = b"2026-06-08 10:00:00.123 INFO joined room-7\n"


def tarred(files: dict[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def seen(content: bytes) -> Contents | None:
    return peek(io.BytesIO(content), len(content))


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_gz_tells_its_members_and_their_size(form: int) -> None:
    contents = seen(gzip.compress(tarred({"a.log": b"x" * 1000, "logs/b.log": b"y" * 512, "empty": b""}, form=form)))
    assert contents == Contents(kind="tar.gz", count=3, size=1512, names=["a.log", "logs/b.log", "empty"])


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_chinese_names_are_read(form: int) -> None:
    long = "/".join(["folder"] * 20) + "/a.log"
    contents = seen(gzip.compress(tarred({long: b"x", "日志.log": b"y", "c.log": b"z"}, form=form)))
    assert contents is not None
    assert contents.names == [long, "日志.log", "c.log"]


def test_what_is_no_file_is_left_out_and_names_that_lead_elsewhere_are_only_text() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/hosts"
            archive.addfile(member)
        archive.addfile(tarfile.TarInfo("../../etc/passwd"))
        archive.addfile(tarfile.TarInfo("a\nb\u202e.log"))
    contents = seen(gzip.compress(out.getvalue()))
    assert contents is not None
    assert contents.names == ["../../etc/passwd", "ab.log"]


def test_of_many_members_the_first_are_named_and_too_many_are_refused() -> None:
    contents = seen(gzip.compress(tarred({f"{number}.log": b"x" for number in range(100)})))
    assert contents is not None
    assert (contents.count, contents.size, len(contents.names)) == (100, 100, 30)
    crowd = tarred({"a": b""}, form=tarfile.USTAR_FORMAT)[:512] * 10_001
    with pytest.raises(ArchiveRefused) as refusal:
        seen(gzip.compress(crowd))
    assert refusal.value.code == "too_many"


def test_a_bomb_in_a_tar_is_refused_and_one_beyond_the_limit_is_marked() -> None:
    header = tarfile.TarInfo("zeros.log")
    header.size = 1024 * MiB
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        packed.write(header.tobuf())
        for _ in range(COUNTED // MiB + 2):
            packed.write(bytes(MiB))
    with pytest.raises(ArchiveRefused) as refusal:
        seen(out.getvalue())
    assert refusal.value.code == "bomb"
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as packed:
        packed.write(header.tobuf())
        for _ in range(COUNTED // MiB + 2):
            packed.write(os.urandom(MiB // 4) + bytes(3 * MiB // 4))
    contents = seen(out.getvalue())
    assert contents is not None
    assert (contents.names, contents.count, contents.is_whole) == (["zeros.log"], 1, False)


def test_a_large_size_in_base_256_is_read() -> None:
    header = tarfile.TarInfo("a.log")
    header.size = 9 * 1024**3
    contents = seen(gzip.compress(header.tobuf(tarfile.GNU_FORMAT)))
    assert contents is not None
    assert contents.size == 9 * 1024**3


def test_broken_tars_never_raise_anything_else() -> None:
    chance = random.Random(7)
    good = tarred({"a" * 150: b"x" * 500, "b.log": os.urandom(700)})
    for _ in range(600):
        content = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with contextlib.suppress(ArchiveRefused):
            seen(gzip.compress(bytes(content), 1))
        seen(gzip.compress(good[: chance.randrange(len(good))], 1))


class TestSecrets:
    @pytest.mark.parametrize(
        "content",
        [
            zipped({"a.log": LINE * 50 + TOKEN}),
            zipped({"a.log": LINE, "b.log": TOKEN}, method=zipfile.ZIP_STORED),
            gzip.compress(LINE * 5000 + TOKEN),
            gzip.compress(TOKEN),
            gzip.compress(tarred({"a.log": LINE * 300, "b/c.log": TOKEN + b"\n" + TOKEN})),
        ],
        ids=["zip", "stored zip", "gzip", "short gzip", "tar.gz"],
    )
    def test_the_kind_is_said_and_nothing_else(self, content: bytes) -> None:
        contents = seen(content)
        assert contents is not None
        assert contents.secrets == ["jwt"]
        assert "eyJ" not in str(contents.to_json())

    @pytest.mark.parametrize(
        "content",
        [
            zipped({"a.log": LINE * 50, "a.bin": b"\0\1\2" * 2000 + TOKEN}),
            gzip.compress(LINE * 500),
            gzip.compress(tarred({"a.log": LINE, "a.bin": b"\0\1\2" * 2000 + TOKEN})),
        ],
        ids=["no text", "no secret", "no text in a tar"],
    )
    def test_where_none_is_none_is_said(self, content: bytes) -> None:
        contents = seen(content)
        assert contents is not None
        assert contents.secrets == []

    def test_the_page_says_so_by_kind(self) -> None:
        contents = seen(gzip.compress(tarred({"a.log": TOKEN})))
        assert contents is not None
        line = contents_line(contents.to_json())
        assert line.endswith("a.log. It seems to contain: JWT. What is inside an archive is not masked.")
        with translation.override("zh-hans"):
            assert "JWT。" in contents_line(contents.to_json())

    def test_it_is_looked_for_within_a_limit(self) -> None:
        filler = LINE * (17 * MiB // len(LINE))
        contents = seen(gzip.compress(filler + TOKEN, 1))
        assert contents is not None
        assert contents.secrets == []
