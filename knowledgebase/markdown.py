"""How written text becomes safe HTML. Pure: Markdown in, sanitised HTML out.

CommonMark with tables and strikethrough, no raw HTML and no automatic links. Three things are added: emphasis next to
Chinese, Japanese and Korean text, the names of code's languages, and tables that scroll by themselves.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MAX_BYTES = 100_000
_TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol",
    "li", "a", "table", "thead", "tbody", "tr", "th", "td", "div", "figure", "figcaption",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"}, "ol": {"start"}, "code": {"class"}, "th": {"align", "scope"}, "td": {"align"},
    "h2": {"id"}, "h3": {"id"}, "div": {"class", "tabindex"}, "figure": {"class"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_CODE_NAMES = {
    "bash": "Shell", "sh": "Shell", "console": "Shell", "c": "C", "cpp": "C++", "csharp": "C#", "css": "CSS",
    "dart": "Dart", "go": "Go", "html": "HTML", "http": "HTTP", "java": "Java", "js": "JavaScript",
    "javascript": "JavaScript", "json": "JSON", "kotlin": "Kotlin", "log": "Log", "objc": "Objective-C",
    "powershell": "PowerShell", "python": "Python", "swift": "Swift", "ts": "TypeScript", "typescript": "TypeScript",
    "xml": "XML", "yaml": "YAML",
}  # fmt: skip
_HEADING = re.compile(r'<h2 id="([a-z0-9-]+)">(.*?)</h2>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Heading:
    """A second-level heading of a rendered text: where it is, and its words as plain text."""

    anchor: str
    text: str


def render(text: str, *, anchors: bool = False) -> str:
    """Sanitised HTML of at most 100 kB of Markdown; longer text is shown as it was typed, unformatted.

    Raw HTML in the text is shown, not interpreted. Links carry rel="nofollow noopener noreferrer". With `anchors` the
    second and third level headings have ids; only for a text that stands alone on its page, as they count from one.
    """
    text = text.encode(errors="replace").decode()  # half a surrogate pair is no character
    if len(text.encode()) > MAX_BYTES:
        return f"<pre>{nh3.clean_text(text)}</pre>"
    return nh3.clean(
        _parser().render(text, {"anchors": anchors}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def contents(rendered: str) -> list[Heading]:
    """The second-level headings of what `render(..., anchors=True)` returned, in order."""
    found = ((anchor, html.unescape(_TAG.sub("", inner)).strip()) for anchor, inner in _HEADING.findall(rendered))
    return [Heading(anchor, words) for anchor, words in found if words]


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.push("dress", _dress)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("fence", _fence)
    return parser


def _emphasis(state: StateInline, silent: bool) -> bool:
    """CommonMark's rule, with the mend that it needs where words are not divided by spaces.

    There a run of asterisks between punctuation and a letter neither opens nor closes (`**注意：**请`), as if the letter
    belonged to a Latin word. Beside a wide character only white space decides. Underscores keep the standard's rule.
    """
    start = state.pos
    if not emphasis.tokenize(state, silent):
        return False
    length = state.pos - start
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < state.posMax else " "
    if state.src[start] == "*" and (_is_wide(before) or _is_wide(after)):
        for delimiter in state.delimiters[-length:]:
            delimiter.open, delimiter.close = not after.isspace(), not before.isspace()
    return True


def _is_wide(character: str) -> bool:
    """Whether it stands on a full cell in East Asian type (UAX #11: W and F); ideographic space is no letter."""
    return unicodedata.east_asian_width(character) in "WF" and not character.isspace()


def _dress(state: StateCore) -> None:
    """Ids for headings (by position, so that both translations of a text share them), attributes for table cells."""
    second = third = 0
    for token, inner, close in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if token.type == "heading_open" and state.env.get("anchors") and token.level == 0:
            if token.tag == "h2":
                second, third = second + 1, 0
                token.attrSet("id", f"part-{second}")
            elif token.tag == "h3":
                third += 1
                token.attrSet("id", f"part-{second}-{third}")
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrSet("align", style.removeprefix("text-align:"))
            if token.type == "th_open" and inner.content:
                token.attrSet("scope", "col")
            elif token.type == "th_open":  # a header without words heads nothing
                token.tag = close.tag = "td"


def _open_table(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A wide table scrolls inside its box; the keyboard can reach the box."""
    return '<div class="table-scroll" tabindex="0">' + renderer.renderToken(tokens, index, options, env)


def _close_table(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return renderer.renderToken(tokens, index, options, env) + "</div>\n"


def _fence(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A block of code, under the name of its language where we know it."""
    info = tokens[index].info.split()
    block = renderer.fence(tokens, index, options, env)
    name = _CODE_NAMES.get(info[0].lower()) if info else None
    return f'<figure class="code"><figcaption>{name}</figcaption>{block}</figure>\n' if name else block
