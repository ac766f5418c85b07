"""News to customers' contacts who agreed to get it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import in_language
from customers.models.contacts import Contact
from customers.models.customer import Customer
from customers.querysets import MailingQuerySet, MailingRecipientQuerySet


class Mailing(models.Model):
    """A news mailing: to whom, what in each language, and how far it is."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")

    name = models.CharField(_("name"), max_length=120)
    subjects = models.JSONField(_("subject"), default=dict)  # by language
    bodies = models.JSONField(_("text"), default=dict)
    # The filter of the customers' list, as in its address: tier=A&region=North.
    criteria = models.CharField(_("which customers"), max_length=1_000, blank=True)
    roles = ArrayField(
        models.CharField(max_length=16, choices=Contact.Role),
        verbose_name=_("which contacts"),
        default=list,
        blank=True,
        help_text=_("None chosen: all who agreed."),
    )
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="mailing_has_name"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None) | Q(state="sent", sent_at__isnull=False),
                name="mailing_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return in_language(self.subjects)


class MailingRecipient(models.Model):
    """A contact whom a mailing went to, or why it did not."""

    class Skip(models.TextChoices):
        SENT = "", _("sent")
        NO_CONSENT = "consent", _("no consent")
        NO_ADDRESS = "address", _("no e-mail address")
        SAME_ADDRESS = "same", _("address of another contact")

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    skipped = models.CharField(max_length=7, choices=Skip, blank=True, default="")
    # Of the link by which the recipient refuses further mails.
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)

    objects = MailingRecipientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "contact"], name="recipient_once_a_mailing")
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.contact_id}"
