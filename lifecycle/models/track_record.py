"""How often risk and signals were right: frozen at month-ends, added up by the night."""

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.platform.amounts import summed
from customers.models import Customer
from customers.models.standing import SignalKind, Tier
from customers.querysets import OfVisibleCustomers
from lifecycle.analytics import track_record
from lifecycle.track_reads import TrackMonthQuerySet, TrackRecordQuerySet


class FlagKind(models.TextChoices):
    """What a customer may be flagged by beside signals, and whom flags are compared with."""

    EVERYBODY = "everybody", _("All customers that had not ended")
    HIGH = "risk_high", _("High risk")
    RAISED = "risk_raised", _("Raised risk")
    LOW = "risk_low", _("Low risk")
    # Of low risk and without an open signal: nobody would have called.
    GREEN = "green", _("No warning at all")


FLAG_KINDS = dict([*FlagKind.choices, *SignalKind.choices])


class TrackMonth(models.Model):
    """Customers alike in flag and tier at a month's end, and how many then bought nothing.

    Written once the horizon has passed, and left as it is. Customers in stage ended are not
    counted: that they stay away is no forecast.
    """

    month = models.DateField()  # the last day of the month
    kind = models.CharField(max_length=20)  # one of FLAG_KINDS
    tier = models.CharField(max_length=1, choices=Tier)
    horizon_days = models.PositiveSmallIntegerField()
    customers = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()  # bought nothing within the horizon

    objects = TrackMonthQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "kind", "tier"], name="track_month_once")
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.tier}"


class MissedLeaver(models.Model):
    """A customer without any warning at a month's end that bought nothing afterwards."""

    month = models.DateField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="missed_leavers")
    tier = models.CharField(max_length=1, choices=Tier)
    risk = models.FloatField()
    revenue_12m = summed(4)

    objects = OfVisibleCustomers.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "customer"], name="missed_leaver_once_a_month")
        ]
        indexes = [
            models.Index(fields=["month", "revenue_12m", "id"], name="missed_leaver_by_revenue")
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.customer_id}"


class TrackRecord(models.Model):
    """How often a signal, or a band of risk, was right as of a date.

    Of the flags of the last two years whose horizon has passed. `expected` is how many of the
    flagged would have left without the flag: each with the rate of its tier at that month's end.
    """

    as_of = models.DateField()
    kind = models.CharField(max_length=20)  # one of FLAG_KINDS
    horizon_days = models.PositiveSmallIntegerField()
    flagged = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    expected = models.FloatField(default=0)
    waiting = models.PositiveIntegerField(default=0)  # flags whose horizon has not passed yet
    dismissed = models.PositiveIntegerField(default=0)  # by people; counted among the flagged, too
    dismissed_lost = models.PositiveIntegerField(default=0)
    # Of all that left after the month-ends looked at, and those of them with this flag then.
    leavers = models.PositiveIntegerField(default=0)
    leavers_flagged = models.PositiveIntegerField(default=0)
    # From the flag to the day on which the customer had bought nothing for the horizon.
    lead_days = models.IntegerField(null=True)
    customer_years = models.FloatField(default=0)
    weight = models.FloatField(default=1)

    objects = TrackRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["as_of", "kind"], name="track_record_once_a_night")
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.kind}"

    @property
    def tally(self) -> track_record.Tally:
        return track_record.Tally(self.flagged, self.lost, self.expected)

    @property
    def is_enough(self) -> bool:
        """Whether there are so many flags with a known outcome that something can be said."""
        return self.tally.is_enough

    @cached_property
    def shares(self) -> track_record.Record:
        """Precision, base rate and lift with their intervals."""
        return track_record.record(self.tally)

    @property
    def earns_its_weight(self) -> bool:
        """Clearly better than chance: the interval of the lift does not reach down to 1."""
        lowest = self.shares.lift_low
        return self.is_enough and lowest is not None and lowest > 1

    @property
    def recall(self) -> float | None:
        """The share of all leavers that had this flag at the month's end before."""
        return self.leavers_flagged / self.leavers if self.leavers else None

    @property
    def false_alarms(self) -> float | None:
        """Flags after which the customer bought on, a hundred customers and year."""
        if not self.customer_years:
            return None
        return 100 * (self.flagged - self.lost) / self.customer_years
