"""Whom no personal link reaches: those skipped, and those behind a public link."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models import Case
from customers.models import Customer
from satisfaction.models.waves import Wave
from satisfaction.querysets import SkipQuerySet


class Skip(models.Model):
    """Somebody who fitted the plan and was not asked, and why: a customer, or one of our own."""

    class Reason(models.TextChoices):
        ASKED = "asked", _("asked within the survey pause")
        NO_ROLE = "no_role", _("no contact in the roles asked")
        NO_EMAIL = "no_email", _("nobody with an e-mail address")
        NO_PHONE = "no_phone", _("nobody with a phone number")
        OPTED_OUT = "opted_out", _("wants no more surveys")

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="skips")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=9, choices=Reason)

    objects = SkipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "customer"], name="skip_once_a_customer"),
            models.UniqueConstraint(fields=["wave", "user"], name="skip_once_a_user"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) ^ Q(user__isnull=True),
                name="skip_of_customer_or_user",
            ),
        ]
        indexes = [models.Index(fields=["wave", "reason", "id"], name="skip_by_reason")]

    def __str__(self) -> str:
        return f"{self.customer_id or self.user_id}: {self.reason}"


class Unasked(models.Model):
    """A case after whose end nobody could be asked, and why: that end is not tried again."""

    class Reason(models.TextChoices):
        NO_EMAIL = "no_email", _("nobody with an e-mail address")
        OPTED_OUT = "opted_out", _("wants no more surveys")
        CLOSED = "closed", _("the survey of this quarter is closed")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="unasked")
    reason = models.CharField(_("reason"), max_length=9, choices=Reason)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id}: {self.reason}"


class PublicLink(models.Model):
    """The link of a wave for everybody who gets to see it, of which only the hash is kept.

    A new one ends the one before it. What comes back by it has no customer.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="public_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave"], condition=Q(ended_at__isnull=True), name="public_link_one_lives"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.created_at:%Y-%m-%d}"


class SilentAccount(models.Model):
    """A customer that was asked in two waves or more within two years and has finished none.

    Looked for each hour (`services.followers`): no page may count all invitations.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    waves = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.waves}"
