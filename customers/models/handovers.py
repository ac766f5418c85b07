"""Customers that pass from one account manager to another."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from customers.models.customer import Customer
from customers.querysets import HandoverQuerySet


class Handover(models.Model):
    """An offer to take over customers, what moves with them, and the answer.

    They move when the new account manager accepts; at once where a manager says so or the giver
    leaves, and then the new one confirms having seen what came.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="handovers",
        verbose_name=_("who takes over"),
    )
    note = models.TextField(_("what the new account manager should know"), blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    offered_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # What moved, counted: customers, tasks, promises, opportunities, cases, plans.
    counts = models.JSONField(default=dict)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at", "-id"]
        indexes = [
            models.Index(fields=["taker"], condition=Q(state="offered"), name="handover_waiting")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None)
                | (~Q(state="offered") & Q(answered_at__isnull=False)),
                name="handover_answered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(moved_at=None) & ~Q(state="accepted")
                | Q(moved_at__isnull=False, state__in=["offered", "accepted"]),
                name="handover_accepted_has_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class HandoverItem(models.Model):
    """A customer of a handover, with whom and where it was before."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="items")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="handover_items")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    # The handover's answer is still out: a customer is offered to one person at a time.
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "customer"], name="handover_item_once"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_open=True), name="handover_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.customer_id}"
