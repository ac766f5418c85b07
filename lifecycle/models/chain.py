"""The service-profit chain as prepared: figures of teams by quarter, and how they go together."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from lifecycle.chain_reads import ChainFigureQuerySet, ChainLinkQuerySet


class Box(models.TextChoices):
    """A box of the chain, from our people to profit."""

    COMPETENCE = "competence", _("Competence of staff")
    CAPABILITY = "capability", _("Capability to serve")
    STAFF = "staff", _("Satisfaction of staff")
    PRODUCTIVITY = "productivity", _("Productivity")
    DELIVERING = "delivering", _("Ability to deliver value")
    SATISFACTION = "satisfaction", _("Satisfaction of customers")
    RECOMMEND = "recommend", _("Would recommend us")
    RETENTION = "retention", _("Retention")
    RELATED = "related", _("Related sales")
    REFERRALS = "referrals", _("Referrals")
    PROFIT = "profit", _("Profit")
    GROWTH = "growth", _("Growth")


class ChainFigure(models.Model):
    """The mean of a team in a quarter (4 x year + 0 to 3), over `n` people or customers.

    Answers of staff are here only where at least five of the team gave them in one wave. Quarters
    that are two quarters over stay as they were counted, with the customers that the team had.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    quarter = models.PositiveSmallIntegerField()
    box = models.CharField(max_length=12, choices=Box)
    n = models.PositiveIntegerField()
    value = models.FloatField()
    computed_on = models.DateField()

    objects = ChainFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "quarter", "box"], name="chainfigure_once"),
            models.CheckConstraint(condition=Q(n__gt=0), name="chainfigure_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.quarter} {self.box}: {self.value:.1f}"


class ChainLink(models.Model):
    """How two boxes go together: Spearman's rank correlation over teams' quarters or customers.

    Without a team it is of all teams. `r` is empty where a side has no spread; the interval where
    there are too few to tell.
    """

    class Level(models.TextChoices):
        TEAMS = "teams", _("teams × quarters")
        CUSTOMERS = "customers", _("customers")

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=12, choices=Box)
    target = models.CharField(max_length=12, choices=Box)
    level = models.CharField(max_length=9, choices=Level)
    lag = models.PositiveSmallIntegerField()  # quarters
    n = models.PositiveIntegerField()
    r = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    computed_on = models.DateField()

    objects = ChainLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "source", "target", "level", "lag"],
                name="chainlink_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(r=None) | Q(r__range=(-1, 1)), name="chainlink_r_is_correlation"
            ),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=F("high")),
                name="chainlink_interval_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.target} {self.n}"
