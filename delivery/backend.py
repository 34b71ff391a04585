"""Placeholder until rows are owed."""

from django.core.mail.backends.filebased import EmailBackend as OwedEmailBackend

__all__ = ["OwedEmailBackend"]
