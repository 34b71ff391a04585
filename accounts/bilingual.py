"""Rows that staff write in both languages: which of the two a reader gets."""

from django.utils.translation import get_language


def in_reader_language(row: object, field: str) -> str:
    """The row's `<field>_zh` for a reader of Chinese, else `<field>_en`; the other one where one is empty."""
    english = getattr(row, f"{field}_en")
    chinese = getattr(row, f"{field}_zh")
    is_chinese = (get_language() or "en").startswith("zh")
    return (chinese or english) if is_chinese else (english or chinese)


class BilingualName:
    """Mixin for rows with `name_en` and `name_zh`."""

    @property
    def name(self) -> str:
        return in_reader_language(self, "name")

    def __str__(self) -> str:
        return self.name
