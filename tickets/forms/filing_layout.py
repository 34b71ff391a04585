"""How the filing form is laid out: numbered steps, what is needed above what only helps."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout, LayoutObject
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


class Section(Fieldset):
    """A numbered step of the page."""

    template = "tickets/new_section.html"

    def __init__(self, number: int, legend: str | Promise, *fields: Any, **kwargs: Any) -> None:
        super().__init__(legend, *fields, **kwargs)
        self.number = number


class Plain(Field):
    template = "tickets/new_field.html"


class Special(Field):
    """A field with a template of its own name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, template=f"tickets/new_{name}.html")


class Hint(LayoutObject):
    """The line between what is needed and what only helps."""

    def render(self, form, context, template_pack=None, **kwargs) -> str:
        return render_to_string("tickets/new_hint.html")


class Coach(LayoutObject):
    """What an engineer would ask for, beside the description."""

    def render(self, form, context, template_pack=None, **kwargs) -> str:
        return render_to_string("tickets/new_coach.html", {"advice": context.get("advice")})


class SecretsFound(LayoutObject):
    """Where the page's script names the secrets it found in the form."""

    def render(self, form, context, template_pack=None, **kwargs) -> str:
        return render_to_string("tickets/parts/masking_panel.html")


def filing_helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = False
    plain = [Plain(name) for name in ("product", "sdk_version", "platform")]
    call = [Plain("channel"), Plain("user_ids")]
    when = [Plain("occurred_at"), Plain("occurred_zone"), Plain("frequency")]
    device = [Plain("device"), Plain("os_version"), Plain("network")]
    helper.layout = Layout(
        Section(1, gettext_lazy("What is wrong"), Special("app"), Special("category"), Special("severity")),
        Section(
            2,
            gettext_lazy("What happened"),
            Plain("subject"),
            Div(Plain("description"), Coach(), css_class="coached"),
            SecretsFound(),
            Hint(),
            Div(*plain, css_class="field-row"),
            Div(*call, css_class="field-row only-call"),
            Div(
                Div(*when, css_class="field-row only-call"),
                Div(*device, css_class="field-row"),
                Plain("steps"),
                css_class="not-p0",
            ),
        ),
    )
    return helper
