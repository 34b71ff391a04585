"""Cells of a CSV file that spreadsheets show and never execute. PURE.

A spreadsheet takes a cell for a formula by how it begins, quoted or not. A leading apostrophe says that what follows is text;
it is put before every cell that could be taken for a formula, and before one that begins with an apostrophe itself, so that
taking one leading apostrophe away gives back every text as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

BOM = "\ufeff"  # without it Excel reads UTF-8 as the local code page
_STARTERS = "=+-@|%\t\r\n"
_WIDE = "\uff1d\uff0b\uff0d\uff20\uff5c\uff05"  # full-width twins, which some locales' spreadsheets fold
_MARK = "'"


def cell(text: str) -> str:
    """The text as a cell that is text. What stands before the first visible character does not count."""
    begins = text.lstrip(" \u00a0\u3000\ufeff\u200b\x00")[:1]
    needs_mark = text[:1] == _MARK or (begins and begins in _STARTERS + _WIDE)
    return _MARK + text if needs_mark else text


def text_of(cell: str) -> str:
    """What `cell` was made from."""
    return cell.removeprefix(_MARK)


def lines(rows: Iterable[Iterable[str]]) -> str:
    """Rows as lines of CSV after RFC 4180, every cell quoted."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([cell(text) for text in row] for row in rows)
    return written.getvalue()
