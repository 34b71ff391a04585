"""The questions of each category, its first question and files to ask for, and how logs are fetched."""

import re

from django.db import migrations

from tickets.migrations._questions import CATEGORIES, LOG_GUIDES, QUESTIONS

_ASKED = re.compile(r"(?P<code>\w+)(?P<needed>!?)(?:@(?P<question>\w+)=(?P<choice>\w+))?(?:#(?P<platform>\w+))?")


def add(apps, schema_editor):
    questions, choices = {}, {}
    for code, (kind, group, label_en, label_zh, more) in QUESTIONS.items():
        help_en, help_zh = more.get("help", ("", ""))
        unit_en, unit_zh = more.get("unit", ("", ""))
        row, _ = apps.get_model("tickets", "Question").objects.update_or_create(
            code=code,
            defaults={
                "kind": kind, "group": group, "label_en": label_en, "label_zh": label_zh,
                "help_en": help_en, "help_zh": help_zh, "unit_en": unit_en, "unit_zh": unit_zh,
                "fact": more.get("fact", ""), "pattern": more.get("pattern", "any"),
                "least": more.get("least"), "most": more.get("most"),
            },
        )
        questions[code] = row
        for position, (choice, choice_en, choice_zh) in enumerate(more.get("choices", ()), start=1):
            choices[code, choice], _ = apps.get_model("tickets", "QuestionChoice").objects.update_or_create(
                question=row, code=choice,
                defaults={"label_en": choice_en, "label_zh": choice_zh, "position": position * 10},
            )
    for code, (first, files, asked) in CATEGORIES.items():
        _ask(apps, code, first, files, asked, questions, choices)
    for platform, (path, command, how_en, how_zh) in LOG_GUIDES.items():
        apps.get_model("tickets", "LogGuide").objects.update_or_create(
            platform=platform, product=None,
            defaults={"path": path, "command": command, "how_en": how_en, "how_zh": how_zh},
        )


def _ask(apps, code, first, files, asked, questions, choices):
    """A category that an administrator deleted stays deleted."""
    category = apps.get_model("tickets", "Category").objects.filter(code=code).first()
    if category is None:
        return
    category.first_question_en, category.first_question_zh = first
    category.attachments_en, category.attachments_zh = files
    category.save(update_fields=["first_question_en", "first_question_zh", "attachments_en", "attachments_zh"])
    for position, written in enumerate(asked, start=1):
        said = _ASKED.fullmatch(written)
        assert said, written
        apps.get_model("tickets", "CategoryQuestion").objects.update_or_create(
            category=category,
            question=questions[said["code"]],
            defaults={
                "position": position * 10,
                "is_required": bool(said["needed"]),
                "only_if": choices[said["question"], said["choice"]] if said["question"] else None,
                "only_on": said["platform"] or "",
            },
        )


def remove(apps, schema_editor):
    """Questions that were answered stay: answers do not vanish with a step back."""
    asked = apps.get_model("tickets", "CategoryQuestion").objects
    asked.filter(question__code__in=QUESTIONS).delete()
    asked.filter(only_if__question__code__in=QUESTIONS).update(only_if=None)
    apps.get_model("tickets", "Question").objects.filter(code__in=QUESTIONS, answers=None).delete()
    apps.get_model("tickets", "LogGuide").objects.filter(product=None).delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_intake")]
    operations = [migrations.RunPython(add, remove)]
