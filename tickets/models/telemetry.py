"""Where calls are recorded, and for how long: rows that staff edit."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import BilingualName, in_reader_language
from accounts.models import SdkProduct
from tickets.models.ticket import Category
from tickets.telemetry import Source

LONGEST_HOURS = 24 * 3650


class DataSource(BilingualName, models.Model):
    """Something that records calls. None is deleted: one that records no more is switched off, so that its edit is seen."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    holds_en = models.CharField(_("what it holds, in English"), max_length=200, blank=True)
    holds_zh = models.CharField(_("what it holds, in Chinese"), max_length=200, blank=True)
    retention_hours = models.PositiveIntegerField(
        _("kept for hours"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_HOURS)],
        help_text=_("Counted from the time of the call. 24 is a day, 336 are two weeks."),
    )
    products = models.ManyToManyField(
        SdkProduct, verbose_name=_("only for these SDKs"), blank=True, help_text=_("None chosen: for all.")
    )
    categories = models.ManyToManyField(
        Category, verbose_name=_("only for these kinds of problem"), blank=True, help_text=_("None chosen: for all.")
    )
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    edited_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("source of call data")
        verbose_name_plural = _("sources of call data")

    @property
    def holds(self) -> str:
        return in_reader_language(self, "holds")

    def as_source(self) -> Source:
        """The facts for `tickets.telemetry`; reads both lists."""
        return Source(
            key=self.pk,
            kept_for=timedelta(hours=self.retention_hours),
            products=frozenset(each.pk for each in self.products.all()),
            categories=frozenset(each.pk for each in self.categories.all()),
        )
