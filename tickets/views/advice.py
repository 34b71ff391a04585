"""The coach's panel, judged anew while somebody types. Nothing is kept and nothing is refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.numbers import whole_number
from tickets.advice import FIELDS, MOST_FILES, Advice, advise
from tickets.forms.filing import FilingForm
from tickets.forms.questions import PREFIX, UNKNOWN
from tickets.models import Category
from tickets.views.shared import to_desk

LONGEST_COUNT = 4  # digits


@login_required
@require_POST
def advice(request: HttpRequest) -> HttpResponse:
    """The panel alone, for what the page has in its fields; `file_count` is how many files it holds."""
    if request.user.is_staff:
        return to_desk()
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    answered = _answered(request.POST.items())
    files = _count(request.POST.get("file_count", ""))
    says_first = _says_first(Category.objects.filter(code=typed["category"].replace("\x00", "")).first())
    said = advise(typed, answered=answered, files=files, says_first=says_first)
    return render(request, "tickets/new_advice.html", {"advice": said})


def advice_of(form: FilingForm, *, files: int) -> Advice:
    """The panel of a page that is shown: for what its form holds."""
    values = {bound.name: str(bound.value() or "") for bound in form}
    typed = {name: values.get(name, "") for name in FIELDS}
    return advise(typed, answered=_answered(values.items()), files=files, says_first=_says_first(form.kind))


def _says_first(kind: Category | None) -> bool:
    return bool(kind and kind.first_question)


def _answered(values: Iterable[tuple[str, str]]) -> set[str]:
    """The columns and questions that a form's fields say something to: a question's field bears its code and a prefix."""
    return {name.removesuffix(UNKNOWN).removeprefix(PREFIX) for name, value in values if value.strip()}


def _count(text: str) -> int:
    return min(whole_number(text, digits=LONGEST_COUNT) or 0, MOST_FILES)
