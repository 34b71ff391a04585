"""What a file is, by its content, and what it may be called. Pure: bytes in, media type out."""

import codecs
import mimetypes

import puremagic

TEXT = "text/plain"
UNKNOWN = "application/octet-stream"
_TEXT_BY_NAME = frozenset(
    {"log", "txt", "json", "csv", "har", "sdp", "xml", "yaml", "yml", "ini", "conf", "env", "pem"}
)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\x0b\x0c\x1b")
HEAD_BYTES = 4096  # of a file's start, as much as is looked at here
_SAFE_BY_NAME = {"json": "application/json", "csv": "text/csv", "har": "application/json"}
_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), (b"\x1f\x8b",)
# Captures of network packets, in both byte orders and in the newer format: the evidence of half of all "no sound".
_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x0a\x0d\x0d\x0a")
_LONGEST_NAME = 255  # characters


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


def is_log(head: bytes, name: str) -> bool:
    """Is it something that logs come in: text, .zip, .gz, or captured packets? Those may be large."""
    return head.startswith((*_ZIP, *_GZIP, *_CAPTURES)) or may_hold_words(head, name)


def is_media_by_name(name: str) -> bool:
    """Does its name alone say picture, sound or video? Spares the sender the bytes of what will be too large."""
    kind = mimetypes.guess_type(name)[0] or ""
    return kind.startswith(("image/", "audio/", "video/"))


def safe_name(name: str) -> str:
    """The name as it is told: what cannot be printed either hides in it, turns it around, or is no text at all."""
    return "".join(each for each in name if each.isprintable()).strip()[-_LONGEST_NAME:] or "file"
