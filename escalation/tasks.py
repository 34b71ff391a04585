"""Celery shells of the escalation floor."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from escalation import canary as proving
from escalation import health, promise_sweep
from escalation import sweep as sweeping

LONGEST = timedelta(seconds=20)  # then the other jobs of a worker get their turn


@shared_task(name="escalation.tasks.sweep")
def sweep() -> None:
    now = timezone.now()
    health.beating(now, lambda: sweeping.run(now, within=LONGEST, hands=settings.SWEEP_HANDS).looked_at)


@shared_task(name="escalation.tasks.keep_promises")
def keep_promises() -> None:
    promise_sweep.run(timezone.now(), within=LONGEST)


@shared_task(name="escalation.tasks.canary")
def canary() -> None:
    proving.run(timezone.now())
