"""A page of the bundle as PDF: the same words in the same order, from the page itself.

Latin is set in Helvetica, Chinese and kana in STSong-Light, Korean in a font of its own: readers of PDF have them at hand.
What none of them holds is set as □: the page beside it has the character.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer

CHINESE, KOREAN, MONO, MISSING = "STSong-Light", "HYSMyeongJo-Medium", "Courier", "□"
_GREY = HexColor("#475662")
_BASE = ParagraphStyle("base", fontName="Helvetica", fontSize=10, leading=15, spaceAfter=3, splitLongWords=1)
_STYLES = {
    "h1": ParagraphStyle("h1", parent=_BASE, fontName="Helvetica-Bold", fontSize=16, leading=22, spaceAfter=6),
    "h2": ParagraphStyle("h2", parent=_BASE, fontName="Helvetica-Bold", fontSize=13, leading=18, spaceBefore=12),
    "h3": ParagraphStyle("h3", parent=_BASE, fontName="Helvetica-Bold", fontSize=11, leading=16, spaceBefore=8),
    "pre": ParagraphStyle("pre", parent=_BASE, fontName=MONO, fontSize=8, leading=11, leftIndent=8, spaceAfter=5),
    "quote": ParagraphStyle("quote", parent=_BASE, leftIndent=14, textColor=_GREY),
    "event": ParagraphStyle("event", parent=_BASE, fontSize=8.5, leading=13, textColor=_GREY),
    "item": ParagraphStyle("item", parent=_BASE, leftIndent=14, bulletIndent=4),
    "dt": ParagraphStyle("dt", parent=_BASE),
}
_ENDS_BLOCK = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article", "header", "blockquote", "pre", "hr"}
    | {"ul", "ol", "li", "dl", "dt", "dd", "table", "tr"}
)
_MARKS = {"strong": "b", "b": "b", "th": "b", "em": "i", "i": "i", "del": "strike", "s": "strike"}
_OPENING = frozenset(f"<{each}>" for each in _MARKS.values())
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ufaff\ufe30-\uffef]")
_LONGEST = (
    6000  # characters of one paragraph: a longer one is set in pieces, as setting it takes the square of its length
)
_PART = re.compile(
    r"(?s:.{1,1500}(?:\n|\Z)|.{1,1500}\s|.{1,1500})"
)  # where a piece may end: at a line's end, or at a blank


def pdf_of(page: str, *, title: str, beat: Callable[[], None] = lambda: None) -> bytes:
    """The PDF of an HTML page. Unknown tags are read through, their text stays. `beat` is called with each page of paper:
    a thousand letters take the better part of a minute."""
    for name in (CHINESE, KOREAN):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))
            pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    target = io.BytesIO()
    margin = 18 * mm
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin, title=title
    )
    document.setProgressCallBack(lambda kind, _number: beat() if kind == "PAGE" else None)
    document.build(reader.story or [Spacer(1, 1)], onFirstPage=_foot, onLaterPages=_foot)
    return target.getvalue()


def _foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(_GREY)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(document.page))


class _Reader(HTMLParser):
    """Turns a page into paragraphs, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.story: list[Flowable] = []
        self._inline: list[str] = []
        self._plain: list[str] = []
        self._open: list[str] = []
        self._blocks: list[str] = []
        self._numbers: list[int] = []
        self._bullet = ""
        self._term = ""
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("head", "style", "script"):
            self._skipped += 1
        elif tag == "br":
            self._add("\n" if self._is_in("pre") else "<br/>", plain="\n")
        elif tag in _ENDS_BLOCK:
            self._flush()
            self._begin(tag, dict(attrs))
        else:
            if tag in ("td", "th") and self._inline:
                self._add(" &nbsp; ", plain="   ")
            if tag in _MARKS:
                self._add(f"<{_MARKS[tag]}>")
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("head", "style", "script"):
            self._skipped -= 1
        elif tag in _ENDS_BLOCK:
            self._flush()
            self._end(tag)
        elif tag in _MARKS and tag in self._open:
            while (last := self._open.pop()) != tag:
                self._add(f"</{_MARKS[last]}>")
            self._add(f"</{_MARKS[tag]}>")

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if not self._is_in("pre"):
            data = re.sub(r"[ \t\r\n]+", " ", data)
        is_code = self._is_in("pre")
        for part in _parts(data):
            self._add("".join(_set(part, is_code=is_code)), plain=part)

    def close(self) -> None:
        super().close()
        self._flush()

    def _begin(self, tag: str, attributes: dict[str, str | None]) -> None:
        self._blocks.append("event" if "event" in (attributes.get("class") or "").split() else tag)
        if tag == "article":
            self.story += [Spacer(1, 6), HRFlowable(width="100%", thickness=0.5, color=HexColor("#d8dfe4"))]
        elif tag in ("ol", "ul"):
            self._numbers.append(0)
        elif tag == "li":
            if self._numbers:
                self._numbers[-1] += 1
            self._bullet = f"{self._numbers[-1]}." if "ol" in self._blocks[-2:] else "•"
        elif tag == "hr":
            self.story.append(HRFlowable(width="100%", thickness=0.5, color=_GREY))
            self._blocks.pop()

    def _end(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._numbers:
            self._numbers.pop()
        if self._blocks:
            self._blocks.pop()

    def _is_in(self, tag: str) -> bool:
        return tag in self._blocks

    def _add(self, markup: str, plain: str = "") -> None:
        if not self._skipped:
            self._inline.append(markup)
            self._plain.append(plain)

    def _flush(self) -> None:
        plain, inline = "".join(self._plain), self._inline
        closing = "".join(f"</{_MARKS[tag]}>" for tag in reversed(self._open))
        self._inline, self._plain, self._open = [], [], []
        if not plain.strip():
            return
        style, bullet = self._style(), self._bullet
        if style is _STYLES["dt"]:  # it stands before what it names, on the same line
            self._term = f'<font color="#475662">{"".join(inline)}</font> &nbsp; '
            return
        inline, self._term = [self._term, *inline], ""
        wrapped = ParagraphStyle("wide", parent=style, wordWrap="CJK") if _WIDE.search(plain) else style
        for piece in _pieces(inline, closing):
            self.story.append(Paragraph(piece, wrapped, bulletText=bullet or None))
            bullet = ""
        self._bullet = ""

    def _style(self) -> ParagraphStyle:
        for block in reversed(self._blocks):
            if block in ("h4", "h5", "h6"):
                return _STYLES["h3"]
            if block in ("h1", "h2", "h3", "pre", "event", "dt"):
                return _STYLES[block]
            if block in ("blockquote", "li"):
                return _STYLES["quote" if block == "blockquote" else "item"]
        return _BASE


def _parts(text: str) -> Iterator[str]:
    return (found[0] for found in _PART.finditer(text))


def _pieces(inline: list[str], closing: str) -> Iterator[str]:
    """The paragraph, or several where it is long; marks that are open where it is parted go on in the next."""
    piece: list[str] = []
    marks: list[str] = []
    length = 0
    for part in inline:
        piece.append(part)
        length += len(part)
        if part.startswith("</"):
            marks.pop()
        elif part in _OPENING:
            marks.append(part)
        if length > _LONGEST:
            yield "".join(piece).removesuffix("<br/>") + "".join(f"</{each[1:]}" for each in reversed(marks))
            piece, length = list(marks), 0
    if len(piece) > len(marks):
        yield "".join(piece) + closing


def _set(text: str, *, is_code: bool) -> Iterator[str]:
    """The text as markup, each run in a font that has it."""
    run: list[str] = []
    font = ""
    for char in text:
        wanted = _font_of(char)
        if run and wanted != font:
            yield _run(run, font, is_code)
            run = []
        font = wanted
        run.append(char if font else MISSING)
    if run:
        yield _run(run, font, is_code)


def _run(chars: list[str], font: str, is_code: bool) -> str:
    markup = escape("".join(chars), quote=False)
    if is_code:
        markup = markup.replace("\n", "<br/>").replace("  ", " &nbsp;").replace("\t", " &nbsp; &nbsp;")
    if font == "latin":
        return markup
    return f'<font name="{font or CHINESE}">{markup}</font>'


@lru_cache(maxsize=8192)
def _font_of(char: str) -> str:
    if char.isspace() or _encodes(char, "cp1252"):
        return "latin"
    if "\uac00" <= char <= "\ud7a3":
        return KOREAN
    return CHINESE if _encodes(char, "gbk") else ""


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
