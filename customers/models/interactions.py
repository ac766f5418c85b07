"""What passed between us and a customer."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.platform.models import StoredFile
from customers.models.competitors import Competitor
from customers.models.contacts import Contact
from customers.models.customer import Customer
from customers.querysets import AttachmentQuerySet, OfVisibleCustomers


class Interaction(models.Model):
    """A visit, call, letter, message or meeting with a customer."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        LETTER = "letter", _("Letter")
        EMAIL = "email", _("E-mail")
        MEETING = "meeting", _("Meeting")
        MESSAGE = "message", _("Message")
        NEWS = "news", _("News mailing")
        NOTE = "note", _("Note")

    class Direction(models.TextChoices):
        OUT = "out", _("From us")
        IN = "in", _("From the customer")

    class Heard(models.TextChoices):
        COMPARES = "compares", _("Compares suppliers")
        ENDING = "ending", _("Speaks of ending")
        COMPETITOR = "competitor", _("Names a competitor")
        PRICE = "price", _("Presses the price")
        PRAISE = "praise", _("Praises us")
        IDEA = "idea", _("Has an idea")

    # Kinds that nobody at the customer spoke or wrote in: they are no contact.
    NO_CONTACT = (Kind.NEWS, Kind.NOTE)
    # What people log; the others are written by mailings and handovers, and notes to ourselves.
    LOGGED = (Kind.VISIT, Kind.CALL, Kind.LETTER, Kind.EMAIL, Kind.MEETING, Kind.MESSAGE, Kind.NOTE)

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CALL)
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction, default=Direction.OUT
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who of us"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="interactions",
        verbose_name=_("contact"),
    )
    contacts = models.ManyToManyField(
        Contact, blank=True, related_name="+", verbose_name=_("others of theirs")
    )
    colleagues = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("others of us")
    )
    subject = models.CharField(_("subject"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    heard = ArrayField(
        models.CharField(max_length=10, choices=Heard),
        verbose_name=_("what was heard"),
        default=list,
        db_default=[],
        blank=True,
    )
    competitor = models.ForeignKey(
        Competitor,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("which competitor"),
    )
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="interaction_timeline"),
            # What somebody of us did lately: home page and calendar.
            models.Index(fields=["by", "-at"], name="interaction_of_user"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="interaction_has_subject")
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_contact(self) -> bool:
        return self.kind not in self.NO_CONTACT

    @property
    def heard_words(self) -> list[str]:
        """What was heard, in the order in which it is asked for."""
        return [str(heard.label) for heard in self.Heard if heard in self.heard]

    @property
    def step_reason(self) -> str:
        """The reason of the task that its next step made."""
        return f"interaction:{self.pk}"

    def may_be_edited_by(self, user) -> bool:
        """By who logged it, the lead of the customer's team, and managers."""
        leads = user.is_team_lead and user.team_id and user.team_id == self.customer.team_id
        return bool(user.is_manager or user.pk == self.by_id or leads)


class Attachment(StoredFile):
    """A file about a customer: of an interaction, of an account plan, or of a contact."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="attachments")
    interaction = models.ForeignKey(
        Interaction, null=True, on_delete=models.CASCADE, related_name="attachments"
    )
    plan = models.ForeignKey(
        "customers.AccountPlan", null=True, on_delete=models.CASCADE, related_name="attachments"
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.CASCADE, related_name="attachments"
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(interaction__isnull=False, plan=None, contact=None)
                | Q(interaction=None, plan__isnull=False, contact=None)
                | Q(interaction=None, plan=None, contact__isnull=False),
                name="attachment_hangs_on_one",
            )
        ]
