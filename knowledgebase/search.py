"""Which articles answer a question. Candidates come from the engine, who may see them is asked of the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accounts.models import User
from knowledgebase.actions import ARTICLE
from knowledgebase.models import Article
from textsearch import engine
from textsearch.tokens import query_tokens

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MOST = 20
FEW = 3  # with fewer exact hits, articles that hold only some of the words are added


def search(text: str, *, user: User | AnonymousUser, language: str) -> list[Article]:
    """At most twenty articles that the person may read, best first, those in the reader's language before others."""
    wanted = query_tokens(text)
    ids = _best(engine.search(ARTICLE, wanted), language)
    if len(ids) < FEW and len(wanted) > 1:
        ids += [each for each in _best(engine.search(ARTICLE, wanted, any_token=True), language) if each not in ids]
    found = Article.objects.visible_to(user).select_related("section").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found][:MOST]


def _best(hits: Iterable[engine.Hit], language: str) -> list[int]:
    ranked = sorted(hits, key=lambda hit: (hit.language == language, hit.score), reverse=True)
    return list(dict.fromkeys(hit.object_id for hit in ranked))
