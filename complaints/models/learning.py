"""What complaints teach, counted at night in cells that pages sum. Service requests never count."""

from django.db import models

from complaints.models.choices import Severity
from complaints.models.lists import Category, RootCause


class Dimension(models.TextChoices):
    """Whose complaints a cell counts; `key` names which: a tier, a team's or product's number …"""

    ALL = "all"
    TIER = "tier"
    REGION = "region"
    TEAM = "team"
    PRODUCT = "product"


class CountedMonth(models.Model):
    """A month whose complaints stand in cells, and what they were when it was counted.

    A month is counted again when these differ: every change of a case is an event.
    """

    month = models.DateField(primary_key=True)  # its first day
    cases = models.PositiveIntegerField()
    events = models.PositiveBigIntegerField()
    open_cases = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month}: {self.cases}"


class CustomersOfMonth(models.Model):
    """Active customers at a month's end, that complaints are held against."""

    month = models.DateField()  # its first day
    dimension = models.CharField(max_length=7, choices=Dimension)
    key = models.CharField(max_length=60, blank=True)
    customers = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "key", "month"], name="customers_of_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.dimension} {self.key}: {self.customers}"


class OfMonth(models.Model):
    """Complaints received in a month, of the customers that the dimension names."""

    month = models.DateField()  # its first day
    dimension = models.CharField(max_length=7, choices=Dimension)
    key = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True


class LearningCell(OfMonth):
    """Complaints alike in month, category and root cause: how many, and what came of them."""

    category = models.ForeignKey(
        Category, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    root_cause = models.ForeignKey(
        RootCause, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    complaints = models.PositiveIntegerField()
    solved = models.PositiveIntegerField()  # at some time, reopened ones among them
    reopened = models.PositiveIntegerField()  # at least once
    # Solved with a history of their own here, and those where the solution was the first word.
    handled = models.PositiveIntegerField()
    first_contact = models.PositiveIntegerField()
    remedies = models.PositiveIntegerField()  # whose cost is known
    remedy_cost = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["dimension", "key", "month"], name="learning_cell")]

    def __str__(self) -> str:
        return f"{self.month} {self.dimension} {self.key}: {self.complaints}"


class TimeCell(OfMonth):
    """How long complaints took, in buckets of `complaints.analytics.times`.

    Met is over; open ones have lasted so long and go on, or ended without it.
    """

    class Clock(models.TextChoices):
        FIRST_RESPONSE = "first_response"  # minutes of business
        RESOLUTION = "resolution"  # minutes of business, without waiting
        ELAPSED = "elapsed"  # minutes by the calendar, from received to resolved

    severity = models.CharField(max_length=8, choices=Severity)
    clock = models.CharField(max_length=14, choices=Clock)
    bucket = models.SmallIntegerField()
    met = models.PositiveIntegerField()
    met_late = models.PositiveIntegerField()
    open = models.PositiveIntegerField()
    open_late = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["dimension", "key", "clock", "month"], name="time_cell")]

    def __str__(self) -> str:
        return f"{self.month} {self.clock} {self.bucket}: {self.met}"


class WeekCell(models.Model):
    """Complaints of a week; of a week that two months share each has its own part."""

    month = models.DateField()
    week = models.DateField()  # its Monday
    category = models.ForeignKey(
        Category, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    root_cause = models.ForeignKey(
        RootCause, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    complaints = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["week"], name="week_cell")]

    def __str__(self) -> str:
        return f"{self.week}: {self.complaints}"
