"""What the transcript looks up."""

from collections.abc import Mapping

from django import template

from tickets.models import Attachment

register = template.Library()


@register.simple_tag
def place(paths: Mapping[int, str], attachment: Attachment) -> str:
    """Where in the bundle the file stands; nothing where it was lost."""
    return paths.get(attachment.pk, "")
