"""What lifetime value rests on besides dealings, and the sums that its pages show."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from crm.platform.amounts import summed
from lifecycle.value_reads import ValueCellQuerySet

MOST = 10_000_000


def _amount(label) -> models.DecimalField:
    return models.DecimalField(
        label,
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(MOST)],
    )


class ValueAmounts(models.Model):
    """One row: what managers say an interaction costs, and what a customer's knowledge is worth.

    At 0 nobody has said: then it counts for nothing.
    """

    # Named as the kinds of interactions and of ideas are.
    INTERACTIONS = ("visit", "meeting", "call", "letter", "email", "message", "news")
    IDEAS = ("improvement", "product", "reference", "development")

    visit = _amount(_("a visit"))
    meeting = _amount(_("a meeting"))
    call = _amount(_("a call"))
    letter = _amount(_("a letter"))
    email = _amount(_("an e-mail"))
    message = _amount(_("a message"))
    news = _amount(_("a news mailing, each customer"))
    improvement = _amount(_("an improvement that we adopted"))
    product = _amount(_("a product idea that we adopted"))
    reference = _amount(_("a reference visit"))
    development = _amount(_("a joint development"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="value_amounts_is_one_row")]

    def __str__(self) -> str:
        return "amounts of lifetime value"

    @classmethod
    def get(cls) -> "ValueAmounts":
        """The amounts; zeros are stored at first use."""
        return cls.objects.get_or_create(id=1)[0]

    def as_texts(self) -> dict[str, str]:
        """By name, as a nightly run notes them: 15 and 15.00 are the same."""
        names = (*self.INTERACTIONS, *self.IDEAS)
        return {name: f"{getattr(self, name).normalize():f}" for name in names}


class CategoryTakeUp(models.Model):
    """How an industry's customers take up a category, made anew each night.

    `weight` is its share of the industry's net sales, `rate` the share a year that took it up.
    """

    industry = models.CharField(max_length=60)
    category = models.CharField(max_length=100)
    customers = models.PositiveIntegerField()  # active ones of the industry
    buyers = models.PositiveIntegerField()  # of these, who bought it in twelve months
    could = models.PositiveIntegerField()  # had bought before, but not this
    took = models.PositiveIntegerField()  # of these, who took it up in twelve months
    weight = models.DecimalField(max_digits=12, decimal_places=9)
    is_common = models.BooleanField()
    rate = models.DecimalField(max_digits=12, decimal_places=9)
    rate_low = models.DecimalField(max_digits=12, decimal_places=9)
    rate_high = models.DecimalField(max_digits=12, decimal_places=9)

    class Meta:
        ordering = ["industry", "-buyers", "category"]
        constraints = [
            models.UniqueConstraint(fields=["industry", "category"], name="take_up_once")
        ]

    def __str__(self) -> str:
        return f"{self.industry}: {self.category}"


class ValueCell(models.Model):
    """Customers alike in team, owner and one more thing, summed at the newest night."""

    class Dimension(models.TextChoices):
        COHORT = "cohort", _("Year of first purchase")
        SOURCE = "source", _("Won through")
        SEGMENT = "segment", _("Segment")
        INDUSTRY = "industry", _("Industry")

    as_of = models.DateField()
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    dimension = models.CharField(max_length=8, choices=Dimension)
    key = models.CharField(max_length=60, blank=True)
    customers = models.PositiveIntegerField()
    equity = summed()
    lifetime_value = summed()
    revenue_12m = summed(4)
    revenue_before = summed(4)
    margin_12m = summed(4)
    cost_12m = summed(4)
    # Who bought in the twelve months before the last, and of these, who did in the last.
    could_stay = models.PositiveIntegerField()
    stayed = models.PositiveIntegerField()
    cost_of_stayed = summed()  # of serving them, 12m
    # Of customers whose cost of winning is known and who bought: that cost, their margin since
    # the first purchase, the months since then, and how many have brought their cost in.
    acquired = models.PositiveIntegerField()
    acquisition_cost = summed()
    earned = summed()
    months = models.FloatField()
    paid_back = models.PositiveIntegerField()

    objects = ValueCellQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dimension", "team"], name="valuecell_dimension")]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key}: {self.customers}"


class EquityPoint(models.Model):
    """One point of the curve of the whole base's equity at the newest night, the largest first."""

    customers_share = models.FloatField()
    equity_share = models.FloatField()

    class Meta:
        ordering = ["customers_share"]

    def __str__(self) -> str:
        return f"{self.customers_share:.3f} {self.equity_share:.3f}"
