"""What counts as a secret in what people write and send: the one table, for the server and for the page's script.

Each pattern has two groups, what leads to the secret and the secret itself; a `tail` is what may follow of it without end.
Written in the syntax that Python and JavaScript share, and so that it also works on UTF-8 bytes: nothing but ASCII in a
class or under a quantifier, every repetition bounded. Whoever matches it does bounded work at each place where an `anchor`
stands, so hostile text costs time in proportion to its length.

Kept out on purpose: 32 hex characters without a word before them are an App ID, a session or a hash, and needed to help.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tickets.choices import SecretKind

REACH = 2048  # bytes: no match with what it looks at is longer; a test holds the table to it
TAIL_REACH = 128  # bytes: so far a tail looks ahead


@dataclass(frozen=True, slots=True)
class Rule:
    """`anchors` are the literals that a match begins with; in lower case where case does not matter (`is_exact` false)."""

    kind: SecretKind
    anchors: tuple[str, ...]
    pattern: str
    tail: str = ""
    is_exact: bool = False


_NOT_IN_WORD = "(?:(?<![0-9A-Za-z_-])|(?<=%3D)|(?<=%3d))"  # an address writes “=” as %3D
_SPACE = r"[ \t\r\n]{0,4}"
_QUOTE = r"[\"'`\\]{0,2}"
_QUOTED = r"[\"'`\\]{1,2}"  # the backslash of JSON within JSON
_PRINTED = r"[!#-&(-\[\]-_a-~]"  # ASCII that is seen, without quotes and backslash

# “App Certificate: …”, `appCertificate = "…"`, APP_CERTIFICATE=…, <appCertificate>…, | certificate | …, App 证书为 …
_WORDED = (
    r"(?:[ _-]?(?:key|value))?(?:[ _#-]?[0-9])?(?: ?\([0-9A-Za-z ]{1,16}\))?"
    r"[ \t\"'`*\\>|(\[]{0,6}"
    r"(?:(?:=>|->|:=|==?|:|：|is[ :]|was[ :]|是|为|為)[ \t\r\n\"'`*\\>|(\[]{0,8})?"
)
_HEX = r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{32})?(?![0-9A-Za-z])"

# “App certificate for production: …”, and the value on the line below its name, as consoles print it. A mark must lead to it,
# and no word that names another thing may stand between. Whether a value comes at all is asked first: that is quick.
_ANOTHER = (
    r"id(?![a-z])|hash|md5|sha|print|serial|trace|session|channel|room|uuid|build|request|call|checksum|digest|error"
    r"|频道|房间|会话|cert|secret|证书|密钥|秘钥|，|。|；"
)
_BETWEEN = r"[^\r\n\"'`{}<>;,.0-9:=]"
_COMES = rf"(?={_BETWEEN}{{0,40}}[\r\n\"'`>:= \t]{{0,12}}[0-9A-Fa-f]{{32}})"
_WORDED_FAR = (
    rf"(?![0-9A-Za-z]){_COMES}(?:(?!{_ANOTHER}){_BETWEEN}){{0,40}}?"
    r"(?:=>|:=|==?|:|：|is[ :]|was[ :]|是|为|為|\n|\r\n)[ \t\r\n\"'`>]{0,8}(?:：)?[ \t\"'`]{0,4}"
)

# A key of no known form: it needs a mark before it, and three digits and a letter in it, so that names are left alone.
_MARKED = (
    r"(?:[ _-]?(?:access[ _-]?)?(?:key|secret|value))?"
    r"[\"'`*\\]{0,4}[ \t]{0,4}(?:=>|:=|=|:|：|is |是|为|為)[ \t\r\n\"'`*\\]{0,8}"
)
_OPAQUE = (
    r"(?=(?:[A-Za-z_+/=-]{0,40}[0-9]){3})(?=[0-9_+/=-]{0,40}[A-Za-z])[0-9A-Za-z_+/=-]{16,256}"
    r"(?![0-9A-Za-z_+/=(-]|\.[0-9A-Za-z])"
)
_BASE64_TAIL = r"[0-9A-Za-z+/=_%-]+|\\/"
_PEM_GAP = r"(?:\\[rn]|[\r\n \t>\"'+]){1,12}"
_PEM_TAIL = (
    r"[0-9A-Za-z+/=]+"
    rf"|{_PEM_GAP}(?=[0-9A-Za-z+/=]{{16}}|[0-9A-Za-z+/=]{{1,64}}(?:\\[rn]|[\r\n \t>\"'+]){{0,12}}-----END)"
)


def _led(words: tuple[str, ...], between: str, secret: str) -> str:
    return f"((?:{'|'.join(words)}){between})({secret})"


_CERTIFICATE_WORDS = ("cert", "secret", "appsign", "app_sign", "app sign", "证书", "密钥", "秘钥")
_KEY_WORDS = (
    *("apikey", "api_key", "api-key", "api key", "access key", "access_key", "accesskey"),
    *("auth token", "auth_token", "authtoken", "encryption key", "encryption_key", "encryptionkey"),
    *("stream key", "stream_key", "streamkey", "secret", "密钥", "秘钥"),
)
_TURN = ("turn:", "turns:")
_SHOP_KEYS = ("AIza", "sk_live_", "rk_live_", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk-proj-")

RULES: tuple[Rule, ...] = (
    Rule(
        SecretKind.PRIVATE_KEY,
        ("-----begin ",),
        r"(-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:[\r\n]{{1,2}}[A-Za-z-]{{1,20}}: [^\r\n]{{0,100}}){{0,6}}{_PEM_GAP})([0-9A-Za-z+/]{{40,64}})",
        tail=_PEM_TAIL,
    ),
    Rule(
        SecretKind.RTC_TOKEN,
        ("006",),
        f"({_NOT_IN_WORD})(006[0-9A-Fa-f]{{32}}(?:[0-9A-Za-z+/=_%-]|\\\\/){{20,64}})",
        tail=_BASE64_TAIL,
        is_exact=True,
    ),
    Rule(  # what follows 007 is deflated: its first two bytes are known
        SecretKind.RTC_TOKEN,
        ("007e",),
        f"({_NOT_IN_WORD})(007e[JAN](?:[0-9A-Za-z+/=_%-]|\\\\/){{40,64}})",
        tail=_BASE64_TAIL,
        is_exact=True,
    ),
    Rule(  # a UserSig: deflated, in the alphabet of base64 that its servers use, which has none of its three signs
        SecretKind.RTC_TOKEN,
        ("eJ",),
        f"({_NOT_IN_WORD})(eJ[w-z][0-9A-Za-z*_-]{{80,128}}(?![+/=.]))",
        tail=r"[0-9A-Za-z*_-]+",
        is_exact=True,
    ),
    Rule(
        SecretKind.JWT,
        ("eyJ",),
        f"({_NOT_IN_WORD})(eyJ[0-9A-Za-z_-]{{8,1024}}\\.[0-9A-Za-z_-]{{16,64}})",
        tail=r"[0-9A-Za-z_-]+|\.(?=[0-9A-Za-z_-])",
        is_exact=True,
    ),
    Rule(
        SecretKind.CERTIFICATE,
        _CERTIFICATE_WORDS,
        _led(_CERTIFICATE_WORDS, f"(?:ificate)?(?:{_WORDED}|{_WORDED_FAR})", _HEX),
    ),
    Rule(  # the nearest credential after the last address of its server
        SecretKind.TURN,
        _TURN,
        r"(turns?:(?:(?!turns?:)[^}]){0,400}?(?:credential|password)"
        rf"{_QUOTE}{_SPACE}[:=(]{_SPACE}{_QUOTED})((?!\{{masked\}}){_PRINTED}{{8,256}})",
    ),
    Rule(  # the same without quotes, as in YAML, a query or a sentence; it needs a digit, so that words are left alone
        SecretKind.TURN,
        _TURN,
        r"(turns?:[0-9A-Za-z](?:(?!turns?:)[^{}]){0,200}?(?:credential|password)[ ]?(?:[:=]|：|is )[ ]?)"
        r"((?=[!-~]{0,64}[0-9])[0-9A-Za-z!#$%&*+./:=?@^_~-]{8,256})",
    ),
    Rule(
        SecretKind.TURN,
        ("credential",),
        rf"(credential{_QUOTE}{_SPACE}[:=]{_SPACE}{_QUOTED})"
        rf"((?!\{{masked\}}){_PRINTED}{{8,256}})(?=[^{{}}]{{0,400}}turns?:)",
    ),
    Rule(
        SecretKind.TURN,
        _TURN,
        r"(turns?:[0-9A-Za-z._~%+-]{1,64}:)((?!\{masked\})[0-9A-Za-z._~%+!$&*=-]{8,128})(?=@)",
    ),
    Rule(SecretKind.TURN, ("ice-pwd:",), r"(ice-pwd:[ ]?)([0-9A-Za-z+/]{22,256})"),
    Rule(
        SecretKind.API_KEY,
        ("authorization",),
        r"(authorization[\"'`\\]{0,4} ?[:=,] ?[\"'`\\]{0,4}(?:basic|bearer|token) {1,2})"
        r"((?=[A-Za-z+/=_.~-]{0,64}[0-9])[0-9A-Za-z+/=_.~-]{16,256})",
        tail=r"[0-9A-Za-z+/=_.~-]+",
    ),
    Rule(  # curl -u name:secret
        SecretKind.API_KEY,
        ("-u ", "--user "),
        r"((?:-u|--user) {1,2}[\"']?[0-9A-Za-z._@-]{1,128}:)" + f"({_OPAQUE})",
    ),
    Rule(
        SecretKind.API_KEY,
        _SHOP_KEYS,
        f"({_NOT_IN_WORD})((?:{'|'.join(_SHOP_KEYS)})[0-9A-Za-z_-]{{16,64}})",
        tail=r"[0-9A-Za-z_-]+",
        is_exact=True,
    ),
    Rule(SecretKind.API_KEY, _KEY_WORDS, _led(_KEY_WORDS, _MARKED, _OPAQUE)),
)


def for_script() -> Iterator[dict[str, str]]:
    """The table as the page's script reads it."""
    for rule in RULES:
        yield {
            "kind": str(SecretKind(rule.kind).label),
            "pattern": rule.pattern,
            "tail": rule.tail,
            "flags": "g" if rule.is_exact else "gi",
        }
