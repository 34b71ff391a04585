"""The articles that come with the demonstration."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from knowledgebase.actions import save_article
from knowledgebase.models import Article, Section
from supportdesk.demo.shelves import FOLDER, load_articles, read
from tests.cast import NOW

SLUGS = sorted(path.name.removesuffix(".en.md") for path in FOLDER.glob("*.en.md"))
CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL)
HAN = r"[\u4e00-\u9fff]"


@pytest.mark.parametrize("slug", SLUGS)
def test_an_article_says_the_same_in_both_languages(slug: str) -> None:
    (head_en, english), (head_zh, chinese) = (read(FOLDER / f"{slug}.{language}.md") for language in ("en", "zh"))
    assert not {"title", "summary"} - head_en.keys()
    assert head_zh.keys() == {"title", "summary"}
    for mark in (r"^#{2,3} ", r"^\|", r"^```", r"^\d+\. ", r"^- ", r"\]\("):
        counts = [len(re.findall(mark, text, re.MULTILINE)) for text in (english, chinese)]
        assert counts[0] == counts[1], mark


@pytest.mark.parametrize("slug", SLUGS)
def test_chinese_is_set_as_chinese(slug: str) -> None:
    head, body = read(FOLDER / f"{slug}.zh.md")
    prose = CODE.sub("", "\n".join([head["title"], head["summary"], body]))
    assert not re.findall(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}", prose), "a space between Chinese and Latin"
    assert not re.findall(f"{HAN}[,;:?!]|[,;:?!]{HAN}", prose), "full-width punctuation"
    assert not re.findall("你|[\"']", prose)


def test_loading_twice_adds_nothing_and_keeps_what_was_edited(db: None) -> None:
    load_articles(NOW)
    assert Article.objects.count() == len(SLUGS)
    assert sum(article.audience == "staff" for article in Article.objects.all()) == 2
    assert sum(article.status == "draft" for article in Article.objects.all()) == 1
    edited = Article.objects.get(slug="echo")
    edited.title_en = "Edited"
    save_article(article=edited, now=NOW)
    load_articles(NOW)
    assert Article.objects.count() == len(SLUGS)
    assert Article.objects.get(slug="echo").title_en == "Edited"
    assert all(section.articles.exists() for section in Section.objects.all())


def test_articles_link_only_to_each_other_and_a_public_one_only_to_public_ones(db: None) -> None:
    load_articles(NOW)
    articles = {article.slug: article for article in Article.objects.all()}
    for article in articles.values():
        for target in re.findall(r'href="([^"]*)"', article.html_en + article.html_zh):
            linked = articles[target.removeprefix("../").removesuffix("/")]
            assert article.audience == "staff" or (linked.audience, linked.status) == ("public", "published")


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "One viewer, or all of them?"), ("zh-hans", "是个别观众，还是所有观众？")]
)
def test_the_page_lists_its_own_headings(db: None, language: str, heading: str) -> None:
    load_articles(NOW)
    page = Client(headers={"accept-language": language}).get(
        reverse("knowledgebase:article", args=["why-video-freezes"])
    )
    assert f'<a href="#part-1">{heading}</a>' in page.content.decode()
    assert f'<h2 id="part-1">{heading}</h2>' in page.content.decode()


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("103", "join-failures-and-token-errors"),
        ("时钟", "join-failures-and-token-errors"),
        ("webrtc-internals", "getstats-and-webrtc-internals"),
        ("蓝牙", "bluetooth-and-audio-routes"),
        ("firewall", "ports-and-proxies"),
    ],
)
def test_the_search_finds_them(db: None, question: str, slug: str) -> None:
    load_articles(NOW)
    page = Client().get(reverse("knowledgebase:search"), {"q": question}).content.decode()
    assert reverse("knowledgebase:article", args=[slug]) in page
