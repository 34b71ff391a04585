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
_MOST_PIXELS = 40_000_000  # a browser needs four bytes for each: 160 MB to show it, from a file of a few kilobytes


def sniff(head: bytes, name: str) -> str:
    """The media type of a file that starts with `head`. Text is `text/plain` unless its name says JSON or CSV.

    A picture that says of itself that it is of more than 40 megapixels is of no type: it is kept and never shown.
    """
    if not head:
        return UNKNOWN
    if is_text(head):
        return _SAFE_BY_NAME.get(name.rsplit(".", 1)[-1].lower(), TEXT)
    try:
        kind = puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return UNKNOWN if _pixels(head) > _MOST_PIXELS else kind


def _pixels(head: bytes) -> int:
    """Width times height as a PNG, GIF, WebP or JPEG says; 0 for anything else, and where a JPEG says it further on."""
    little, big = (lambda part: int.from_bytes(part, "little")), (lambda part: int.from_bytes(part, "big"))
    if head.startswith(b"\x89PNG"):
        return big(head[16:20]) * big(head[20:24])
    if head.startswith(b"GIF8"):
        return little(head[6:8]) * little(head[8:10])
    if head[8:16] == b"WEBPVP8X":
        return (1 + little(head[24:27])) * (1 + little(head[27:30]))
    if head[8:16] == b"WEBPVP8 ":
        return (little(head[26:28]) & 0x3FFF) * (little(head[28:30]) & 0x3FFF)
    if head[8:16] == b"WEBPVP8L":
        bits = little(head[21:25])
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    return _pixels_of_jpeg(head) if head.startswith(b"\xff\xd8") else 0


def _pixels_of_jpeg(head: bytes) -> int:
    """From its first frame header (ITU-T T.81, B.2.2)."""
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker, length = head[place + 1], int.from_bytes(head[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(head[place + 5 : place + 7], "big") * int.from_bytes(
                head[place + 7 : place + 9], "big"
            )
        place += 2 + length
    return 0


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
