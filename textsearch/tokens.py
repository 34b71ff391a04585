"""Text to tokens, for the index and for queries. Pure.

Tokens are ASCII letters and digits only, so that the tokenizers of both engines leave them whole whatever their locale.
"""

from __future__ import annotations

import re
import unicodedata

MAX_QUERY_TOKENS = 16
_PIECES = re.compile(r"0x[0-9a-f]+|\d+(?:\.\d+)+|[a-z0-9]+(?:[_'][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+")
_PLAIN = re.compile(r"[a-z0-9]")


def tokens(text: str) -> list[str]:
    """The tokens of a text for the index, in order, repeated ones too.

    Words, versions and codes stay whole. Of Chinese every character and every pair of neighbours is a token: how a text
    would be cut into words hangs on what stands around them, and must not decide whether it is found.
    """
    found: list[str] = []
    for piece in _PIECES.findall(_normal(text)):
        found += [*piece, *_pairs(piece)] if _is_chinese(piece) else _latin(piece)
    return [_encode(piece) for piece in found]


def query_tokens(text: str) -> list[str]:
    """The distinct tokens of what a person typed, at most sixteen of them. Chinese is cut into words, words into pairs."""
    found: list[str] = []
    for piece in _PIECES.findall(_normal(text[:1000])):
        if _is_chinese(piece):
            for word in _words(piece):
                found += _pairs(word) if len(word) > 1 else [word]
        else:
            found += _latin(piece)[:1]
    return [_encode(piece) for piece in dict.fromkeys(found)][:MAX_QUERY_TOKENS]


def _normal(text: str) -> str:
    # NFKC folds full-width letters and digits; format characters (zero-width, bidi) would split words invisibly.
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _is_chinese(piece: str) -> bool:
    return piece[0] >= "\u3400"


def _words(chinese: str) -> list[str]:
    import rjieba  # noqa: PLC0415 its dictionary is 33 MB of memory, which only a process that is asked something needs

    return rjieba.cut(chinese)


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _latin(piece: str) -> list[str]:
    """The word itself, and for a name in code its parts as well."""
    if "_" in piece:
        return [piece, *(stem(part) for part in piece.split("_"))]
    return [stem(piece)]


def stem(word: str) -> str:
    """Singular of an English plural, after Harman's S-stemmer (1991); everything else as it is."""
    if len(word) < 4 or not word.isalpha() or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word[-2] in "us" else word[:-1]


def _encode(piece: str) -> str:
    return "t" + "".join(each if _PLAIN.match(each) else f"x{ord(each):x}x" for each in piece)
