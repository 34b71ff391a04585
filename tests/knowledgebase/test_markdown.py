"""What becomes of written text, friendly and hostile."""

import gc
import re
import time

import pytest

from knowledgebase.markdown import MAX_BYTES, Heading, contents, render
from tests.bad_inputs import entry, value

_TAGS = re.compile(r"<[^>]*>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**注意：**请重启", "<strong>注意：</strong>请重启"),
        ("请**（重要）**重启", "请<strong>（重要）</strong>重启"),
        ("请**“提示”**重启", "请<strong>“提示”</strong>重启"),
        ("按*Ctrl+C。*即可", "按<em>Ctrl+C。</em>即可"),
        ("把**`rtt`**记下", "把<strong><code>rtt</code></strong>记下"),
        ("**주의:**다시", "<strong>주의:</strong>다시"),
        ("***全部：***请看", "<em><strong>全部：</strong></em>请看"),
        ("**一：**甲**二：**乙", "<strong>一：</strong>甲<strong>二：</strong>乙"),
        ("中 ** 文 ** 中", "中 ** 文 ** 中"),
        ("宽\u3000** 空白 **\u3000", "宽\u3000** 空白 **"),
        ("~~旧~~新", "<s>旧</s>新"),
    ],
)
def test_emphasis_works_beside_text_that_has_no_spaces(text: str, expected: str) -> None:
    assert render(text).strip() == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b** c", "a <strong>b</strong> c"),
        ("*em*phasis", "<em>em</em>phasis"),
        ("**hi,**there", "**hi,**there"),
        ("a * b * c", "a * b * c"),
        ("snake_case_name", "snake_case_name"),
        ("_em_ and __strong__", "<em>em</em> and <strong>strong</strong>"),
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        (r"\*not\*", "*not*"),
        ("`**code**`", "<code>**code**</code>"),
    ],
)
def test_emphasis_in_english_is_what_the_standard_says(text: str, expected: str) -> None:
    assert render(text).strip() == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)", "[x](vbscript:x)",
        "![x](x onerror=alert(1))", '[x](https://a.example "\\" onclick=alert(1)")', "<a href='javascript:alert(1)'>x</a>",
        '```"><script>alert(1)</script>\nx\n```', "<javascript:alert(1)>", "<svg/onload=alert(1)>", "</div></main><h1>",
        '## x" onmouseover="alert(1)', "|<script>|\n|-|\n|<b onclick=x>|", "[x]: javascript:alert(1)\n\n[x]",
    ],
)  # fmt: skip
def test_hostile_text_is_shown_and_never_runs(text: str) -> None:
    made = render(text, anchors=True).lower()
    tags = [part.split(">")[0] for part in made.split("<")[1:]]
    assert not [tag for tag in tags if tag.startswith(("script", "img", "svg", "b ", "h1", "/div></main"))]
    for tag in tags:
        assert 'href="javascript' not in tag
        assert 'href="data' not in tag
        assert 'href="vbscript' not in tag
        assert " on" not in tag.split('title="')[0].split('class="')[0]


def test_links_are_made_only_where_they_were_written_and_give_no_credit() -> None:
    assert "<a" not in render("see https://a.example and www.b.example")
    made = render("[x](https://a.example)")
    assert 'href="https://a.example"' in made
    assert 'rel="nofollow noopener noreferrer"' in made
    assert 'href="../echo/"' in render("[x](../echo/)")


def test_lists_nest() -> None:
    made = render("1. a\n   - b\n     - c\n2. d")
    assert made.count("<ul>") == 2
    assert made.count("<ol>") == 1
    assert 'start="7"' in render("7. x")


def test_tables_scroll_by_themselves_and_say_what_is_a_header() -> None:
    made = render("| | b |\n|---|---:|\n| 1 | 2 |")
    assert made.startswith('<div class="table-scroll" tabindex="0"><table>')
    assert '<th align="right" scope="col">b</th>' in made
    assert "<td></td>" in made, "a header without words heads nothing"
    assert "style" not in made


