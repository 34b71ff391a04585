"""Articles, each in both languages, in sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import BilingualName, in_reader_language
from accounts.models import User
from knowledgebase.choices import ArticleStatus, Audience

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Section(BilingualName, models.Model):
    """A shelf of articles."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """Staff see drafts too; customers published articles for them; everybody else the public ones."""
        if isinstance(user, User) and user.is_active:
            if user.is_staff:
                return self
            return self.published().exclude(audience=Audience.STAFF)
        return self.published().filter(audience=Audience.PUBLIC)

    def published(self) -> ArticleQuerySet:
        return self.filter(status=ArticleStatus.PUBLISHED)


class Article(models.Model):
    """Title, summary and body in both languages; an empty translation falls back to the other language, with a note.

    `html_*` are the sanitised renderings of `body_*` (Markdown), written by `actions.save_article`.
    """

    section = models.ForeignKey(Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="articles")
    slug = models.SlugField(_("address"), unique=True, max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=160, blank=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=160, blank=True)
    summary_en = models.CharField(_("summary (English)"), max_length=300, blank=True)
    summary_zh = models.CharField(_("summary (Chinese)"), max_length=300, blank=True)
    body_en = models.TextField(_("text (English, Markdown)"), blank=True)
    body_zh = models.TextField(_("text (Chinese, Markdown)"), blank=True)
    html_en = models.TextField(blank=True, editable=False)
    html_zh = models.TextField(blank=True, editable=False)
    applies_to = models.CharField(_("applies to"), max_length=160, blank=True, help_text=_("SDK, platform, versions"))
    audience = models.CharField(_("who may read it"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    status = models.CharField(
        _("status"), max_length=10, choices=ArticleStatus.choices, default=ArticleStatus.DRAFT, db_index=True
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("updated"), editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("section", "title_en", "pk")
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(title_en="") | ~models.Q(title_zh=""), name="article_has_a_title"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("knowledgebase:article", args=[self.slug])

    @property
    def title(self) -> str:
        return in_reader_language(self, "title")

    @property
    def summary(self) -> str:
        return in_reader_language(self, "summary")

    @property
    def html(self) -> str:
        return in_reader_language(self, "html")

    @property
    def applies_to_parts(self) -> list[str]:
        """What the text applies to, one by one: "Video SDK 4.0+ · iOS" names two."""
        return [part for each in self.applies_to.split("·") if (part := each.strip())]

    @property
    def languages(self) -> list[str]:
        """The languages in which there is a text."""
        return [code for code, body in (("en", self.body_en), ("zh-hans", self.body_zh)) if body.strip()]
