"""What we promised, hope to sell, have brought, were told and were recommended to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.amounts import bounds
from customers.models.competitors import Competitor
from customers.models.contacts import Contact
from customers.models.customer import Customer
from customers.models.record import Record, amount
from customers.querysets import (
    HelpRequestQuerySet,
    OpportunityQuerySet,
    PromiseQuerySet,
    RecordQuerySet,
    WorthRecordQuerySet,
)


def _contact(label) -> models.ForeignKey:
    return models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=label,
    )


def _user(label) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label
    )


class Promise(Record):
    """What one of us said we would do for the customer by when, and whether it was kept."""

    REASON = "promise:"  # of its task

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        BROKEN = "broken", _("not kept")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="promises")
    what = models.CharField(_("what we promised"), max_length=300)
    contact = _contact(_("to whom"))
    owner = _user(_("who keeps it"))
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    settled_on = models.DateField(_("kept or given up on"), null=True, blank=True)
    proof = models.TextField(_("proof"), blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["owner", "due_on"],
                condition=Q(state="open", removed_at=None),
                name="promise_due",
            ),
            models.Index(
                fields=["state", "-settled_on", "-id"],
                condition=Q(removed_at=None, settled_on__isnull=False),
                name="promise_settled",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="promise_has_words"),
            models.CheckConstraint(
                condition=Q(state="open", settled_on=None)
                | (~Q(state="open") & Q(settled_on__isnull=False)),
                name="promise_settled_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def reason(self) -> str:
        """What names it as the cause of its task."""
        return f"{self.REASON}{self.pk}"


class Opportunity(Record):
    """Something the customer may buy: light, no pipeline of its own."""

    class Stage(models.TextChoices):
        IDEA = "idea", pgettext_lazy("stage of an opportunity", "Idea")
        TALKING = "talking", _("Talking")
        OFFERED = "offered", _("Offered")
        NEGOTIATING = "negotiating", _("Negotiating")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    OPEN = (Stage.IDEA, Stage.TALKING, Stage.OFFERED, Stage.NEGOTIATING)

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="opportunities")
    need = models.CharField(_("what it needs"), max_length=200)
    criteria = models.TextField(_("buying criteria"), blank=True)
    people = models.ManyToManyField(Contact, blank=True, related_name="+", verbose_name=_("people"))
    competitor = models.ForeignKey(
        Competitor,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("competitor"),
    )
    amount = amount(_("amount"))
    stage = models.CharField(_("stage"), max_length=11, choices=Stage, default=Stage.IDEA)
    expected_on = models.DateField(_("decision expected on"), null=True, blank=True)
    owner = _user(_("who works on it"))
    reason = models.CharField(_("why won or lost"), max_length=300, blank=True)
    closed_on = models.DateField(_("decided on"), null=True, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["expected_on", "id"]
        indexes = [
            models.Index(
                fields=["stage", "-closed_on", "-id"],
                condition=Q(removed_at=None),
                name="opportunity_stage",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(need=""), name="opportunity_has_need"),
            models.CheckConstraint(
                condition=Q(stage__in=["won", "lost"], closed_on__isnull=False) & ~Q(reason="")
                | ~Q(stage__in=["won", "lost"]) & Q(closed_on=None),
                name="opportunity_closed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.need

    @property
    def is_open(self) -> bool:
        return self.stage in self.OPEN


class Benefit(Record):
    """A saving or gain that the customer agreed we brought it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="benefits")
    what = models.CharField(_("what it gained"), max_length=300)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, validators=bounds())
    on = models.DateField(_("date"))
    agreed_by = _contact(_("who agreed"))
    proof = models.TextField(_("proof"), blank=True)

    objects = WorthRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="benefit_has_words")]

    def __str__(self) -> str:
        return self.what


class Referral(Record):
    """The customer recommended us to somebody: to a customer of ours now, or to a name so far."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("of a referral or an idea", "new")
        TALKING = "talking", _("talking")
        CUSTOMER = "customer", _("became a customer")
        NOTHING = "nothing", _("came to nothing")

    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="referrals_made",
        verbose_name=_("who recommended us"),
    )
    referred = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="referrals_received",
        verbose_name=_("customer it became"),
    )
    name = models.CharField(_("to whom"), max_length=200, blank=True)
    contact = _contact(_("by which contact"))
    on = models.DateField(_("date"))
    state = models.CharField(_("what came of it"), max_length=8, choices=State, default=State.NEW)
    remarks = models.TextField(_("remarks"), blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | Q(referred__isnull=False), name="referral_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(referred=None) | ~Q(referred=models.F("customer")),
                name="referral_not_to_itself",
            ),
            models.UniqueConstraint(
                fields=["customer", "referred"],
                condition=Q(removed_at=None, referred__isnull=False),
                name="referral_once_a_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.referred)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.NEW, self.State.TALKING)


class Idea(Record):
    """What a customer gives us beside money: an idea, a reference visit, joint development."""

    class Kind(models.TextChoices):
        IMPROVEMENT = "improvement", _("Improvement")
        PRODUCT = "product", _("Product idea")
        REFERENCE = "reference", _("Reference visit")
        DEVELOPMENT = "development", _("Joint development")

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("of a referral or an idea", "new")
        ADOPTED = "adopted", _("adopted")
        DECLINED = "declined", _("declined")
        ANSWERED = "answered", _("answered")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ideas")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.IMPROVEMENT)
    what = models.CharField(_("what"), max_length=300)
    contact = _contact(_("from whom"))
    on = models.DateField(_("date"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    amount = amount(_("what it is worth to us"))
    answer = models.TextField(_("our answer"), blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="idea_has_words")]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.NEW


class TeamMember(Record):
    """Who of ours, from which department, works for a customer besides its account manager."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="account_team")
    user = _user(_("colleague"))
    department = models.CharField(_("department"), max_length=100, blank=True)
    part = models.CharField(_("for what"), max_length=200, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "user"],
                condition=Q(removed_at=None),
                name="team_member_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class HelpRequest(Record):
    """One department asks another for help with a customer, with a time, an answer and thanks."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("helped")
        DECLINED = "declined", _("declined")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="help_requests")
    what = models.CharField(_("what is needed"), max_length=300)
    asked = _user(_("who is asked"))
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    thanks = models.CharField(_("thanks"), max_length=300, blank=True)

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["asked", "due_on"],
                condition=Q(state="open", removed_at=None),
                name="help_due",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="help_has_words"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="help_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def may_be_answered_by(self, user) -> bool:
        return user.pk == self.asked_id or user.is_manager

    def may_be_changed_by(self, user) -> bool:
        """Nobody puts words into the mouth of who asked; managers mend what was left behind."""
        return user.pk == self.created_by_id or user.is_manager

    def may_be_thanked_for_by(self, user) -> bool:
        """By who asked and was helped."""
        return self.state == self.State.DONE and user.pk == self.created_by_id
