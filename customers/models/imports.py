"""An import: a file on its way into the tables."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Job
from customers.models.customer import Source
from customers.models.dealings import Transaction


class ImportKind(models.TextChoices):
    CUSTOMERS = "customers", _("Customers")
    CONTACTS = "contacts", _("Contacts")
    TRANSACTIONS = "transactions", _("Transactions")
    REFERRALS = "referrals", _("Referrals")
    COMPLAINTS = "complaints", _("Complaints")


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
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", verbose_name=_("source")
    )
    file_name = models.CharField(max_length=200)
    stored_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    # Headers and first rows, for matching the columns.
    sample = models.JSONField(default=dict)
    # field of ours -> column of the file, empty where it has none
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
    # The first wrong rows as the page shows them: headers, and line, cells and flaws of each.
    first_wrong = models.JSONField(default=dict)
    # The first new, changed and same rows in the same way; of changed ones field by field.
    preview = models.JSONField(default=dict)
    # Why the file as a whole was refused: code and params of a refusal.
    refusal = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    # How far the work is; written over a connection of its own, so that it is seen at once.
    phase = models.CharField(max_length=20, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    # Somebody wants it to stop; the worker that is at it looks here.
    is_cancelled = models.BooleanField(default=False, db_default=False)
    # table -> "columns" of which digests were made, and the "last" key when all was written;
    # empty where nothing is left for an undo.
    traced = models.JSONField(default=dict)
    # Why it can't be undone: how often each reason stands against it, and the first rows.
    undo_refusal = models.JSONField(default=dict)
    # In which the reasons stand in the file of wrong rows.
    language = models.CharField(max_length=10, blank=True)
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="import_run")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """A worker is at it, or will be."""
        return self.state in WORKING and not self.is_broken

    @property
    def is_broken(self) -> bool:
        """Given up after several attempts; the job says why."""
        return self.state in WORKING and self.job is not None and self.job.state == Job.State.FAILED

    @property
    def is_asked_for_dates(self) -> bool:
        """Only a person knows the order of this file's dates."""
        return self.refusal.get("code") in {"dates_doubtful", "dates_mixed"}

    @property
    def good(self) -> int:
        return self.rows - self.wrong

    @property
    def is_kept(self) -> bool:
        """Whether what an undo needs is still there."""
        longest = dt.timedelta(days=settings.IMPORT_UNDO_DAYS)
        return bool(self.traced) and self.created_at > timezone.now() - longest

    @property
    def undo_until(self) -> dt.datetime:
        return self.created_at + dt.timedelta(days=settings.IMPORT_UNDO_DAYS)

    @property
    def can_be_undone(self) -> bool:
        """It is done, or its undo broke off, and it did something that can be taken back."""
        is_over = self.state == self.State.DONE or (
            self.state == self.State.UNDOING and self.is_broken
        )
        return is_over and self.is_kept and bool(self.new or self.changed)


WORKING = (ImportRun.State.CHECKING, ImportRun.State.COMMITTING, ImportRun.State.UNDOING)


class ImportedRow(models.Model):
    """A row that an import made, changed or removed, for its undo."""

    pk = models.CompositePrimaryKey("import_run_id", "table", "row_id")
    # Without constraint: checking it for millions of rows would take longer than writing them.
    import_run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    # Of a changed row the columns that the import changed, of a removed one all, as they were;
    # null: the import made it; empty: it was erased since.
    before = models.JSONField(null=True)
    # A digest of what the import left: of a made row all, of a changed one the changed columns;
    # null: the import removed it. Where the row has another one by now, somebody changed it since,
    # and the import can't be undone.
    digest = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["table", "row_id"],
                condition=Q(before__isnull=False),
                name="imported_row_before",
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class HeldLine(models.Model):
    """A line of an invoice without line numbers that came with wrong lines.

    What is known of such an invoice until its mended rows complete it: which lines of the file
    are in the table, as what, and which were wrong. The rules stand in docs/import.md.
    """

    class State(models.TextChoices):
        GOOD = "good", _("good")
        WRONG = "wrong", _("wrong")
        MENDED = "mended", _("mended")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    reference = models.CharField(max_length=60)
    # The line's number in the original file; 0 stands for lines that were never seen.
    position = models.BigIntegerField()
    state = models.CharField(max_length=6, choices=State)
    transaction = models.ForeignKey(
        Transaction, null=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference", "position"], name="held_line_once"
            ),
            models.CheckConstraint(
                condition=Q(state="wrong", transaction__isnull=True)
                | Q(state__in=["good", "mended"], transaction__isnull=False),
                name="held_line_is_in_or_wrong",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.position}"


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
