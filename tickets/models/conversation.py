"""What people wrote and sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from tickets.choices import LogSide, MessageKind
from tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Of tickets the person sees: everything for staff, public messages for customers."""
        if user.is_authenticated and user.is_active and user.is_staff:
            return self
        tickets = Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))
        return self.filter(Exists(tickets), kind=MessageKind.PUBLIC)


class Message(models.Model):
    """A public reply or an internal note. `body` is Markdown, `body_html` its sanitised rendering. Append-only.

    `is_automatic` messages are no first response.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind.choices, default=MessageKind.PUBLIC)
    is_from_staff = models.BooleanField()
    is_automatic = models.BooleanField(default=False)
    body = models.TextField()
    body_html = models.TextField()
    created_at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (models.Index(fields=("ticket", "created_at"), name="message_ticket_at"),)

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_internal(self) -> bool:
        return self.kind == MessageKind.INTERNAL


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> AttachmentQuerySet:
        """Files of visible messages, and one's own that are not sent yet."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self.filter(Q(message__isnull=False) | Q(uploaded_by=user))
        messages = Message.objects.visible_to(user).filter(pk=OuterRef("message"))
        return self.filter(Exists(messages) | Q(message=None, uploaded_by=user))

    def unsent(self, *, user: User, draft_key: uuid.UUID) -> AttachmentQuerySet:
        return self.filter(message=None, uploaded_by=user, draft_key=draft_key)

    def bytes_of(self, organisation: Organisation) -> int:
        """How much the organisation's people sent, in bytes."""
        return self.filter(organisation=organisation).aggregate(total=Sum("size"))["total"] or 0


def storage_name(attachment: Attachment, filename: str) -> str:
    """A random path: what the sender called the file never reaches the file system."""
    key = attachment.key.hex
    return f"attachments/{key[:2]}/{key}"


class Attachment(models.Model):
    """A file. Until its message is sent it belongs to the uploader's draft `draft_key`. Sizes in bytes.

    `organisation` is the one whose room it takes, none for files of staff. `contents` is what was seen in an archive
    (`archives.Contents`). Size and hash are those of what is stored. `lost_at` is when the storage was found not to have
    its bytes any more, None while it has.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="attachments")
    draft_key = models.UUIDField(db_index=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=storage_name, max_length=120)
    created_at = models.DateTimeField()
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contents = models.JSONField(null=True)
    side = models.CharField(max_length=5, choices=LogSide.choices, blank=True)
    lost_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        # Both columns, so that what an organisation uses is summed from the index alone.
        indexes = (models.Index(fields=("organisation", "size"), name="attachment_room"),)
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
