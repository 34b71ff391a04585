"""Finding secrets in text and putting `{masked}` in their place. PURE: text or bytes in, the same without secrets out.

Which words and forms count as a secret stands in `masking_rules`. The result is never longer than what came in, so a text
that fitted its field still does, and masking it again changes nothing.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tickets.masking_rules import REACH, RULES, TAIL_REACH

MASK = "{masked}"
BLOCK_BYTES = 64 * 1024
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NOTHING = re.compile(rb"(?!)")


class Span(NamedTuple):
    """A secret: from `start` up to before `end`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Masked:
    """The text without its secrets, and how many there were of each kind."""

    text: str
    counts: Counter[str] = field(default_factory=Counter)


class _Compiled(NamedTuple):
    kind: str
    anchors: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    tail: re.Pattern[bytes]
    is_exact: bool


_COMPILED = tuple(
    _Compiled(
        rule.kind.value,
        tuple(anchor.encode() for anchor in rule.anchors),
        re.compile(rule.pattern.encode(), 0 if rule.is_exact else re.IGNORECASE),
        re.compile(rule.tail.encode()) if rule.tail else _NOTHING,
        rule.is_exact,
    )
    for rule in RULES
)


def find(text: str) -> list[Span]:
    """The secrets of a text in order, in characters; none overlaps another."""
    raw = text.encode("utf-8", "surrogatepass")
    spans, at, chars = [], 0, 0
    for start, end, kind in _found(raw):
        chars += _length(raw[at:start])
        length = _length(raw[start:end])
        spans.append(Span(chars, chars + length, kind))
        chars, at = chars + length, end
    return spans


def mask(text: str) -> Masked:
    """The text with `{masked}` for each of its secrets."""
    parts, counts, at = [], Counter[str](), 0
    for start, end, kind in find(text):
        parts += [text[at:start], MASK]
        counts[kind] += 1
        at = end
    return Masked("".join([*parts, text[at:]]), counts)


class StreamMasker:
    """Masks a file block by block: what `feed` and `finish` give, joined, is the file without its secrets.

    A secret across the border of two blocks is found, however long it is. Holds `BLOCK_BYTES` and the last block in memory
    at most. UTF-8 and whatever else has ASCII in it goes through as bytes; UTF-16 is known by its byte order mark.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._inner: _Bytes | _Utf16 | None = None
        self._head = b""

    def feed(self, block: bytes) -> bytes:
        """What is certain by now; the rest comes later."""
        if self._inner is None:
            self._head += block
            if len(self._head) < 2:
                return b""
            block, self._head = self._head, b""
            self._inner = self._for(block)
        return self._inner.feed(block)

    def finish(self) -> bytes:
        """What was still held back. Nothing may be fed after it."""
        inner = self._inner or self._for(self._head)
        return (inner.feed(self._head) if self._head else b"") + inner.finish()

    def _for(self, head: bytes) -> _Bytes | _Utf16:
        encoding = _UTF16.get(head[:2])
        return _Utf16(encoding, self.counts) if encoding else _Bytes(self.counts)


def masked_blocks(blocks: Iterable[bytes], masker: StreamMasker) -> Iterator[bytes]:
    """The blocks of a file without its secrets, for whoever reads it once; `masker.counts` is complete at the end."""
    for block in blocks:
        yield masker.feed(block)
    yield masker.finish()


class _Bytes:
    """`_raw` is what is held; of it the first `_done` bytes are decided and kept only to be looked back at."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._raw = b""
        self._done = 0
        self._tail: re.Pattern[bytes] | None = None  # set while a secret goes on at the end of what is held

    def feed(self, block: bytes) -> bytes:
        self._raw += block
        if len(self._raw) - self._done < BLOCK_BYTES:
            return b""
        return self._take(len(self._raw) - REACH)

    def finish(self) -> bytes:
        return self._take(len(self._raw), is_end=True)

    def _take(self, limit: int, *, is_end: bool = False) -> bytes:
        """Decide all that starts before `limit`: whatever it may match lies in what is held."""
        out: list[bytes] = []
        if self._tail:
            self._swallow(self._tail, is_end=is_end)
        if self._tail is None:
            for start, end, rule in _candidates(self._raw):
                if start >= limit:
                    break
                if start < self._done:
                    continue
                out += [self._raw[self._done : start], MASK.encode()]
                self._counts[rule.kind] += 1
                self._done = end
                self._swallow(rule.tail, is_end=is_end)
                if self._tail:
                    break
        if self._tail is None and limit > self._done:
            out.append(self._raw[self._done : limit])
            self._done = limit
        cut = max(0, self._done - REACH)
        self._raw, self._done = self._raw[cut:], self._done - cut
        return b"".join(out)

    def _swallow(self, tail: re.Pattern[bytes], *, is_end: bool) -> None:
        self._done = _tail_end(self._raw, self._done, tail)
        goes_on = tail is not _NOTHING and not is_end and len(self._raw) - self._done < TAIL_REACH
        self._tail = tail if goes_on else None


class _Utf16:
    """Goes through UTF-8 and back; a lone half of a character and an odd last byte come out as they went in."""

    def __init__(self, encoding: str, counts: Counter[str]) -> None:
        self._encoding = encoding
        self._inner = _Bytes(counts)
        self._read = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._write = codecs.getincrementaldecoder("utf-8")("surrogatepass")

    def feed(self, block: bytes) -> bytes:
        return self._back(self._inner.feed(self._read.decode(block).encode("utf-8", "surrogatepass")))

    def finish(self) -> bytes:
        left, _flag = self._read.getstate()
        return self._back(self._inner.finish()) + left

    def _back(self, masked: bytes) -> bytes:
        return self._write.decode(masked).encode(self._encoding, "surrogatepass")


def _found(raw: bytes) -> Iterator[Span]:
    at = 0
    for start, end, rule in _candidates(raw):
        if start >= at:
            at = _tail_end(raw, end, rule.tail)
            yield Span(start, at, rule.kind)


def _candidates(raw: bytes) -> list[tuple[int, int, _Compiled]]:
    """Every match, by where its secret starts; of those that start together, the table's first."""
    lower = raw.lower()  # ASCII only, so places stay the same
    found: list[tuple[int, int, _Compiled]] = []
    for rule in _COMPILED:
        text = raw if rule.is_exact else lower
        for anchor in rule.anchors:
            at = text.find(anchor)
            while at >= 0:
                match = rule.pattern.match(raw, at)
                if match:
                    found.append((match.start(2), match.end(2), rule))
                at = text.find(anchor, at + 1)
    return sorted(found, key=lambda each: each[0])


def _tail_end(raw: bytes, at: int, tail: re.Pattern[bytes]) -> int:
    while (match := tail.match(raw, at)) and match.end() > at:
        at = match.end()
    return at


def _length(utf8: bytes) -> int:
    return len(utf8.decode("utf-8", "surrogatepass"))
