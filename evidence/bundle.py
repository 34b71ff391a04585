"""The bundle as a ZIP: transcript, receipt, record, events, files, manifest, and the script that checks them.

Memory stays small whatever the files weigh: they go through in blocks. `tell` hears how many bytes of them are done.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts.models import User
from evidence.chain import linked
from evidence.models import Export
from evidence.pdf import pdf_of
from evidence.record import FORMAT, events_of, files_of, instant, record_of
from evidence.transcript import receipt_page, transcript_page
from evidence.verify_evidence import BEGINNING
from tickets.models import Attachment, Ticket

BLOCK = 1024 * 1024
_TOLD_EVERY = 16  # blocks
CHECKER = Path(__file__).with_name("verify_evidence.py")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 200  # bytes as UTF-8; with its number it stays below the 255 of the file systems
_LONGEST_ENDING = 12  # characters
_PACKED = frozenset({"zip", "gz", "tgz", "7z", "png", "jpg", "jpeg", "gif", "webp", "mp4", "webm"})
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What a bundle came to."""

    digest: str
    head: str
    events: int


@dataclass(slots=True)
class Bundle:
    """A ZIP that is being written; everything lies in one folder, and is listed as it goes in."""

    archive: zipfile.ZipFile
    folder: str
    at: datetime
    listed: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: str, content: bytes, *, is_listed: bool = True) -> None:
        self.archive.writestr(self._entry(path, zipfile.ZIP_DEFLATED), content)
        if is_listed:
            self._list(path, len(content), hashlib.sha256(content).hexdigest())

    def add_json(self, path: str, value: Any, *, is_listed: bool = True) -> bytes:
        content = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
        self.add(path, content, is_listed=is_listed)
        return content

    def add_file(self, path: str, source: Iterator[bytes]) -> None:
        packing = zipfile.ZIP_STORED if path.rpartition(".")[2].lower() in _PACKED else zipfile.ZIP_DEFLATED
        found, size = hashlib.sha256(), 0
        with self.archive.open(self._entry(path, packing), "w", force_zip64=True) as target:
            for block in source:
                target.write(block)
                found.update(block)
                size += len(block)
        self._list(path, size, found.hexdigest())

    def _entry(self, path: str, packing: int) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(f"{self.folder}/{path}", date_time=self.at.timetuple()[:6])
        entry.compress_type = packing
        entry.external_attr = 0o644 << 16
        return entry

    def _list(self, path: str, size: int, sha256: str) -> None:
        self.listed.append({"path": path, "size": size, "sha256": sha256})


def write_bundle(
    target: IO[bytes], export: Export, *, earlier: Sequence[Export], now: datetime, tell: Callable[[int], None]
) -> Written:
    """Write the bundle of an export into a seekable binary file. `earlier` are ready bundles of the same ticket.

    Speaks the language and the zone that are active. Raises OSError where the disk or the storage fails.
    """
    ticket = export.ticket
    events = list(linked(events_of(ticket)))
    head = events[-1]["link"] if events else BEGINNING
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        bundle = Bundle(archive, f"ticket-{ticket.pk}-evidence", now)
        paths = _add_files(bundle, files_of(ticket), tell)
        bundle.add_json("ticket.json", record_of(ticket, paths))
        bundle.add_json("events.json", events)
        _add_pages(bundle, ticket, paths, now=now, reader=export.by, beat=lambda: tell(export.total))
        bundle.add("verify_evidence.py", CHECKER.read_bytes())
        manifest = {
            "format": FORMAT,
            "ticket": ticket.pk,
            "exported_at": instant(now),
            "exported_by": export.by.name,
            "chain": {"events": len(events), "head": head},
            "earlier": [
                {"exported_at": instant(each.ready_at), "events": each.events, "head": each.head} for each in earlier
            ],
            "files": bundle.listed,
            "missing": bundle.missing,
        }
        digest = hashlib.sha256(bundle.add_json("manifest.json", manifest, is_listed=False)).hexdigest()
        bundle.add("manifest.sha256", f"{digest}  manifest.json\n".encode("ascii"), is_listed=False)
    return Written(digest, head, len(events))


def safe_name(number: int, name: str) -> str:
    """A name that every file system takes: numbered, short, without signs that lead elsewhere, read backwards or are dropped."""
    plain = _UNSAFE.sub("_", name).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = plain, "", ""
    longest = _LONGEST_NAME - len((dot + ending).encode())
    stem = stem.encode()[:longest].decode(errors="ignore")
    return f"files/{number:04d}-{(stem + dot + ending).rstrip(' .')}"


def _add_files(bundle: Bundle, files: Iterable[Attachment], tell: Callable[[int], None]) -> dict[int, str]:
    """Where each file went. One that the storage has lost is told of instead."""
    paths, done = {}, 0
    for number, each in enumerate(files, 1):
        path = safe_name(number, each.name)
        try:
            stored = each.file.storage.open(str(each.file.name), "rb")
        except OSError as error:
            logger.error("the storage has no file for attachment %s: %s", each.pk, type(error).__name__)
            bundle.missing.append({"name": each.name, "size": each.size, "sha256": each.sha256})
            continue
        with stored:
            bundle.add_file(path, _telling(stored.chunks(BLOCK), done, tell))
        paths[each.pk] = path
        done += each.size
    return paths


def _telling(blocks: Iterable[bytes], done: int, tell: Callable[[int], None]) -> Iterator[bytes]:
    """The blocks of a file after `done` bytes of others; now and then it is told how far they are."""
    for number, block in enumerate(blocks):
        if number % _TOLD_EVERY == 0:
            tell(done)
        done += len(block)
        yield block


def _add_pages(
    bundle: Bundle, ticket: Ticket, paths: dict[int, str], *, now: datetime, reader: User, beat: Callable[[], None]
) -> None:
    transcript = transcript_page(ticket, paths, now=now, reader=reader)
    receipt = receipt_page(ticket, now=now)
    bundle.add("transcript.html", transcript.encode())
    bundle.add("receipt.html", receipt.encode())
    bundle.add("transcript.pdf", pdf_of(transcript, title=f"{ticket.number} {ticket.subject}", beat=beat))
    bundle.add("receipt.pdf", pdf_of(receipt, title=_("SLA receipt of %(number)s") % {"number": ticket.number}))
    bundle.add("README.txt", _readme(ticket).encode())


def _readme(ticket: Ticket) -> str:
    return _(
        "The whole of ticket %(number)s as its customer may read it.\n\n"
        "transcript.html, transcript.pdf   the conversation, what changed when, and the files\n"
        "receipt.html, receipt.pdf         what each clock counted and when it stood still\n"
        "ticket.json, events.json          the same for programs; events.json is a chain of hashes\n"
        "files/                            every file that was sent\n"
        "manifest.json                     the SHA-256 of each of these\n\n"
        "To prove that nothing was altered, with Python 3.8 or later:\n\n"
        "    python3 verify_evidence.py\n\n"
        "The page from which this was downloaded shows the digest of its manifest; to compare it, add --digest and the digest.\n"
    ) % {"number": ticket.number}
