"""Staff write articles in the admin."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from knowledgebase.models import Article, Section
from tests.cast import Cast
from tests.knowledgebase.test_answers import write


@pytest.fixture
def desk(cast: Cast) -> Client:
    write("taken", title_en="Taken", body_en="Text.")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.ada)
    return client


def typed(**fields: object) -> dict[str, object]:
    article = {
        "section": Section.objects.get().pk, "slug": "new", "applies_to": "", "audience": "public", "status": "published",
        "title_en": "New", "summary_en": "", "body_en": "## One\n\n**Bold.**", "title_zh": "", "summary_zh": "", "body_zh": "",
    }  # fmt: skip
    return article | fields


def test_an_article_that_is_saved_is_rendered_and_found(desk: Client) -> None:
    assert desk.post(reverse("admin:knowledgebase_article_add"), typed()).status_code == 302
    article = Article.objects.get(slug="new")
    assert '<h2 id="part-1">One</h2>' in article.html_en
    assert article.get_absolute_url() in desk.get(reverse("knowledgebase:search"), {"q": "bold"}).content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title_en": "", "body_en": ""}, "Give the article a title"),
        ({"title_en": " ", "body_en": ""}, "Give the article a title"),
        ({"body_zh": "正文"}, "needs a title too"),
        ({"slug": "taken"}, "Another article has this address"),
        ({"body_en": "字" * 40_000}, "At most 100 kB"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(desk: Client, fields: dict, message: str) -> None:
    page = desk.post(reverse("admin:knowledgebase_article_add"), typed(applies_to="kept words", **fields))
    assert page.status_code == 200
    assert message in page.content.decode()
    assert "kept words" in page.content.decode()
    assert Article.objects.count() == 1


def test_a_text_in_chinese_alone_is_enough(desk: Client) -> None:
    fields = typed(title_en="", body_en="", title_zh="标题", body_zh="**注意：**请看")
    assert desk.post(reverse("admin:knowledgebase_article_add"), fields).status_code == 302
    assert "<strong>注意：</strong>请看" in Article.objects.get(slug="new").html_zh


def test_the_list_asks_as_few_questions_for_many_articles_as_for_few(desk: Client) -> None:
    counts = []
    for more in range(2):
        for number in range(20 * more):
            write(f"more-{number}", title_en=f"More {number}", body_en="x")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(reverse("admin:knowledgebase_article_changelist")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_form_and_list_open(desk: Client) -> None:
    article = Article.objects.get()
    page = desk.get(reverse("admin:knowledgebase_article_change", args=[article.pk])).content.decode()
    assert article.get_absolute_url() in page
    assert "Markdown" in page
