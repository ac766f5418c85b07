"""Lists that people took out as files."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.platform.models.jobs import Job

KEPT_FOR = dt.timedelta(days=7)


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; managers see who took out what, the files are their owners' alone."""
        return self if user.is_manager else self.filter(user=user.pk)

    def open(self):
        return self.filter(state__in=Export.OPEN)


class Export(models.Model):
    """A list that somebody took out: streamed at once, or written to a file by a worker.

    `query` has the page's filters, sort and chosen columns, each with a list of values, so that a
    worker reads the same rows; `rights` is what the person was when the file was written.
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WRITING = "writing", _("being written")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.WAITING, State.WRITING)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports"
    )
    table = models.SlugField(max_length=60)
    format = models.CharField(max_length=4, choices=Format)
    query = models.JSONField(default=dict)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    rows = models.PositiveBigIntegerField(default=0)
    expected = models.PositiveBigIntegerField(default=0)  # an estimate; 0: not known
    size = models.PositiveBigIntegerField(default=0)
    stored_name = models.CharField(max_length=64, blank=True, editable=False)
    rights = models.CharField(max_length=60, blank=True, editable=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="export_of_user"),
            models.Index(fields=["-created_at", "-id"], name="export_newest"),
            models.Index(
                fields=["expires_at"], condition=~Q(stored_name=""), name="export_with_file"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "writing", "done", "failed", "cancelled"]),
                name="export_state_known",
            ),
            models.CheckConstraint(
                condition=Q(stored_name="") | Q(state="done", expires_at__isnull=False),
                name="export_file_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.format} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def has_file(self) -> bool:
        """There is one, and its time is not over."""
        return bool(self.stored_name) and timezone.now() < self.expires_at

    @property
    def percent(self) -> int | None:
        """How far the writing is, about; None: not known."""
        if not self.expected:
            return None
        return min(99, 100 * self.rows // self.expected)
