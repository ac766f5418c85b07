"""Who changed what from what to what, written by the database itself."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.customer import Customer
from customers.querysets.changes import ChangeQuerySet


class Change(models.Model):
    """One change of one row about a customer.

    Triggers write it, in the transaction of the change; the application's database role can
    neither add, change nor delete rows here. Erasing a person's data goes through a function of
    the owner's, which takes values away and leaves that something changed.
    """

    class Kind(models.TextChoices):
        ADDED = "+", pgettext_lazy("what happened to it", "added")
        CHANGED = "~", _("changed")
        DELETED = "-", _("deleted")

    customer = models.ForeignKey(
        Customer,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="changes",
        db_constraint=False,
        db_index=False,
    )
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    kind = models.CharField(max_length=1, choices=Kind)
    # Column: [before, after], as JSON has them.
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="change_of_customer"),
            models.Index(fields=["table", "row"], name="change_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.kind}"
