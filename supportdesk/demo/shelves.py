"""The demonstration's articles: Markdown files in both languages, each under a head between two lines of `+++` (TOML).

The English file also says what both share: section, applies_to, audience and status.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from django.db import transaction

from knowledgebase.actions import save_article
from knowledgebase.choices import ArticleStatus, Audience
from knowledgebase.models import Article, Section

FOLDER = Path(__file__).parent / "articles"


def load_articles(now: datetime) -> None:
    """Adds the sections and articles that are not there yet; what somebody has edited since stays as it is."""
    with transaction.atomic():
        sections = _sections()
        present = set(Article.objects.values_list("slug", flat=True))
        for path in sorted(FOLDER.glob("*.en.md")):
            slug = path.name.removesuffix(".en.md")
            if slug not in present:
                save_article(article=_article(slug, sections), now=now)


def _sections() -> dict[str, Section]:
    rows = tomllib.loads((FOLDER / "sections.toml").read_text(encoding="utf-8"))["sections"]
    for position, row in enumerate(rows):
        names = {"name_en": row["name_en"], "name_zh": row["name_zh"]}
        Section.objects.get_or_create(code=row["code"], defaults={**names, "position": position})
    return {section.code: section for section in Section.objects.all()}


def _article(slug: str, sections: dict[str, Section]) -> Article:
    english, body_en = read(FOLDER / f"{slug}.en.md")
    chinese, body_zh = read(FOLDER / f"{slug}.zh.md")
    return Article(
        section=sections[english["section"]],
        slug=slug,
        title_en=english["title"],
        title_zh=chinese["title"],
        summary_en=english["summary"],
        summary_zh=chinese["summary"],
        body_en=body_en,
        body_zh=body_zh,
        applies_to=english["applies_to"],
        audience=english.get("audience", Audience.PUBLIC),
        status=english.get("status", ArticleStatus.PUBLISHED),
    )


def read(path: Path) -> tuple[dict[str, str], str]:
    """The head and the text of one file."""
    _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(head), body.strip() + "\n"
