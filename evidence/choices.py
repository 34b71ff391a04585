"""Codes of the evidence room."""

from django.db.models import TextChoices


class ExportState(TextChoices):
    OWED = "owed"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # its file was cleared away; what it said of the chain stays
