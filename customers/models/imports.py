"""An import: a file on its way into the tables."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Job
from customers.models.customer import Source


class ImportKind(models.TextChoices):
    CUSTOMERS = "customers", _("Customers")
    TRANSACTIONS = "transactions", _("Transactions")


class DateOrder(models.TextChoices):
    DMY = "dmy", _("day, month, year")
    MDY = "mdy", _("month, day, year")
    YMD = "ymd", _("year, month, day")


class ImportRun(models.Model):
    """One file: uploaded, its columns matched, checked, committed in the background."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked")
        COMMITTING = "committing", _("being committed")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", verbose_name=_("source")
    )
    file_name = models.CharField(max_length=200)
    stored_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    # field of ours -> column of the file
    mapping = models.JSONField(default=dict)
    date_order = models.CharField(_("dates are"), max_length=3, choices=DateOrder, blank=True)
    create_customers = models.BooleanField(_("create unknown customers"), default=False)
    rows = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    same = models.PositiveBigIntegerField(default=0)
    wrong = models.PositiveBigIntegerField(default=0)
    customers_created = models.PositiveBigIntegerField(default=0)
    wrong_rows_name = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="import_run")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportMapping(models.Model):
    """The match of columns that a source's files had last time, proposed the next time."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=ImportKind)
    mapping = models.JSONField(default=dict)
    date_order = models.CharField(max_length=3, choices=DateOrder, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="mapping_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind}"
