"""Which kinds of secret seem to stand in what an archive holds. PURE: bytes in as they are unpacked, names of kinds out.

Nothing in an archive is masked, for that it would have to be packed anew. So at least it is said: of text, and of the first
16 MiB and the first thousand files that come out, which take about a second.
"""

from __future__ import annotations

from collections import Counter

from tickets.filetypes import HEAD_BYTES, may_hold_words
from tickets.masking import StreamMasker

SEARCHED = 16 * 1024 * 1024  # unpacked bytes
MOST_FILES = 1000


class Search:
    """One for an archive: `begin` with each of its files, then `feed` what is in it."""

    def __init__(self) -> None:
        self._left = SEARCHED
        self._files = 0
        self._found: Counter[str] = Counter()
        self._name = ""
        self._head: bytes | None = None  # of the file, while too little of it has come to tell what it is
        self._masker: StreamMasker | None = None

    @property
    def is_over(self) -> bool:
        return self._left <= 0 or self._files >= MOST_FILES

    def begin(self, name: str) -> None:
        self._end()
        self._files += 1
        self._name, self._head = name, None if self._files > MOST_FILES else b""

    def feed(self, block: bytes) -> None:
        block = block[: max(0, self._left)]
        self._left -= len(block)
        if self._head is not None:
            self._head += block
            if len(self._head) < HEAD_BYTES:
                return
            block = self._decide()
        if self._masker:
            self._masker.feed(block)

    def kinds(self) -> list[str]:
        """What was found, once all is fed: codes of `SecretKind`, in the order of their names."""
        self._end()
        return sorted(self._found)

    def _decide(self) -> bytes:
        """Whether the file is text, by its first bytes, which are given back."""
        head, self._head = self._head or b"", None
        self._masker = StreamMasker() if head and may_hold_words(head[:HEAD_BYTES], self._name) else None
        return head

    def _end(self) -> None:
        if self._head:
            head = self._decide()
            if self._masker:
                self._masker.feed(head)
        if self._masker:
            self._masker.finish()
            self._found.update(self._masker.counts)
        self._masker = self._head = None
