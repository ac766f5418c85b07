"""What small dated records about a customer have in common."""

from django.conf import settings
from django.db import models

from crm.platform.amounts import bounds


def amount(label, *, least: int | None = 0) -> models.DecimalField:
    """Money in the installation's currency; empty where it is not known."""
    return models.DecimalField(
        label,
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=bounds(least),
    )


class Record(models.Model):
    """A row about a customer that people write, correct and remove.

    Removing only hides it, so that it can be undone; who changed what stands in `Change`.
    """

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
