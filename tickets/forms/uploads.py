"""What the page's script says of a file that it is going to send. Shape only."""

from __future__ import annotations

from django import forms

from tickets.filetypes import safe_name

MOST_BYTES = 2**60


class FileNameField(forms.Field):
    """A file's name: any text, what cannot be told is taken out of it."""

    def to_python(self, value: object) -> str:
        return safe_name(str(value or ""))


class DraftForm(forms.Form):
    """The draft, by its submission key, that the file goes into."""

    draft = forms.UUIDField()


class BeginForm(DraftForm):
    """`key` is made by the script, so that asking twice begins once; `ticket` is where the file will be sent, if that exists."""

    key = forms.UUIDField()
    name = FileNameField()
    size = forms.IntegerField(min_value=0, max_value=MOST_BYTES)
    ticket = forms.IntegerField(required=False, min_value=1, max_value=2**62)
