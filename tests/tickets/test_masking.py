"""Secrets are found, what only looks like one is left alone, and no file is too long or too hostile for it."""

from __future__ import annotations

import codecs
import random
import re
import time
from collections import Counter

import pytest

from tests.tickets.secrets_table import APP_ID, HEX, JWT, NEGATIVES, PEM_BODY, POSITIVES, T006, T007, expected, plain
from tickets.choices import SecretKind
from tickets.masking import BLOCK_BYTES, StreamMasker, find, mask
from tickets.masking_rules import REACH, RULES


@pytest.mark.parametrize(("kind", "marked"), POSITIVES)
def test_a_secret_is_masked_and_nothing_around_it(kind: str, marked: str) -> None:
    masked = mask(plain(marked))

    assert masked.text == expected(marked)
    assert masked.counts == Counter({kind: 1})


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_helps_to_solve_the_problem_is_left_alone(text: str) -> None:
    assert mask(text).text == text


def test_the_tables_are_long_enough_and_name_every_kind() -> None:
    assert len(POSITIVES) >= 60
    assert len(NEGATIVES) >= 60
    assert {kind for kind, _ in POSITIVES} == {rule.kind for rule in RULES} == set(SecretKind.values)


@pytest.mark.parametrize(("kind", "marked"), POSITIVES)
def test_masking_never_makes_a_text_longer_and_a_second_time_changes_nothing(kind: str, marked: str) -> None:
    once = mask(plain(marked)).text

    assert len(once) <= len(plain(marked))
    assert mask(once).text == once
    assert not mask(once).counts


def test_places_count_characters_not_bytes() -> None:
    text = f"证书🎧：{HEX} 和 App 证书：{HEX}"
    assert [text[span.start : span.end] for span in find(text)] == [HEX, HEX]
    text = f"🎧 证书：{HEX} 和 App 证书：{HEX}"
    assert [text[span.start : span.end] for span in find(text)] == [HEX, HEX]


def test_several_secrets_of_several_kinds_are_counted() -> None:
    masked = mask(f"appId {APP_ID}\ncertificate {HEX}\n{T006}\n{T007}\nAuthorization: Bearer {JWT}\n")
    assert masked.counts == Counter(app_certificate=1, rtc_token=2, jwt=1)
    assert masked.text == (
        f"appId {APP_ID}\ncertificate {{masked}}\n{{masked}}\n{{masked}}\nAuthorization: Bearer {{masked}}\n"
    )


def test_a_lone_half_of_a_character_does_no_harm() -> None:
    assert mask(f"\ud83d certificate {HEX}").text == "\ud83d certificate {masked}"


# --- Files --------------------------------------------------------------------------------------------------------------


def streamed(content: bytes, *sizes: int) -> tuple[bytes, Counter[str]]:
    masker, out, at = StreamMasker(), [], 0
    for size in sizes:
        out.append(masker.feed(content[at : at + size]))
        at += size
    return b"".join([*out, masker.feed(content[at:]), masker.finish()]), masker.counts


