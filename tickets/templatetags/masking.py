"""The panel that names secrets before they are sent, and the table that its script reads."""

from __future__ import annotations

from django import template

from tickets.masking_rules import for_script

register = template.Library()


@register.inclusion_tag("tickets/parts/masking_script.html")
def masking_script() -> dict[str, object]:
    """Once in the head of a page that has the panel."""
    return {"rules": list(for_script())}


@register.inclusion_tag("tickets/parts/masking_panel.html")
def masking_panel() -> dict[str, object]:
    """Once in each form that people write in."""
    return {}
