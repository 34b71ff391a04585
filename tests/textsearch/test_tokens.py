"""Text to tokens."""

import pytest

from textsearch.tokens import MAX_QUERY_TOKENS, query_tokens, stem, tokens


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ＳＤＫ 4.4.1", "sdk 4.4.1"),
        ("Freezes", "freeze"),
        ("fo\u200bo", "foo"),
        ("错误码：110", "错误码 110"),
    ],
)
def test_texts_that_mean_the_same_give_the_same_tokens(left: str, right: str) -> None:
    assert tokens(left) == tokens(right)


def test_versions_and_codes_stay_whole() -> None:
    assert tokens("4.4.1 0x4002 -3319") == ["t4x2ex4x2ex1", "t0x4002", "t3319"]


def test_a_name_in_code_is_found_whole_and_in_parts() -> None:
    assert tokens("audio_route") == ["taudiox5fxroute", "taudio", "troute"]


@pytest.mark.parametrize("question", ["卡顿", "视频", "视频卡顿", "卡", "画面卡顿"])
def test_chinese_is_found_however_its_surroundings_would_be_cut(question: str) -> None:
    assert set(query_tokens(question)) <= set(tokens("最近视频卡顿了，画面不动"))


def test_every_token_is_a_letter_and_then_letters_and_digits_of_ascii() -> None:
    hostile = 'a\' OR 1=1; -- \x00 NEAR("*") 进房 🙂 <b> %s'
    assert all(token.isascii() and token.isalnum() and token[0] == "t" for token in tokens(hostile))


def test_a_query_is_bounded() -> None:
    assert len(query_tokens(" ".join(f"w{n}" for n in range(500)))) == MAX_QUERY_TOKENS


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("libraries", "library"),
        ("freezes", "freeze"),
        ("crashes", "crashe"),
        ("rooms", "room"),
        ("status", "status"),
        ("loss", "loss"),
        ("ios", "ios"),
    ],
)
def test_stem(plural: str, singular: str) -> None:
    assert stem(plural) == singular
