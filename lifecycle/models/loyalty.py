"""The three Rs in cells: retention, related sales, referrals; and how long relationships last."""

from django.db import models

from crm.platform.amounts import summed
from lifecycle.models.movement import Cell


class LoyaltyCell(Cell):
    """One figure of customers alike, counted weekly; all cells are of one date.

    ``retention``: row is how many years back (0: the last); customers bought in the year before,
    active of them bought again; before is their net of the year before, kept that of those who
    bought again, revenue their net of this year.

    ``cohort``: row is the quarter of the first purchase (4 x year + 0 to 3), column the year of the
    relationship from 1 on, of customers for whom it is over; active bought in it; revenue, margin.

    ``survival``: row is the year of the first purchase, column the whole months until the customer
    ended or, active ones, until the date.

    ``categories``: row is how many years back, column the number of categories (5: and more).

    ``won``: row is the year of the first purchase; active came by referral; revenue is the lifetime
    value, kept that of those who came by referral.
    """

    class Kind(models.TextChoices):
        RETENTION = "retention"
        COHORT = "cohort"
        SURVIVAL = "survival"
        CATEGORIES = "categories"
        WON = "won"

    as_of = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    row = models.SmallIntegerField()
    column = models.SmallIntegerField(default=0)
    active = models.PositiveIntegerField(default=0)
    revenue = summed(4, default=0)
    before = summed(4, default=0)
    kept = summed(4, default=0)
    margin = summed(4, default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.row} {self.column}: {self.customers}"
