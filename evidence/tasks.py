"""Celery shells of the evidence room."""

from celery import shared_task
from django.utils import timezone

from evidence import actions

_LONGEST = 30 * 60  # seconds; the files of a bundle may be many


@shared_task(name=actions.BUILD_TASK, soft_time_limit=_LONGEST, time_limit=_LONGEST + 30)
def build() -> None:
    actions.build_due(now=timezone.now())


@shared_task(name="evidence.tasks.sweep")
def sweep() -> None:
    actions.sweep_bundles(now=timezone.now())
