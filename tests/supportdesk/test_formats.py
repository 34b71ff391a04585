"""Dates on the pages that Django writes read as those that we write."""

import datetime as dt

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from sla import wording
from sla.templatetags import sla_time

AT = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_django_writes_an_instant_as_our_own_wording_does(language):
    with translation.override(language), timezone.override(dt.UTC):
        assert date_format(AT, "DATETIME_FORMAT") == wording.short_instant(AT)
        assert date_format(AT, "SHORT_DATETIME_FORMAT") == wording.short_instant(AT)
        assert date_format(AT, "DATE_FORMAT") == wording.day(AT)


@pytest.mark.parametrize(
    ("language", "sentences", "names"), [("en", "One. Two.", "Ann, Ben"), ("zh-hans", "One.Two.", "Ann、Ben")]
)
def test_sentences_and_names_are_joined_as_the_language_does(language, sentences, names):
    with translation.override(language):
        assert wording.sentences(["One.", "", "Two."]) == sentences
        assert wording.listed(["Ann", "Ben"]) == names


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "22 Nov 2026, 14:05 (UTC)"),
        ("zh-hans", '<span class="nowrap">2026-11-22</span> 14:05（UTC）'),
    ],
)
def test_a_chinese_date_stays_on_one_line_of_a_page(language, written):
    with translation.override(language), timezone.override(dt.UTC):
        assert sla_time.instant(AT) == written
