from django.db import models

from complaints.models.cases import Case
from complaints.querysets import AttachmentQuerySet
from crm.platform.models import StoredFile


class CaseAttachment(StoredFile):
    """A file that belongs to a case: a picture of the damage, a letter, an invoice."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
