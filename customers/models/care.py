"""Care programmes: what each tier is owed, and what of it was kept or missed."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.models.texts import in_language, validate_texts
from customers.models.customer import Customer
from customers.models.interactions import Interaction
from customers.models.standing import Tier
from customers.models.tasks import Task
from customers.querysets import CareDueQuerySet


class CareRule(models.Model):
    """One thing that customers of a tier are owed; the rules of a tier are its programme."""

    class Action(models.TextChoices):
        CONTACT = "contact", _("Contact of any kind")
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        EXECUTIVE = "executive", _("Visit by an executive")
        NEWS = "news", _("News mailing")
        REPORT = "report", _("Business review report")
        FILE = "file", _("File complete")
        CLUB = "club", _("Club membership")
        REPRESENTATIVE = "representative", _("Named service representative")

    class Trigger(models.TextChoices):
        EVERY = "every", _("every N days")
        FIRST_PURCHASE = "first", _("N days after the first purchase")
        DELIVERY = "delivery", _("N days after each purchase")
        NO_SECOND = "no_second", _("no second purchase within N days")

    class Who(models.TextChoices):
        OWNER = "owner", _("Account manager")
        REPRESENTATIVE = "service", _("Service representative")
        EXECUTIVE = "executive", _("Manager of the team")

    names = models.JSONField(_("name"), default=dict, validators=[validate_texts])
    tier = models.CharField(_("tier"), max_length=1, choices=Tier)
    action = models.CharField(_("what is owed"), max_length=14, choices=Action)
    trigger = models.CharField(_("when"), max_length=9, choices=Trigger, default=Trigger.EVERY)
    days = models.PositiveSmallIntegerField(
        _("days (N)"), validators=[MinValueValidator(1), MaxValueValidator(1_100)]
    )
    ahead_days = models.PositiveSmallIntegerField(
        _("make the task this many days before"), default=14, validators=[MaxValueValidator(90)]
    )
    # Of each period, a random part of the customers; the same ones however often it is drawn.
    sample_percent = models.PositiveSmallIntegerField(
        _("only a random sample, in %"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    who = models.CharField(_("who does it"), max_length=9, choices=Who, default=Who.OWNER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    # What is owed is counted from the day on which the rule began to hold.
    since = models.DateField(_("holds since"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["tier", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(names={}), name="care_rule_has_name"),
            models.CheckConstraint(condition=Q(days__gt=0), name="care_rule_has_days"),
        ]

    def __str__(self) -> str:
        return in_language(self.names)


class CareDue(models.Model):
    """What a customer is owed by a rule for one period: once, kept, missed or no longer owed."""

    class State(models.TextChoices):
        OWED = "owed", _("owed")
        KEPT = "kept", _("kept")
        MISSED = "missed", pgettext_lazy("of care", "missed")
        VOID = "void", _("no longer owed")

    rule = models.ForeignKey(CareRule, on_delete=models.PROTECT, related_name="dues")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="care_dues")
    starts_on = models.DateField()  # the period's first day, or the day of the event
    due_on = models.DateField()
    state = models.CharField(max_length=6, choices=State, default=State.OWED)
    settled_on = models.DateField(null=True)  # kept, missed or void since
    interaction = models.ForeignKey(
        Interaction, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CareDueQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["customer", "-due_on"], name="care_of_customer"),
            models.Index(fields=["due_on"], condition=Q(state="owed"), name="care_owed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "customer", "starts_on"], name="care_once_a_period"
            ),
            models.UniqueConstraint(
                fields=["rule", "customer"], condition=Q(state="owed"), name="care_one_owed"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")), name="care_due_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state="owed", settled_on=None)
                | (~Q(state="owed") & Q(settled_on__isnull=False)),
                name="care_settled_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.customer_id} {self.due_on}"
