"""What people say against the figures for a while: a tier or a stage, with reason and expiry."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer
from customers.models.standing import Stage, Tier
from lifecycle.override_reads import OverrideQuerySet

MOST_MONTHS = 24
# No span of 24 months has more days.
MOST_DAYS = dt.timedelta(days=731)


def _person(**options) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        **options,
    )


class Override(models.Model):
    """Proposed by who knows the customer, approved or refused by a manager, holding until a day.

    An approved one counts for nights from the day of the decision to `until`, unless it was ended:
    from `ended_on` on it counts no more. Which nights an override counts for never changes
    afterwards, so that a night computed again gives the same rows.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("of an override", "proposed")
        APPROVED = "approved", pgettext_lazy("of an override", "approved")
        REFUSED = "refused", pgettext_lazy("of an override", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("of an override", "withdrawn")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="%(class)ss")
    reason = models.TextField(_("reason"))
    until = models.DateField(_("holds until"))
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED, editable=False)
    proposed_by = _person()
    proposed_on = models.DateField(_("proposed on"), editable=False)
    decided_by = _person(null=True)
    decided_on = models.DateField(_("decided on"), null=True, editable=False)
    answer = models.TextField(_("why it was refused"), blank=True, editable=False)
    ended_by = _person(null=True)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    end_reason = models.TextField(_("why it was ended"), blank=True, editable=False)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-proposed_on", "-id"]
        indexes = [
            models.Index(
                fields=["until"],
                condition=Q(state="approved", ended_on=None),
                name="%(class)s_holding",
            ),
            models.Index(fields=["proposed_on"], name="%(class)s_proposed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="proposed"), name="%(class)s_one_proposed"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state="approved", ended_on=None),
                name="%(class)s_one_approved",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(class)s_has_reason"),
            models.CheckConstraint(
                condition=Q(until__gte=F("proposed_on"), until__lte=F("proposed_on") + MOST_DAYS),
                name="%(class)s_until_in_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"], decided_on=None)
                | Q(
                    state__in=["approved", "refused"],
                    decided_by__isnull=False,
                    decided_on__gte=F("proposed_on"),
                ),
                name="%(class)s_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(state="approved", ended_on__gte=F("decided_on")),
                name="%(class)s_ended_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.value} {self.until}"

    @property
    def value(self) -> str:
        """The tier or stage that it gives."""
        return getattr(self, self.kind)

    @property
    def label(self) -> str:
        """In the reader's language."""
        return getattr(self, f"get_{self.kind}_display")()

    @property
    def is_open(self) -> bool:
        return self.state == self.State.PROPOSED

    def holds_on(self, day: dt.date) -> bool:
        """Whether the night of that day gives what it says."""
        begun = self.state == self.State.APPROVED and self.decided_on <= day <= self.until
        return begun and (self.ended_on is None or day < self.ended_on)

    def may_be_decided_by(self, user: User) -> bool:
        """By a manager who did not propose it; an administrator decides on their own too."""
        other = user.pk != self.proposed_by_id or user.is_administrator
        return self.is_open and user.is_manager and other

    def may_be_withdrawn_by(self, user: User) -> bool:
        return self.is_open and user.pk == self.proposed_by_id

    def may_be_ended_by(self, user: User, day: dt.date) -> bool:
        return user.is_manager and self.holds_on(day)


class TierOverride(Override):
    """A tier by a person's word."""

    kind = "tier"

    tier = models.CharField(_("tier"), max_length=1, choices=Tier)


class StageOverride(Override):
    """A lifecycle stage by a person's word."""

    kind = "stage"

    stage = models.CharField(_("stage"), max_length=11, choices=Stage)


OVERRIDES = {"tier": TierOverride, "stage": StageOverride}
