"""Celery shells of the escalation floor."""

from celery import shared_task
from django.utils import timezone

from escalation import sweep as sweeping


@shared_task(name="escalation.tasks.sweep")
def sweep() -> None:
    sweeping.run(timezone.now())
