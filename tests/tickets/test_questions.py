"""Which questions appear, what each type of answer accepts, and what the seeded questions ask. Mostly tables."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from tests.cast import Cast
from tickets.asking import asked_of, log_guide
from tickets.choices import KIND_OF_FACT, KnownFact, QuestionKind, TextPattern
from tickets.forms.answer_fields import NumberField, PatternField, UserIdField, VersionField
from tickets.models import Category, CategoryQuestion, LogGuide, Question, QuestionChoice
from tickets.questions import Rule, appearing, needed

RULES = (
    Rule("uses_token", is_required=True),
    Rule("console_works", needs=("uses_token", "yes")),
    Rule("console_code", needs=("console_works", "no"), is_required=True),
    Rule("har", only_on="web"),
    Rule("tail", needs=("har", "yes"), only_on="web"),
)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "uses_token"),
        ({"uses_token": "yes"}, "uses_token console_works"),
        ({"uses_token": "no"}, "uses_token"),
        ({"uses_token": "yes", "console_works": "no"}, "uses_token console_works console_code"),
        # The condition's own question is not asked any more: what it was told once counts for nothing.
        ({"uses_token": "no", "console_works": "no"}, "uses_token"),
        ({"platform": "web"}, "uses_token har"),
        ({"platform": "ios"}, "uses_token"),
        ({"platform": "web", "har": "yes"}, "uses_token har tail"),
        ({"platform": "ios", "har": "yes"}, "uses_token"),
        ({"nonsense": "yes", "uses_token": "\x00"}, "uses_token"),
    ],
)
def test_what_appears(told: dict[str, str], expected: str) -> None:
    assert [rule.code for rule in appearing(RULES, told)] == expected.split()


@pytest.mark.parametrize(
    "rules",
    [
        (Rule("a", needs=("b", "x")), Rule("b", needs=("a", "x"))),
        (Rule("a", needs=("a", "x")),),
        (Rule("a", needs=("gone", "x")),),
    ],
)
def test_a_condition_that_can_never_be_met_asks_nothing(rules: tuple[Rule, ...]) -> None:
    assert appearing(rules, {"a": "x", "b": "x", "gone": "x"}) == []


@pytest.mark.parametrize(
    ("severity", "told", "expected"),
    [
        ("p0", {"uses_token": "yes", "console_works": "no"}, set()),
        ("p1", {}, {"uses_token"}),
        ("p3", {"uses_token": "yes", "console_works": "no"}, {"uses_token", "console_code"}),
        ("", {}, {"uses_token"}),
    ],
)
def test_what_is_needed(severity: str, told: dict[str, str], expected: set[str]) -> None:
    assert needed(RULES, told, severity=severity) == expected


NUMBER = NumberField(least=Decimal(-5), most=Decimal(100000), required=False)
CODE = PatternField(pattern=TextPattern.ERROR_CODE, max_length=120, required=False)
IDENTIFIER = PatternField(pattern=TextPattern.IDENTIFIER, max_length=20, required=False)
ANY = PatternField(min_length=4, max_length=10, required=False)
VERSION, USERS = VersionField(required=False), UserIdField(required=False)


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        (NUMBER, "", None), (NUMBER, "  ", None), (NUMBER, "250", Decimal(250)), (NUMBER, "250 ms", Decimal(250)),
        (NUMBER, "250ms", Decimal(250)), (NUMBER, "12.5%", Decimal("12.5")), (NUMBER, "12,5 %", Decimal("12.5")),
        (NUMBER, "1,200", Decimal(1200)), (NUMBER, "1 200 ms", Decimal(1200)), (NUMBER, "12,345.5", Decimal("12345.5")),
        (NUMBER, "-5", Decimal(-5)), (NUMBER, "+3", Decimal(3)), (NUMBER, "１２０ 毫秒", Decimal(120)), (NUMBER, "0", Decimal(0)),
        (NUMBER, "3 分钟", Decimal(3)),
        (CODE, "110", "110"), (CODE, "-3319", "-3319"), (CODE, "0x4002", "0x4002"), (CODE, "2", "2"), (CODE, "", ""),
        (CODE, "ERR_TIMED_OUT", "ERR_TIMED_OUT"), (CODE, "110, 109", "110, 109"), (CODE, "110，109", "110，109"),
        (CODE, "kRtcErr.Join", "kRtcErr.Join"), (IDENTIFIER, "ab-c_9=", "ab-c_9="), (IDENTIFIER, " ab ", "ab"),
        (ANY, "进房失败了", "进房失败了"), (ANY, "a\r\nb c", "a b c"), (ANY, "", ""),
        (VERSION, "4.2.1", "4.2.1"), (VERSION, "v4.2", "4.2"), (VERSION, "^4.8.4", "4.8.4"), (VERSION, ">= 4.1", "4.1"),
        (VERSION, "4.3.0-beta.2", "4.3.0-beta.2"), (VERSION, "", ""),
        (USERS, "1001", "1001"), (USERS, "1001,1002", "1001, 1002"), (USERS, "a b；c、d", "a, b, c, d"), (USERS, " , ", ""),
    ],
)  # fmt: skip
def test_what_an_answer_becomes(field, typed: str, expected: object) -> None:
    assert field.clean(typed) == expected


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (NUMBER, "fast", "Give a number"), (NUMBER, "1.2.3", "Give a number"), (NUMBER, "NaN", "Give a number"),
        (NUMBER, "Infinity", "Give a number"), (NUMBER, "1e9", "Give a number"), (NUMBER, "9" * 40, "Give a number"),
        (NUMBER, "5\x00", "Give a number"), (NUMBER, "-6", "At least -5"), (NUMBER, "100001", "At most 100000"),
        (NUMBER, "--3", "Give a number"), (NUMBER, "10-20", "Give a number"),
        (CODE, "it says <b>no</b>", "Only the code"), (CODE, "返回失败", "Only the code"), (CODE, "1\x00", "Only the code"),
        (IDENTIFIER, "a b", "Only the id"), (IDENTIFIER, "a,b", "Only the id"), (IDENTIFIER, "x" * 21, "At most 20"),
        (ANY, "abc", "at least 4"), (ANY, "x" * 11, "At most 10"),
        (VERSION, "latest", "in digits"), (VERSION, "最新", "in digits"), (VERSION, "4." * 30, "At most 40"),
        (USERS, "x" * 256, "At most 255"), (USERS, " ".join("x" * 21), "At most 20"), (USERS, "a\x00b", "cannot be stored"),
    ],
)  # fmt: skip
def test_what_is_needed_instead_is_said(field, typed: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert words in " ".join(refused.value.messages)


# --- What the migration wrote -----------------------------------------------------------------------------------------
SECRET = re.compile(
    r"certificate|secret|private key|password|credential|access key|token|证书|密钥|密码|凭证|私钥|签名", re.IGNORECASE
)
# Each text that names such a thing at all, and what it says of it: not to send it, or a question that needs none of it.
ABOUT_SECRETS = {
    "uses_token", "console_token_works", "token_made_by", "token_claims", "storage_vendor", "push_host",
}  # fmt: skip
FORBIDS = re.compile(r"send no|never|no access keys|leave out|请勿|切勿|不要填写", re.IGNORECASE)


def test_no_question_asks_for_a_secret(db: None) -> None:
    for question in Question.objects.prefetch_related("choices"):
        texts = [question.label_en, question.label_zh, question.help_en, question.help_zh]
        texts += [text for choice in question.choices.all() for text in (choice.label_en, choice.label_zh)]
        named = [text for text in texts if SECRET.search(text)]
        assert not named or question.code in ABOUT_SECRETS, (question.code, named)
        if question.kind not in (QuestionKind.CHOICE, QuestionKind.NUMBER) and named:
            # Where something can be typed or pasted, both languages say what does not belong there.
            assert FORBIDS.search(question.help_en), question.code
            assert FORBIDS.search(question.help_zh), question.code
    typed = Question.objects.exclude(kind__in=(QuestionKind.CHOICE, QuestionKind.NUMBER))
    for label in typed.values_list("label_en", "label_zh"):
        assert not SECRET.search(" ".join(label)), label


def test_no_first_question_and_no_file_asks_for_a_secret(db: None) -> None:
    for category in Category.objects.all():
        for text in (category.attachments_en, category.attachments_zh):
            if SECRET.search(text):
                assert re.search(r"take keys out|去掉密钥|decoded claims only|自行保管", text), text
        for text in (category.first_question_en, category.first_question_zh):
            assert not re.search(r"certificate|secret|password|证书|密钥|密码", text, re.IGNORECASE), text


def test_every_row_says_something_in_both_languages(db: None) -> None:
    for model, names in (
        (Question, ("label", "help")), (QuestionChoice, ("label",)), (Category, ("first_question", "attachments")),
        (LogGuide, ("how",)),
    ):  # fmt: skip
        for row in model.objects.all():
            for name in names:
                english, chinese = getattr(row, f"{name}_en"), getattr(row, f"{name}_zh")
                assert bool(english) == bool(chinese), (row, name)
                if name in ("first_question", "attachments", "how"):
                    assert re.search(r"[\u3400-\u9fff]", chinese), (row, name)


def test_every_category_asks_in_an_order_of_its_own(db: None) -> None:
    counted = {category.code: category.questions.count() for category in Category.objects.all()}
    assert len(counted) == 17
    assert min(counted.values()) >= 5
    for category in Category.objects.all():
        positions = list(category.questions.values_list("position", flat=True))
        assert len(set(positions)) == len(positions)
        for row in CategoryQuestion.objects.filter(category=category).exclude(only_if=None):
            assert category.questions.filter(question=row.only_if.question).exists(), row


@pytest.mark.parametrize("code", ["integration_howto", "billing_console", "compliance_security"])
def test_what_is_about_no_call_asks_for_no_channel_and_no_user(db: None, code: str) -> None:
    asked = {each.question.code for each in asked_of(Category.objects.get(code=code))}
    assert asked.isdisjoint({"channel", "user_local", "user_remote", "occurred_at", "steps"})


@pytest.mark.parametrize(
    "code", ["no_audio", "stutter_freeze", "black_screen", "join_failure", "reconnect_drop", "latency"]
)
def test_what_is_about_a_call_asks_who_and_whom_apart(db: None, code: str) -> None:
    asked = {each.question.code: each for each in asked_of(Category.objects.get(code=code))}
    assert {"channel", "user_local", "user_remote", "occurred_at", "sdk_version", "platform"} <= asked.keys()
    assert asked["user_local"].question.kind == QuestionKind.USER_ID


def test_each_fact_of_a_ticket_has_one_question_of_its_type(db: None) -> None:
    kinds = dict(Question.objects.exclude(fact="").values_list("fact", "kind"))
    assert kinds == {fact.value: KIND_OF_FACT[fact].value for fact in KnownFact}


def test_the_questions_step_back_and_forth(cast: Cast) -> None:
    migration = __import__("tickets.migrations.0016_questions", fromlist=["add"])
    from django.apps import apps  # noqa: PLC0415 the registry stands in for the historical one

    before = (Question.objects.count(), QuestionChoice.objects.count(), CategoryQuestion.objects.count())
    migration.add(apps, None)
    assert (Question.objects.count(), QuestionChoice.objects.count(), CategoryQuestion.objects.count()) == before
    migration.remove(apps, None)
    assert not Question.objects.exists()
    assert not LogGuide.objects.exists()
    migration.add(apps, None)
    assert (Question.objects.count(), QuestionChoice.objects.count(), CategoryQuestion.objects.count()) == before


def test_the_card_of_an_sdk_comes_before_the_one_for_every_sdk(cast: Cast) -> None:
    product = cast.app.product
    assert "adb pull" in log_guide("android", str(product.pk)).command
    own = LogGuide.objects.create(platform="android", product=product, how_en="Ours", how_zh="自己的")
    assert log_guide("android", str(product.pk)) == own
    assert log_guide("android", "x") != own
    assert log_guide("", "") is log_guide("no such platform", "") is None
    with translation.override("zh-hans"):
        assert own.how == "自己的"
