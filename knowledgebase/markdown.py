"""How written text becomes safe HTML. Pure: Markdown in, sanitised HTML out."""

import functools

import nh3
from markdown_it import MarkdownIt

MAX_BYTES = 100_000
_TAGS = {
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "em",
    "strong",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}, "th": {"align"}, "td": {"align"}}
_SCHEMES = {"http", "https", "mailto"}


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
        ["table", "strikethrough"]
    )


def render(text: str) -> str:
    """Sanitised HTML of at most 100 kB of Markdown; longer text is shown as it was typed, unformatted.

    Raw HTML in the text is shown, not interpreted. Links carry rel="nofollow noopener noreferrer".
    """
    if len(text.encode()) > MAX_BYTES:
        return f"<pre>{nh3.clean_text(text)}</pre>"
    return nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
