"""Is an SDK's version in a text? Not that of a browser, a framework or a system; no date and no address. PURE."""

from __future__ import annotations

import re

_LOOK_BACK = 40  # characters
_FIRST_YEAR = 1990

_OTHERS = (
    "chrome|chromium|safari|firefox|edge|flutter|dart|xcode|node|nodejs|npm|wechat|微信|基础库|ios|ipados|android|安卓|macos|windows"
    "|ubuntu|unity|electron|react ?native|rn|gradle|kotlin|swift|java|jdk|go|golang|python|php|react|vue|cocoapods|cmake|ndk|agp"
    "|harmonyos|鸿蒙|miui|emui|coloros|openssl|nginx|obs|webrtc|系统|os|app|应用|ip"
)
_OF_ANOTHER = re.compile(rf"(?:{_OTHERS})[\s\"':^~@/v(版本号为是version]{{0,14}}$", re.I)
_OF_OURS = re.compile(
    r"(?:sdk|rtc|trtc|rtm|im|版本|version|release|升级|(?:upgrad|updat)\w{0,4}|since|from|to|v)[^\n]{0,30}$", re.I
)
_NUMBER = re.compile(r"(?<![\w.])v?(\d{1,4})\.(\d{1,4})(\.\d{1,5})?(\.\d{1,5})?(?!\d|\.\d)", re.I)
_TAG = re.compile(
    r"sdk[\w./-]{0,30}@[\w.^~-]{1,30}|@(?:daily|nightly|beta|rc|next|latest)\b|\d\.\d{1,3}\.\d{1,4}-(?:daily|beta|rc|alpha)",
    re.I,
)
_FIRST_TIME = re.compile(
    r"\bfirst (?:integration|time (?:integrating|we integrate|using the sdk))|\bnew (?:integration|project)"
    r"|\bjust (?:started|begun) integrating|\bnever (?:worked|used) before"
    r"|首次(?:接入|集成|使用|对接)|第一次(?:接入|集成|用|对接)|刚(?:接入|集成|开始接|开始对接|对接)|新接入|新项目",
    re.I,
)


def says_version(text: str) -> bool:
    """Three numbers are a version unless something else stands before them; two need a word like “SDK” or “since” nearby."""
    if _TAG.search(text):
        return True
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        if int(match[1]) >= _FIRST_YEAR or _OF_ANOTHER.search(before) or _is_address(match):
            continue
        if match[3] or _OF_OURS.search(before):
            return True
    return False


def is_first_time(text: str) -> bool:
    """Is this a first integration, so that no version worked before?"""
    return bool(_FIRST_TIME.search(text))


def _is_address(match: re.Match[str]) -> bool:
    """Four numbers of a byte each, the first one larger than any SDK's major version."""
    parts = [int(part) for part in match[0].lower().lstrip("v").split(".")]
    return len(parts) == 4 and all(part < 256 for part in parts) and parts[0] > 9
