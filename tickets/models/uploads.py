"""Files on their way in: what has arrived of each, in parts that outlive the connection and the process."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Sum

from accounts.models import Organisation, User
from tickets.choices import UploadState
from tickets.models.conversation import Attachment

_TAKES_ROOM = (UploadState.RECEIVING, UploadState.KEEPING)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> UploadQuerySet:
        """One's own, until they are given up."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(owner=user).exclude(state=UploadState.GONE)

    def on_the_way(self) -> UploadQuerySet:
        return self.filter(state__in=_TAKES_ROOM)

    def bytes_of(self, organisation: Organisation) -> int:
        """What the organisation's uploads will take when they are whole, in bytes."""
        return self.on_the_way().filter(organisation=organisation).aggregate(total=Sum("size"))["total"] or 0


class Upload(models.Model):
    """A file on its way in. `size` and `received` are in bytes; the sender makes the `key`, so that asking twice begins once.

    While it is KEEPING, `attempt` is the key of the attachment that is being written and the claim of whoever writes it.
    """

    key = models.UUIDField(unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, default=UploadState.RECEIVING)
    refusal = models.CharField(max_length=12, blank=True)
    attempt = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(received__gte=0, received__lte=models.F("size")), name="upload_received_fits"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        return self.received == self.size

    @property
    def folder(self) -> str:
        """Where its parts stand in the storage."""
        return f"uploads/{self.key.hex}"


class UploadPart(models.Model):
    """A stored piece of an upload. All but the last have the same size; `offset` is in bytes."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.BigIntegerField()
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=120)

    class Meta:
        ordering = ("offset",)
        constraints = (models.UniqueConstraint(fields=("upload", "offset"), name="upload_part_unique"),)

    def __str__(self) -> str:
        return f"{self.upload_id} {self.offset}"


def new_part_name(upload: Upload, offset: int) -> str:
    """A name of its own for each try: two tabs may store the same part at once, and one of the two is thrown away."""
    return f"{upload.folder}/{offset}-{uuid.uuid4().hex[:12]}"
