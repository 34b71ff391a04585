"""Every write of the knowledge base begins here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from knowledgebase import markdown
from knowledgebase.models import Article
from textsearch.actions import index

ARTICLE = "article"  # the kind in the search index


def save_article(*, article: Article, now: datetime) -> Article:
    """Store an article, new or changed: its text rendered and findable in the same transaction."""
    with transaction.atomic():
        article.html_en = markdown.render(article.body_en, anchors=True)
        article.html_zh = markdown.render(article.body_zh, anchors=True)
        article.created_at = article.created_at or now
        article.updated_at = now
        article.save()
        for language, suffix in (("en", "en"), ("zh-hans", "zh")):
            index(
                kind=ARTICLE, object_id=article.pk, language=language, title=getattr(article, f"title_{suffix}"),
                body="\n".join([getattr(article, f"summary_{suffix}"), article.applies_to, getattr(article, f"body_{suffix}")]),
            )  # fmt: skip
        return article
