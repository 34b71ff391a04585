"""What can be found: one row a thing and language. The engines' own indexes are made by the migrations."""

from django.db import models


class Document(models.Model):
    """`kind` (letters only) and `object_id` name the thing on the floor above; `title` and `body` are encoded tokens, space
    between."""

    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    language = models.CharField(max_length=10)
    title = models.TextField()
    body = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "object_id", "language"), name="document_unique"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.language}"
