"""How the filing form is laid out: numbered steps, what everybody is asked above what the kind of problem asks."""

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


class Part(LayoutObject):
    """A piece of the page that is no field: a template of its own, which sees the form and its category."""

    def __init__(self, template: str) -> None:
        self.template = template

    def render(self, form, context, template_pack=None, **kwargs) -> str:
        return render_to_string(self.template, {**context.flatten(), "form": form, "category": form.kind})


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
    helper.layout = Layout(
        Section(1, gettext_lazy("What is wrong"), Special("app"), Special("category"), Special("severity")),
        Section(
            2,
            gettext_lazy("What happened"),
            Plain("subject"),
            Part("tickets/new_first_question.html"),
            Div(Plain("description"), Coach(), css_class="coached"),
            SecretsFound(),
            Part("tickets/new_questions.html"),
        ),
    )
    return helper
