"""Figures of a wave as pages show them to those who see all customers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.accounts.models import Team
from satisfaction.figure_reads import CellFigureQuerySet
from satisfaction.models.waves import Wave


class GroupKind(models.TextChoices):
    """By what the customers of a wave are grouped."""

    ALL = "all"
    TIER = "tier"
    STAGE = "stage"
    REGION = "region"
    TEAM = "team"
    OWNER = "owner"
    PRODUCT = "product"  # the category that they bought most of
    COMPLAINT = "complaint"  # what they had complained of before they answered
    ATTITUDE = "attitude"  # promoter, passive, detractor


class WaveFigure(models.Model):
    """Sums over the customers of one group who answered in a wave.

    Prepared by `satisfaction.services.results`, since no page may scan all answers; account
    managers' figures are `CellFigure` rows added up. Of an anonymous wave only groups that may be
    published are kept, so that no reader can show another one.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="figures")
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=100, blank=True)
    customers = models.PositiveIntegerField()
    responses = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()  # invitations
    sums = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["wave", "group", "key"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "group", "key"], name="wavefigure_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.group} {self.key}: {self.customers}"


class QuestionFigure(models.Model):
    """Sums over the customers of one group who answered one question of a wave, on 0 to 100."""

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="question_figures", db_index=False
    )
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=40)  # of the question, by which versions are compared
    customers = models.PositiveIntegerField()
    total = models.FloatField()
    squares = models.FloatField()
    top = models.FloatField()  # customers in the upper two boxes; in parts where contacts disagree

    class Meta:
        ordering = ["wave", "group", "key", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "group", "key", "code"], name="questionfigure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.group} {self.key} {self.code}: {self.customers}"


class CellFigure(models.Model):
    """The sums of a wave over the customers of one account manager and team, as they are today.

    A customer is in one cell alone, so that those whom an account manager sees are cells added up.
    There are none of anonymous waves, whose figures are nobody's own.
    """

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="cell_figures", db_index=False
    )
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    group = models.CharField(max_length=9, choices=GroupKind)
    key = models.CharField(max_length=100, blank=True)
    customers = models.PositiveIntegerField()
    responses = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()  # invitations
    # As those of a wave, but for what does not add up: see `services.cells`. So they are no rows of
    # `WaveFigure`: that has correlations and weights of all instead, and anonymous waves too.
    sums = models.JSONField(default=dict)
    # Of all customers together: what pages show beside sums, and what each customer weighs.
    details = models.JSONField(default=dict)
    # By code of the question: customers, sum, squares, those in the upper two boxes.
    questions = models.JSONField(default=dict)

    objects = CellFigureQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "account_manager", "team", "group", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "account_manager", "team", "group", "key"],
                nulls_distinct=False,
                name="cellfigure_once",
            ),
            models.CheckConstraint(
                condition=Q(account_manager__isnull=False) | Q(team__isnull=False),
                name="cellfigure_of_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "wave", "group"], name="cellfigure_of_team"),
            models.Index(fields=["account_manager", "wave", "group"], name="cellfigure_of_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.account_manager_id} {self.team_id} {self.group} {self.key}"


class CellBase(models.Model):
    """Whose customers were in a cell when figures were last brought up to it: their number and sum.

    A cell with others has lost some or got some, so that its figures are made again.
    """

    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    customers = models.PositiveIntegerField()
    ids = models.BigIntegerField()
    # Customers made later are in no wave that is summed already.
    newest = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_manager", "team"], nulls_distinct=False, name="cellbase_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_manager_id} {self.team_id}: {self.customers}"
