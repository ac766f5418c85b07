"""Account plans: where we stand with a key account, where we want to be, and by which steps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.customer import Customer
from customers.querysets import AccountPlanQuerySet, OfWorthyPlans


class AccountPlan(models.Model):
    """The plan for a customer: one is current, older ones are kept. Its actions are tasks."""

    class Target(models.TextChoices):
        SUPPLIER = "supplier", _("One of several suppliers")
        PREFERRED = "preferred", _("Preferred supplier")
        PARTNER = "partner", _("Partner")
        ALLIANCE = "alliance", _("Strategic alliance")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="account_plans")
    is_current = models.BooleanField(default=True, editable=False)
    strengths = models.TextField(_("strengths"), blank=True)
    weaknesses = models.TextField(_("weaknesses"), blank=True)
    opportunities = models.TextField(
        pgettext_lazy("of a SWOT analysis", "opportunities"), blank=True
    )
    threats = models.TextField(_("threats"), blank=True)
    competition = models.TextField(_("competitors here"), blank=True)
    position = models.TextField(_("our own position"), blank=True)
    target = models.CharField(_("relationship we aim at"), max_length=9, choices=Target, blank=True)
    review_on = models.DateField(_("next review on"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AccountPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-is_current", "-made_at", "-id"]
        indexes = [
            models.Index(fields=["review_on"], condition=Q(is_current=True), name="plan_to_review")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_current=True), name="plan_one_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=True, closed_at=None)
                | Q(is_current=False, closed_at__isnull=False),
                name="plan_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"

    def count_reached(self) -> int:
        """How many objectives are reached."""
        return sum(one.state == PlanObjective.State.REACHED for one in self.objectives.all())

    def count_open_actions(self) -> int:
        return sum(task.is_open for task in self.actions.all())


class PlanObjective(models.Model):
    """What a plan wants to reach, how that is measured, and by when."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        REACHED = "reached", _("reached")
        MISSED = "missed", pgettext_lazy("of an objective", "missed")

    plan = models.ForeignKey(AccountPlan, on_delete=models.CASCADE, related_name="objectives")
    what = models.CharField(_("objective"), max_length=300)
    measure = models.CharField(_("measured by"), max_length=200, blank=True)
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfWorthyPlans.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="objective_has_words")]

    def __str__(self) -> str:
        return self.what


class PlanReview(models.Model):
    """A dated look at a plan: what was found. Added, never changed."""

    plan = models.ForeignKey(AccountPlan, on_delete=models.CASCADE, related_name="reviews")
    on = models.DateField(_("date"))
    findings = models.TextField(_("findings"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = OfWorthyPlans.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(findings=""), name="review_has_findings")
        ]

    def __str__(self) -> str:
        return f"{self.on}"