def test_code_has_the_name_of_a_language_that_is_known() -> None:
    assert "<figcaption>Kotlin</figcaption><pre>" in render("```kotlin\nx < y\n```")
    assert "figure" not in render("```klingon\nx\n```")
    assert "figure" not in render("```\nx\n```")


def test_headings_have_places_that_both_languages_share() -> None:
    english = render("# no\n\n## First `one`\n\n### Under\n\n## Second & <third>\n\n> ## quoted", anchors=True)
    chinese = render("## 第一\n\n### 之下\n\n## 第二", anchors=True)
    assert contents(english) == [Heading("part-1", "First one"), Heading("part-2", "Second & <third>")]
    assert [each.anchor for each in contents(chinese)] == ["part-1", "part-2"]
    assert 'id="part-1-1"' in english
    assert english.count("id=") == 3
    assert "id=" not in render("## letter"), "several letters stand on one page"
    assert contents(render("##\n\n## x", anchors=True)) == [Heading("part-2", "x")]


@pytest.mark.parametrize("size", [MAX_BYTES - 4, MAX_BYTES + 1])
def test_up_to_a_hundred_kilobytes_are_formatted_and_more_is_shown_as_typed(size: int) -> None:
    made = render("**x** " + "字" * ((size - 6) // 3) + "<i>"[: 3 if size > MAX_BYTES else 0] + "." * 3)
    assert made.startswith("<pre>" if size > MAX_BYTES else "<p><strong>")
    assert "<i>" not in made


TABLE = "|-"  # stands for a table of one very wide row
HOSTILE = {
    "[": 20_000, "*": 50_000, "**注": 10_000, "> ": 20_000, "`": 30_000, "[a](": 10_000, TABLE: 20_000, "- ": 20_000,
    "~~a": 15_000, "*a_": 15_000, "![": 20_000, "\\": 50_000, "&": 50_000, "<": 30_000, "\n": 90_000, "注**：": 10_000,
    "```\n": 20_000, "\u202e": 1000, "[a]: x\n": 10_000,
}  # fmt: skip


@pytest.mark.parametrize(("unit", "times"), HOSTILE.items(), ids=repr)
def test_cost_grows_with_the_text_and_no_faster(unit: str, times: int) -> None:
    """Four times as much takes about four times as long, on whatever machine; where costs grow squared it is sixteen."""
    whole = _seconds_for(unit, times)
    assert whole < 0.2 or whole < 9 * _seconds_for(unit, times // 4)


def _seconds_for(unit: str, times: int) -> float:
    """Of the processor, the best of three: others work on the machine, too."""
    text = "|a" * times + "\n" + unit * times if unit == TABLE else unit * times
    return min(_once(text) for _ in range(3))


def _once(text: str) -> float:
    gc.collect()
    gc.disable()  # what it would collect meanwhile is what other tests left behind
    try:
        began = time.process_time()
        assert isinstance(render(text, anchors=True), str)
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.parametrize("text", ["a\u0000b", "\ud800", "", "\ud83d" * 100, "\x1b[31m"], ids=repr)
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(render(text, anchors=True), str)


@pytest.mark.parametrize("entry_id", ["MD01", "MD02", "MD04", "MD06", "MD07", "MD08", "MD16"])
def test_no_text_of_the_catalogue_is_slow_or_leads_to_a_script(entry_id: str) -> None:
    """Below a second in the catalogue, of the processor here: the machine may have others to serve."""
    text = value(entry(entry_id))
    began = time.process_time()
    made = render(text).lower()
    assert time.process_time() - began < 2
    tags = _TAGS.findall(made)
    assert not [tag for tag in tags if tag.startswith(("<svg", "<script", "<img"))]
    assert not [tag for tag in tags if re.search(r"href=\"\s*(java\s*script|data|vbscript):", tag)]
