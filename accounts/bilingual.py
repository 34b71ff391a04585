"""Rows that staff write in both languages: which of the two a reader gets."""

from collections.abc import Mapping

from django.utils.translation import get_language


def in_reader_language(row: object, field: str) -> str:
    """The row's `<field>_zh` for a reader of Chinese, else `<field>_en`; the other one where one is empty."""
    return words_of({name: getattr(row, name) for name in (f"{field}_en", f"{field}_zh")}, field)


def words_of(words: Mapping[str, str], field: str) -> str:
    """The same choice, of a mapping with `<field>_en` and `<field>_zh`."""
    english, chinese = words.get(f"{field}_en", ""), words.get(f"{field}_zh", "")
    is_chinese = (get_language() or "en").startswith("zh")
    return (chinese or english) if is_chinese else (english or chinese)


class BilingualName:
    """Mixin for rows with `name_en` and `name_zh`."""

    @property
    def name(self) -> str:
        return in_reader_language(self, "name")

    def __str__(self) -> str:
        return self.name
