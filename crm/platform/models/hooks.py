"""Web hooks: addresses of other systems that are told of what happens here."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HookEvent(models.TextChoices):
    """What is told; other systems know them by these names, so they never change."""

    TIER_CHANGED = "tier.changed", _("Tier changed")
    SIGNAL_RAISED = "signal.raised", _("Signal raised")
    COMPLAINT_OPENED = "complaint.opened", _("Complaint opened")
    COMPLAINT_BREACHED = "complaint.breached", _("Deadline of a complaint missed")
    TEST = "test", _("Test")


# What a hook can be made for; a test is sent by hand.
TOLD = [(event.value, event.label) for event in HookEvent if event != HookEvent.TEST]


class WebHook(models.Model):
    """One address, and what it is told. Its secret is made of `salt` and the site's own key."""

    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Where the other system listens, for example https://erp.example.com/hook."),
    )
    events = ArrayField(models.CharField(max_length=20, choices=TOLD), verbose_name=_("events"))
    # Only of this team's customers.
    team = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("Empty: of all customers."),
    )
    salt = models.CharField(max_length=43, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    # What happened before is not told; nor are nights up to this one.
    told_since = models.DateTimeField(default=timezone.now, editable=False)
    told_night = models.DateField(null=True, editable=False)
    # How often in a row it could not be told, since when, and until when nobody tries again.
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-is_active", "url", "id"]

    def __str__(self) -> str:
        return self.url

    @property
    def is_failing(self) -> bool:
        return self.failing_since is not None

    @property
    def events_in_words(self) -> list[str]:
        return [str(HookEvent(event).label) for event in self.events]


class WebHookDelivery(models.Model):
    """One event on its way to one hook: sent until the other side has said that it has it."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    class Failure(models.TextChoices):
        """Why the last attempt failed, where there was no answer."""

        NOT_FOUND = "not_found", _("no such host")
        PRIVATE = "private", _("a private address")
        REFUSED = "refused", _("no connection")
        TIMEOUT = "timeout", _("no answer in time")
        TLS = "tls", _("no safe connection")
        ANSWER = "answer", _("no HTTP answer")
        ADDRESS = "address", _("no address that may be called")
        OFF = "off", _("the hook was switched off")

    hook = models.ForeignKey(
        WebHook, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.CharField(max_length=20, choices=HookEvent)
    # What it is about, so that a hook is told of it once.
    cause = models.CharField(max_length=200, editable=False)
    # By which the other side knows a delivery that comes again.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    data = models.JSONField(default=dict, editable=False)
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While somebody sends it this lies ahead: nobody else takes it up before.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    # Since when it is tried; it begins anew when somebody sends it again.
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=10, choices=Failure, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["hook", "cause"], name="hook_told_once"),
        ]
        indexes = [
            models.Index(
                fields=["hook", "next_attempt_at"],
                condition=Q(state="pending"),
                name="hook_delivery_due",
            ),
            models.Index(
                fields=["queued_at"], condition=~Q(state="pending"), name="hook_delivery_old"
            ),
            models.Index(fields=["hook", "-id"], name="hook_delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"
