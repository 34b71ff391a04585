"""Celery shells of the notifications floor."""

from celery import shared_task
from django.utils import timezone

from delivery.wake import wake
from escalation.health import watch
from notifications import fan_out as fanning
from tickets.actions.base import FAN_OUT_TASK


@shared_task(name=FAN_OUT_TASK)
def fan_out() -> None:
    now = timezone.now()
    watch(now)  # whoever is woken while the sweep is dead notices it
    if fanning.run(now).is_work_left:
        wake(FAN_OUT_TASK)
