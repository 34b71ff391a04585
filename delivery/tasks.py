"""Celery shells of the delivery floor."""

from celery import shared_task
from django.utils import timezone

from delivery.actions import SEND_TASK
from delivery.sending import send_due
from delivery.wake import wake


@shared_task(name=SEND_TASK)
def send() -> None:
    if send_due(timezone.now()).is_work_left:
        wake(SEND_TASK)
