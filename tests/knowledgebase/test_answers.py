"""Reading, finding and keeping apart who may read what."""

import re

import pytest
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.urls import reverse

from knowledgebase.actions import save_article
from knowledgebase.models import Article, Section
from tests.cast import NOW, Cast
from textsearch.models import Document


def write(slug: str, *, audience: str = "public", status: str = "published", **texts: str) -> Article:
    section, _ = Section.objects.get_or_create(code="video", defaults={"name_en": "Video", "name_zh": "视频"})
    texts = texts or {"title_en": slug, "body_en": f"About {slug}."}
    return save_article(article=Article(section=section, slug=slug, audience=audience, status=status, **texts), now=NOW)


@pytest.fixture
def shelf(cast: Cast) -> Cast:
    write(
        "freeze", title_en="Why video freezes", body_en="A missing key frame, error 0x4002, since 4.4.1.",
        title_zh="视频卡顿的原因", body_zh="缺少关键帧时画面会卡住。",
    )  # fmt: skip
    write("echo", title_zh="回声的排查", body_zh="主播外放时出现回声。")
    write("for-customers", audience="signed_in")
    write("for-staff", audience="staff")
    write("draft", status="draft")
    return cast


def client(user=None, language: str = "en") -> Client:
    visitor = Client(headers={"accept-language": language})
    if user:
        visitor.force_login(user)
    return visitor


READERS = {
    None: {"freeze", "echo"},
    "alice": {"freeze", "echo", "for-customers"},
    "erin": {"freeze", "echo", "for-customers", "for-staff", "draft"},
}


@pytest.mark.parametrize("who", READERS)
def test_everybody_reads_and_finds_what_is_for_them(shelf: Cast, who: str | None) -> None:
    visitor = client(getattr(shelf, who) if who else None)
    index = visitor.get(reverse("knowledgebase:index")).content.decode()
    for article in Article.objects.all():
        allowed = article.slug in READERS[who]
        assert visitor.get(article.get_absolute_url()).status_code == (200 if allowed else 404), article.slug
        assert (article.get_absolute_url() in index) == allowed
        found = visitor.get(reverse("knowledgebase:search"), {"q": article.slug.replace("-", " ")}).content.decode()
        assert (article.get_absolute_url() in found) == (allowed and article.slug != "echo")


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("freeze", "freeze"), ("video freezes", "freeze"), ("fre", "freeze"), ("0x4002", "freeze"),
        ("4.4.1", "freeze"), ("卡顿", "freeze"), ("关键帧", "freeze"), ("回声", "echo"), ("外放回声", "echo"),
        ("KEY Frame", "freeze"), ("freeze zebra", "freeze"), ("quantum", None),
    ],
)  # fmt: skip
def test_the_search_box_finds(shelf: Cast, question: str, slug: str | None) -> None:
    page = client().get(reverse("knowledgebase:search"), {"q": question}).content.decode()
    for each in ("freeze", "echo"):
        assert (reverse("knowledgebase:article", args=[each]) in page) == (each == slug)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "a" * 20000,
        "q=%22*%29+OR+NEAR%28",
        "q=%27%3B--",
        "q=%25s%20%7B0%7D",
        "q[]=x",
        "q=&q=",
        "q=%F0%9F%98%80",
    ],
)
def test_no_query_breaks_the_search(shelf: Cast, query: str) -> None:
    assert client().get(reverse("knowledgebase:search") + "?" + query).status_code == 200


def test_a_changed_article_is_found_by_its_new_words_only(shelf: Cast) -> None:
    article = Article.objects.get(slug="freeze")
    article.body_en, article.title_en = "Completely different.", "Renamed"
    save_article(article=article, now=NOW)
    search = reverse("knowledgebase:search")
    assert article.get_absolute_url() not in client().get(search, {"q": "0x4002"}).content.decode()
    assert article.get_absolute_url() in client().get(search, {"q": "renamed"}).content.decode()


def test_each_language_is_read_by_its_reader_and_a_missing_one_is_said(shelf: Cast) -> None:
    freeze = reverse("knowledgebase:article", args=["freeze"])
    assert "Why video freezes" in client().get(freeze).content.decode()
    assert "视频卡顿的原因" in client(language="zh-hans").get(freeze).content.decode()
    echo = client().get(reverse("knowledgebase:article", args=["echo"])).content.decode()
    assert "not translated yet" in echo
    assert 'lang="zh-Hans"' in echo


def test_markup_in_an_article_is_shown_not_run(shelf: Cast) -> None:
    hostile = write(
        "hostile", title_en="<script>alert(1)</script>", body_en="<script>alert(2)</script> [x](javascript:alert(3))"
    )
    page = client().get(hostile.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_pages_ask_as_few_questions_for_many_articles_as_for_few(shelf: Cast, django_assert_num_queries) -> None:
    for number in range(30):
        write(f"more-{number}", title_en=f"Frozen {number}", body_en="freeze")
    visitor = client()
    with django_assert_num_queries(2):
        visitor.get(reverse("knowledgebase:index"))
    with django_assert_num_queries(2):
        visitor.get(reverse("knowledgebase:search"), {"q": "freeze"})


def test_the_page_says_on_which_day_it_was_changed(shelf: Cast) -> None:
    freeze = reverse("knowledgebase:article", args=["freeze"])
    assert ">8 Jun 2026</time>" in client().get(freeze).content.decode()
    in_chinese = client(language="zh-hans").get(freeze).content.decode()
    assert "2026-06-08" in re.sub("<[^>]*>", "", in_chinese)


@pytest.mark.django_db
def test_an_article_is_found_whose_row_in_the_index_is_left_from_before(shelf: Cast) -> None:
    """SQLite's index of words is no table that a flush empties, and the numbers begin anew after one."""
    Document.objects.all().delete()
    reset = connection.ops.sequence_reset_by_name_sql(no_style(), [{"table": Document._meta.db_table, "column": "id"}])
    with connection.cursor() as cursor:
        for statement in reset:
            cursor.execute(statement)
    write("jitter", title_en="Jitter", body_en="The buffer shrinks.")
    assert "/jitter/" in client().get("/help/search/", {"q": "shrinks"}).content.decode()
