"""Who follows what: watched customers, mentions, and the notices that come of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import NoticeQuerySet, OfVisibleCustomers


class Watch(models.Model):
    """A user wants to know what happens with a customer."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="watches")
    since = models.DateTimeField(auto_now_add=True)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="watch_once_a_customer")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.customer_id}"


class Notice(models.Model):
    """Something a user should hear of: shown on a page of its own, mailed once in the digest."""

    class Kind(models.TextChoices):
        MENTION = "mention", _("You were mentioned")
        INTERACTION = "interaction", _("Interaction logged")
        TIER = "tier", _("Tier changed")
        STAGE = "stage", _("Stage changed")
        CASE = "case", _("Complaint")
        CORRECTIVE = "corrective", _("Corrective action")
        HANDOVER = "handover", _("Handover")
        HELP = "help", _("Request for help")
        EXPORT = "export", _("Your export is ready")
        MERGE = "merge", _("Customers merged")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=11, choices=Kind)
    # What made it, such as "interaction:12": one notice a user and cause.
    cause = models.CharField(max_length=80)
    text = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="notice_unseen"),
            models.Index(
                fields=["user"], condition=Q(seen_at=None, mailed_at=None), name="notice_to_mail"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "cause"], name="notice_once_a_cause")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"
