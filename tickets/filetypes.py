"""What a file is, by its content. Pure: bytes in, media type out."""

import codecs

import puremagic

TEXT = "text/plain"
UNKNOWN = "application/octet-stream"
_TEXT_BY_NAME = frozenset(
    {"log", "txt", "json", "csv", "har", "sdp", "xml", "yaml", "yml", "ini", "conf", "env", "pem"}
)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\x0b\x0c\x1b")
_SAFE_BY_NAME = {"json": "application/json", "csv": "text/csv", "har": "application/json"}


def sniff(head: bytes, name: str) -> str:
    """The media type of a file that starts with `head`. Text is `text/plain` unless its name says JSON or CSV."""
    if not head:
        return UNKNOWN
    if is_text(head):
        return _SAFE_BY_NAME.get(name.rsplit(".", 1)[-1].lower(), TEXT)
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN


def may_hold_words(head: bytes, name: str) -> bool:
    """Is this text that a person could read, in whatever encoding? Secrets are looked for in such files only.

    A log that begins with zeros, as a crashed device leaves it, is text by its name. Inside archives nobody looks.
    """
    if is_text(head) or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if name.rsplit(".", 1)[-1].lower() in _TEXT_BY_NAME:
        return True
    return sniff(head, name) == UNKNOWN and not _CONTROLS.intersection(head)


def is_text(head: bytes) -> bool:
    """Does the start of the file read as UTF-8 text? A character cut at the end is forgiven."""
    if b"\x00" in head:
        return False
    try:
        head[:-3].decode() if len(head) > 3 else head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 6 and len(head) > 8
    return True
