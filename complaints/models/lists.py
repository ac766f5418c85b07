"""The lists that cases are sorted by; managers edit them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import Listed


class Kept(Listed):
    """An entry that two managers may edit at a time."""

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(Listed.Meta):
        abstract = True


class Category(Kept):
    """What a case is about; a tree of at most two levels."""

    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("belongs to"),
    )

    class Meta(Listed.Meta):
        verbose_name_plural = "categories"


class RootCause(Kept):
    """Why it happened, found when a complaint is resolved."""
