"""Fields for the types of answer. Pure: text in, clean value or a sentence of what is needed out."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.versions import version_key
from tickets.choices import TextPattern
from tickets.forms.fields import LineField

VERSION_LENGTH, IDS_LENGTH, MOST_IDS = 40, 255, 20
# 110, -3319, 0x4002 or a name such as ERR_TIMED_OUT; several, with commas or spaces between them.
_ERROR_CODE = re.compile(r"(?:-?\d{1,12}|0[xX][0-9a-fA-F]{1,16}|[A-Za-z_][\w.:/-]{1,79})")
_IDENTIFIER = re.compile(r"[^\s,;，；]+")
_BETWEEN = re.compile(r"[\s,;，；、]+")
_NUMBER = re.compile(r"([-+]?)(\d{1,11}(?:[ ,]\d{3})+|\d{1,11})(?:[.](\d{1,9}))?\s*(?:[^\d\s.,+-][^\d]{0,15})?")
_COMMA = re.compile(r"([-+]?)(\d{1,11}),(\d{1,2}|\d{4,9})\s*(?:[^\d\s.,+-][^\d]{0,15})?")
TOO_LONG = _("At most %(limit_value)d characters, please: these are %(show_value)d.")
_RANGE_MARK = re.compile(r"^[\s^~><=@v]+", re.IGNORECASE)


class PatternField(LineField):
    """One line that looks like what was asked for."""

    default_error_messages = {
        TextPattern.ERROR_CODE: _("Only the code, for example 110, -3319, 0x4002 or ERR_TIMED_OUT."),
        TextPattern.IDENTIFIER: _("Only the id itself, without spaces or commas."),
        "min_length": _("A little more, please: at least %(limit_value)d characters."),
        "max_length": TOO_LONG,
    }

    def __init__(self, *, pattern: str = TextPattern.ANY, **options) -> None:
        super().__init__(**options)
        self.pattern = pattern

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if text and not self._fits(text):
            raise ValidationError(self.error_messages[self.pattern], code=self.pattern)
        return text

    def _fits(self, text: str) -> bool:
        if self.pattern == TextPattern.ERROR_CODE:
            return all(_ERROR_CODE.fullmatch(word) for word in _BETWEEN.split(text.strip(" ,;，；、")))
        return self.pattern != TextPattern.IDENTIFIER or _IDENTIFIER.fullmatch(text) is not None


class VersionField(LineField):
    """A version of the SDK; what a package file writes around it (`^4.2.1`) is taken off."""

    default_error_messages = {"no_version": _("Give the version in digits, for example 4.2.1."), "max_length": TOO_LONG}

    def __init__(self, **options) -> None:
        super().__init__(max_length=VERSION_LENGTH, **options)

    def to_python(self, value: object) -> str:
        text = _RANGE_MARK.sub("", super().to_python(value))
        if text and not version_key(text):
            raise ValidationError(self.error_messages["no_version"], code="no_version")
        return text


class UserIdField(LineField):
    """One user id or several; what stands between them becomes a comma."""

    default_error_messages = {
        "too_many": _("At most %(most)d user ids, please: those that show it best."), "max_length": TOO_LONG,
    }  # fmt: skip

    def __init__(self, **options) -> None:
        super().__init__(max_length=IDS_LENGTH, **options)

    def to_python(self, value: object) -> str:
        ids = [each for each in _BETWEEN.split(super().to_python(value)) if each]
        if len(ids) > MOST_IDS:
            raise ValidationError(self.error_messages["too_many"], code="too_many", params={"most": MOST_IDS})
        return ", ".join(ids)


class NumberField(forms.Field):
    """A number as people type it: full-width digits, thousands apart, a comma for the point, its unit behind it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {
        "invalid": _("Give a number, for example 250."),
        "too_small": _("At least %(limit)s, please."),
        "too_large": _("At most %(limit)s, please."),
    }

    def __init__(self, *, least: Decimal | None = None, most: Decimal | None = None, **options) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def to_python(self, value: object) -> Decimal | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        found = _NUMBER.fullmatch(text) or _COMMA.fullmatch(text)
        if found is None or "\x00" in text:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        sign, whole, part = found.groups()
        number = Decimal(f"{sign}{re.sub('[ ,]', '', whole)}.{part or 0}").quantize(Decimal("0.001"))
        if abs(number) >= 10**11:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            self._out_of_bounds("too_small", self.least)
        if self.most is not None and value > self.most:
            self._out_of_bounds("too_large", self.most)

    def _out_of_bounds(self, code: str, limit: Decimal) -> None:
        raise ValidationError(self.error_messages[code], code=code, params={"limit": f"{limit.normalize():f}"})
