"""What somebody wrote themselves: without the form's own words, placeholders and examples. PURE, bounded, linear."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 10_000  # a report is judged by its beginning; a log that was pasted below says nothing new

_EXAMPLE = re.compile(
    r"\((?:e\.?g\.?|for example|for instance|such as|like|optional|例如|比如|如|例|示例|选填|可选)[^()\n]{0,120}\)"
    r"|(?:^|(?<=[\s:]))(?:e\.g\.|for example:|例如:|示例:|例:)[^\n]{0,120}",
    re.I,
)
_EMPTY_FIELD = re.compile(r"^[ \t>*#\-\d.)\[\]]{0,12}[^:\n]{1,40}:[ \t*_]{0,8}$", re.M)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t][^\n]{0,120}$", re.M)
_CHOICE_OPEN = re.compile(r"^[ \t]{0,4}[-*] \[ \][^\n]{0,200}$", re.M)  # a box that nobody ticked
_PLACEHOLDER = re.compile(
    r"\b1400x{2,12}\b|\b0?12345(?:6(?:7(?:89?0?)?)?)?\b|\bx{3,20}\b|x\.x(?:\.x)?|\b1\.2\.3\b"
    r"|\byyyy[-/]mm[-/]dd\b(?:[ t]hh:mm(?::ss)?)?"
    r"|1970-01-01|0000-00-00|<your[^<>\n]{0,60}>|\[your[^\[\]\n]{0,60}\]|\{\{[^{}\n]{0,60}\}\}|\byour[_-](?:app|channel|room|token)[_-]?(?:id)?\b"
    r"|请?在?此处?(?:填写|替换)[^\n]{0,40}",
    re.I,
)


def own_words(*parts: str, examples: tuple[str, ...] = ()) -> str:
    """The parts as one text in the form in which signs are looked for: compatible forms unified (full-width digits and
    punctuation become ASCII), template words, unticked boxes, placeholders and our own `examples` taken out."""
    text = unicodedata.normalize("NFKC", "\n".join(part[:MOST_CHARACTERS] for part in parts))[:MOST_CHARACTERS]
    text = text.replace("\r\n", "\n")
    for example in examples:
        text = text.replace(unicodedata.normalize("NFKC", example), " ")
    text = _without_comments(text)
    for pattern in (_CHOICE_OPEN, _HEADING, _EMPTY_FIELD, _EXAMPLE, _PLACEHOLDER):
        text = pattern.sub(" ", text)
    return text


def _without_comments(text: str) -> str:
    """Markup comments are instructions of a template. Each is looked for once, so that a thousand openings cost no more."""
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return " ".join([*kept, text[at:]])
