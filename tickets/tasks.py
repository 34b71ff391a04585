"""Celery shells of the tickets floor."""

from celery import shared_task
from django.utils import timezone

from tickets import actions


@shared_task(name="tickets.tasks.sweep_unsent")
def sweep_unsent() -> None:
    actions.sweep_unsent(now=timezone.now())


@shared_task(name="tickets.tasks.sweep_drafts")
def sweep_drafts() -> None:
    actions.sweep_drafts(now=timezone.now())


@shared_task(name="tickets.tasks.watch_call_data")
def watch_call_data() -> None:
    actions.watch_call_data(now=timezone.now())


@shared_task(name="tickets.tasks.remind_customers")
def remind_customers() -> None:
    actions.remind_customers(now=timezone.now())


@shared_task(name="tickets.tasks.sweep_writing")
def sweep_writing() -> None:
    actions.sweep_writing(now=timezone.now())


@shared_task(name="tickets.tasks.ask_for_outcomes")
def ask_for_outcomes() -> None:
    actions.ask_for_outcomes(now=timezone.now())


@shared_task(name="tickets.tasks.sweep_uploads")
def sweep_uploads() -> None:
    actions.sweep_uploads(now=timezone.now())


@shared_task(name="tickets.tasks.look_for_lost_files")
def look_for_lost_files() -> None:
    actions.look_for_lost_files(now=timezone.now())
