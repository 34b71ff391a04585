"""Bytes on their way into the storage: in blocks, hashed and counted as they are stored, never a whole file in memory."""

from __future__ import annotations

import hashlib
import itertools
import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage

from accounts.models import Organisation, User
from tickets.filetypes import HEAD_BYTES, may_hold_words, safe_name, sniff
from tickets.masking import StreamMasker, masked_blocks
from tickets.models import Attachment

logger = logging.getLogger(__name__)


class Blocks(File):
    """Blocks as a file that a storage can save, read once from front to back."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        super().__init__(None)
        self._blocks = filter(None, blocks)  # an empty one would read as the end
        self._rest = b""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self._blocks

    def read(self, size: int = -1) -> bytes:  # stores that send it on ask in their own sizes
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, b"")
            if not block:
                break
            self._rest += block
        end = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:end], self._rest[end:]
        return taken

    def seekable(self) -> bool:
        return False

    def __bool__(self) -> bool:
        return True


@dataclass(slots=True)
class Measured:
    """Blocks that pass, counted and hashed."""

    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def through(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.size += len(block)
            self.digest.update(block)
            yield block


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment whose bytes are stored and whose row is not written, and how many secrets of each kind were masked."""

    attachment: Attachment
    masked: Counter[str]


def with_head(blocks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first 4 KB, and all blocks."""
    source = iter(blocks)
    taken: list[bytes] = []
    while sum(map(len, taken)) < HEAD_BYTES and (block := next(source, b"")):
        taken.append(block)
    return b"".join(taken)[:HEAD_BYTES], itertools.chain(taken, source)


def put_away(
    blocks: Iterable[bytes],
    *,
    key: uuid.UUID,
    name: str,
    by: User,
    draft_key: uuid.UUID,
    organisation: Organisation | None,
    now: datetime,
) -> Stored:
    """Store the blocks under a random name; the caller writes the row of it or else calls `forget_stored`.

    What is stored, measured and digested of text is the text without its secrets. Nothing half is left where the storage
    raises OSError.
    """
    head, blocks = with_head(blocks)
    name = safe_name(name)
    masker = StreamMasker() if may_hold_words(head, name) else None
    attachment = Attachment(
        key=key, draft_key=draft_key, uploaded_by=by, organisation=organisation, name=name, created_at=now
    )
    measured = Measured()
    try:
        kept = masked_blocks(blocks, masker) if masker else blocks
        attachment.file.save(name, Blocks(measured.through(kept)), save=False)
    except BaseException:
        forget_stored(attachment)  # no half file of a disk that filled up meanwhile
        raise
    attachment.content_type = sniff(head, name)
    attachment.size, attachment.sha256 = measured.size, measured.digest.hexdigest()
    return Stored(attachment, masker.counts if masker else Counter())


def forget_stored(attachment: Attachment) -> None:
    """Delete the bytes of an attachment that gets no row."""
    stored = attachment._meta.get_field("file")
    name = attachment.file.name or stored.generate_filename(attachment, attachment.name)
    delete_quietly(stored.storage, [name])


def delete_quietly(storage: Storage, names: Iterable[str]) -> None:
    """Delete what is there of these. What the storage does not give up now is left, and said in the log."""
    for name in names:
        try:
            storage.delete(name)
        except OSError:
            logger.warning("the storage kept %s, which nobody needs any more", name)
