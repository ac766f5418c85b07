from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """A mail that leaves after the transaction of its cause is committed, once."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    # What the mail is about, so that the same cause never sends twice.
    cause = models.CharField(max_length=200, unique=True)
    recipient = models.EmailField()
    subject = models.CharField(max_length=250)
    body = models.TextField()
    # The same with tables, for programs that show them; most mails have none.
    html = models.TextField(blank=True, default="", db_default="")
    # Where one POST is enough to get no more of these; secret, and gone once the mail is sent.
    unsubscribe = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Further headers, such as those of a thread; without them it is a mail of its own.
    headers = models.JSONField(default=dict, db_default={}, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending"),
                name="outbox_due",
            )
        ]

    def __str__(self) -> str:
        return self.subject
