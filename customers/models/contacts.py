"""People at the customer, what passed between us, and what is to be done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import OfVisibleCustomers, TaskQuerySet


class Contact(models.Model):
    """A person at the customer, with a role in its buying."""

    class Role(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", _("User")
        GATEKEEPER = "gatekeeper", _("Gatekeeper")
        BUYER = "buyer", _("Buyer")
        SPONSOR = "sponsor", _("Sponsor")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=150)
    title = models.CharField(_("job title"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    role = models.CharField(_("role in buying"), max_length=16, choices=Role, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("preferred language"), max_length=10, blank=True, choices=settings.LANGUAGES
    )
    remarks = models.TextField(_("remarks"), blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="contact_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Interaction(models.Model):
    """A visit, call, letter, message or meeting with a customer."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        LETTER = "letter", _("Letter")
        EMAIL = "email", _("E-mail")
        MEETING = "meeting", _("Meeting")
        MESSAGE = "message", _("Message")

    class Direction(models.TextChoices):
        OUT = "out", _("From us")
        IN = "in", _("From the customer")

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
    subject = models.CharField(_("subject"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="interaction_timeline")]
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="interaction_has_subject")
        ]

    def __str__(self) -> str:
        return self.subject


class Task(models.Model):
    """Something a user has to do about a customer by a date."""

    class Origin(models.TextChoices):
        HAND = "hand", _("by hand")
        NEXT_STEP = "next_step", _("next step")
        SIGNAL = "signal", _("churn signal")
        COMPLAINT = "complaint", _("complaint")
        SURVEY = "survey", _("satisfaction survey")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="tasks",
        verbose_name=_("assignee"),
    )
    due_on = models.DateField(_("due on"))
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.HAND)
    # What made it, such as the signal's kind: one open task for the same customer and reason.
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    notes = models.TextField(_("notes"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["assignee", "due_on", "id"], condition=Q(state="open"), name="task_due"
            ),
            models.Index(fields=["customer", "due_on"], name="task_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "origin", "reason"],
                condition=Q(state="open") & ~Q(reason=""),
                name="task_one_open_a_reason",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="task_has_title"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["done", "dropped"], closed_at__isnull=False),
                name="task_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def source_id(self) -> int | None:
        """The row that made it, where its reason names one: 12 of "response:12"."""
        number = self.reason.rpartition(":")[2]
        return int(number) if number.isdecimal() else None

    def may_be_closed_by(self, user) -> bool:
        """By those who work on the customer; service staff close what is theirs."""
        return user.sees_worth or user.pk in (self.assignee_id, self.created_by_id)