def a_log(lines: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    return "\n".join(
        f"2026-06-08 10:{chance.randrange(60):02}:00.{chance.randrange(1000):03} [1234] I token renew uid {each} sid:{HEX}"
        for each in range(lines)
    )


@pytest.mark.parametrize(("kind", "marked"), POSITIVES)
def test_a_secret_across_any_border_of_two_blocks_is_found(kind: str, marked: str) -> None:
    secret, wanted = plain(marked).encode(), expected(marked).encode()
    for ahead in range(0, len(secret) + 2, max(1, len(secret) // 40)):
        before = b"x" * (BLOCK_BYTES - 1 - ahead) + b" "
        got, counts = streamed(before + secret + b" and more\n" * 20_000, BLOCK_BYTES, BLOCK_BYTES)
        assert got == before + wanted + b" and more\n" * 20_000
        assert counts == Counter({kind: 1})


@pytest.mark.parametrize("seed", range(12))
def test_blocks_of_any_size_give_what_the_whole_gives(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [plain(marked) for _, marked in POSITIVES] + list(NEGATIVES) + [a_log(30)] * 40
    text = "\n".join(chance.choice(pieces) for _ in range(120))
    sizes = [chance.randrange(1, 3 * BLOCK_BYTES) for _ in range(8)]

    got, counts = streamed(text.encode(), *sizes)

    assert got.decode() == mask(text).text
    assert counts == mask(text).counts


@pytest.mark.parametrize(
    "secret",
    ["eyJhbGciOiJIUzI1NiJ9." + "A1b2" * 100_000, T007 + "Ab1/" * 100_000],
    ids=["jwt", "token"],
)
def test_a_secret_longer_than_any_buffer_is_one_secret_and_held_nowhere(secret: str) -> None:
    masker, out, held = StreamMasker(), [], 0
    content = f"token {secret} end".encode()
    for at in range(0, len(content), BLOCK_BYTES):
        out.append(masker.feed(content[at : at + BLOCK_BYTES]))
        held = max(held, len(masker._inner._raw))
    assert b"".join([*out, masker.finish()]) == b"token {masked} end"
    assert masker.counts.total() == 1
    assert held <= 2 * BLOCK_BYTES + 2 * REACH


def test_a_long_key_is_masked_to_its_end() -> None:
    body = "\n".join([PEM_BODY.split("\n")[0]] * 5_000)
    text = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\nbye"
    wanted = "-----BEGIN RSA PRIVATE KEY-----\n{masked}\n-----END RSA PRIVATE KEY-----\nbye"
    assert mask(text).text == wanted
    assert streamed(text.encode(), 100, BLOCK_BYTES)[0].decode() == wanted


@pytest.mark.parametrize("size", [0, 1, 2, 63, BLOCK_BYTES, 3 * BLOCK_BYTES + 7])
def test_any_bytes_without_a_secret_come_out_as_they_went_in(size: int) -> None:
    content = random.Random(size).randbytes(size)
    assert streamed(content, 1, 1000) == (content, Counter())


def test_text_in_another_encoding_is_masked_where_it_is_ascii() -> None:
    content = f"应用日志 certificate={HEX} 结束".encode("gb18030")
    assert streamed(content)[0] == "应用日志 certificate={masked} 结束".encode("gb18030")


@pytest.mark.parametrize(("bom", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
@pytest.mark.parametrize("sizes", [(), (1, 2, 3), (7, BLOCK_BYTES + 1)])
def test_utf_16_is_masked_and_everything_else_stays(bom: bytes, encoding: str, sizes: tuple[int, ...]) -> None:
    lone, odd = "\ud83d x".encode(encoding, "surrogatepass"), b"\x41"
    text = a_log(1500) + f"\nApp 证书：{HEX} 🎧\n"
    got, counts = streamed(bom + text.encode(encoding) + lone + odd, *sizes)
    assert got == bom + text.replace(f"证书：{HEX}", "证书：{masked}").encode(encoding) + lone + odd
    assert counts == Counter(app_certificate=1)


# --- Hostile text -------------------------------------------------------------------------------------------------------

HOSTILE = {
    "certificate": "certificate ",
    "secret": "secret",
    "secret and spaces": "secret" + " " * 200,
    "secret and hex": "secret:0123456789abcdef0123456789abcde ",
    "api key and digits": "apikey=" + "a1" * 130 + "(",
    "密钥": "密钥：",
    "turn": "turn:",
    "turn and credential": "turn:" + "credential:'" * 30,
    "credential": "credential:'aaaaaaaa' ",
    "turn with a name": "turn:" + "a" * 64 + ":",
    "jwt": " eyJ" + "A" * 1000,
    "short jwt": "-eyJ",
    "006": " 006",
    "007": " 007eJ",
    "token": " 006" + "a" * 31,
    "ice": "ice-pwd:",
    "authorization": "authorization: bearer ",
    "authorization without digits": "authorization: bearer " + "a" * 300,
    "key": "-----BEGIN PRIVATE KEY-----",
    "key with headers": "-----BEGIN PRIVATE KEY-----" + "\nA: b" * 7,
    "key and spaces": "-----BEGIN PRIVATE KEY-----" + " " * 13,
    "key and a tail": "-----BEGIN PRIVATE KEY-----\n" + "A" * 60 + "\nB" * 200,
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_costs_time_in_proportion_to_its_length(piece: str) -> None:
    """Four times as long takes about four times as long; quadratic work would take sixteen times."""
    few, many = piece * (60_000 // len(piece)), piece * (240_000 // len(piece))
    assert _least(many) / _least(few) < 9


def _least(text: str) -> float:
    times = []
    for _ in range(3):
        begun = time.process_time()
        mask(text)
        times.append(time.process_time() - begun)
    return max(min(times), 1e-4)


# --- The table itself ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.anchors[0]}")
def test_a_rule_is_bounded_and_of_the_syntax_that_both_languages_share(rule) -> None:
    for pattern in (rule.pattern, rule.tail):
        bare = re.sub(r"\\.", "", pattern)
        outside = re.sub(r"\[[^\]]*\]", "C", bare)
        assert not re.search(r"\\[bBwWdDsSAZ]|\(\?[P#aiLmsux]", pattern)
        assert not re.search(r"[^\x00-\x7f][*+?{]|\[[^\]]*[^\x00-\x7f]", bare)
        assert pattern == rule.tail or not re.search(r"[*+]", outside)
    assert re.compile(rule.pattern).groups == 2
    assert re._parser.parse(rule.pattern.replace("(?=", "(?:")).getwidth()[1] < REACH


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.anchors[0]}")
def test_every_match_begins_with_an_anchor(rule) -> None:
    texts = [plain(marked) for _, marked in POSITIVES]
    starts = [m for text in texts for m in re.finditer(rule.pattern, text, 0 if rule.is_exact else re.IGNORECASE)]
    assert starts
    assert all(m.group(0).lower().startswith(tuple(each.lower() for each in rule.anchors)) for m in starts)
