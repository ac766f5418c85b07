"""What people do about customers at risk, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.platform.amounts import summed
from customers.models import Customer, Task
from customers.models.standing import Tier
from lifecycle.leaving_reads import RescueQuerySet


class Rescue(models.Model):
    """Somebody works on a customer at risk, or called it and found no danger.

    The night settles an open one: saved where the customer bought again within H after the opening
    and its risk is back to normal, lost where it did not or ended. H is the one of the opening.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being worked on")
        SAVED = "saved", _("saved")
        LOST = "lost", _("lost")
        NO_DANGER = "no_danger", _("no danger")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="rescues")
    opened_on = models.DateField(_("opened on"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    # As they stood then: kinds of the open signals, strongest first, and the figures.
    reasons = models.JSONField(default=list, editable=False)
    tier = models.CharField(max_length=1, choices=Tier)
    risk = models.FloatField()
    value_at_risk = summed()
    horizon_days = models.PositiveSmallIntegerField()
    state = models.CharField(_("outcome"), max_length=9, choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True)
    # Who closed it; nobody where the night did.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    calm_until = models.DateField(null=True)  # H after it was found without danger
    bought_on = models.DateField(null=True)  # the first purchase day after the opening
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RescueQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-id"]
        indexes = [
            models.Index(fields=["opened_on", "id"], name="rescue_by_day"),
            models.Index(fields=["closed_on", "id"], name="rescue_by_end"),
            models.Index(fields=["customer", "-opened_on"], name="rescue_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="open"), name="rescue_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None)
                | (~Q(state="open") & Q(closed_on__gte=F("opened_on"))),
                name="rescue_closed_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="no_danger") | ~Q(note=""), name="rescue_no_danger_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.opened_on}"


class UnworkedCell(models.Model):
    """Customers at risk at a month's end on whom nobody worked, and how many bought within H.

    Alike in tier and tenth of risk: what rescues of the month after are held against.
    """

    month = models.DateField()
    horizon_days = models.PositiveSmallIntegerField()
    tier = models.CharField(max_length=1, choices=Tier)
    risk_band = models.PositiveSmallIntegerField()
    customers = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()

    class Meta:
        ordering = ["month", "tier", "risk_band"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "tier", "risk_band"], name="unworked_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.tier}{self.risk_band}: {self.customers}"
