"""The Celery application. Tasks only wake work up: everything owed is a row in the database."""

import os

from celery import Celery
from celery.signals import worker_init
from kombu.transport import TRANSPORT_ALIASES

from supportdesk.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
TRANSPORT_ALIASES["folder"] = "supportdesk.broker:Transport"

app = Celery("supportdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _settle(**_: object) -> None:
    settle()
