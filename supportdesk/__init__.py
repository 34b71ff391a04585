"""The roof: settings, URLs, entry points. Nothing else imports it."""

from supportdesk.celery import app as celery_app

__all__ = ["celery_app"]
