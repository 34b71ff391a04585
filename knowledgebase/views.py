"""Pages of the knowledge base: its shelves, an article, and what a search found."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from knowledgebase import markdown
from knowledgebase.forms import SearchForm
from knowledgebase.models import Article, Section
from knowledgebase.search import search as find


def index(request: HttpRequest) -> HttpResponse:
    articles = Article.objects.visible_to(request.user).defer("body_en", "body_zh", "html_en", "html_zh")
    sections = Section.objects.prefetch_related(Prefetch("articles", articles, to_attr="readable"))
    shelves = [section for section in sections if section.readable]
    return render(request, "knowledgebase/index.html", {"shelves": shelves, "form": SearchForm()})


def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    text = form.text
    found = find(text, user=request.user, language=get_language() or "en") if text else []
    return render(request, "knowledgebase/search.html", {"form": form, "text": text, "found": found})


def article(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Article.objects.visible_to(request.user).select_related("section"), slug=slug)
    related = (
        Article.objects.visible_to(request.user)
        .filter(section=shown.section_id)
        .exclude(pk=shown.pk)
        .defer("body_en", "body_zh", "html_en", "html_zh")[:5]
    )
    is_translated = (get_language() or "en") in shown.languages
    context = {"article": shown, "related": related, "is_translated": is_translated}
    context["contents"] = markdown.contents(shown.html)
    return render(request, "knowledgebase/article.html", context)
