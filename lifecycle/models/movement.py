"""How customers move between tiers and stages, in cells that pages sum."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.accounts.models import Team
from crm.platform.amounts import summed
from customers.models.standing import Stage
from lifecycle.movement_reads import CellQuerySet, MoveQuerySet


class Cell(models.Model):
    """Customers alike, of one owner and team, counted and summed."""

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    customers = models.PositiveIntegerField()

    objects = CellQuerySet.as_manager()

    class Meta:
        abstract = True


class StageCell(Cell):
    """Customers alike in stage, lifecycle pattern and whole months in the stage, at a night.

    Made anew by each night. `pattern` is A to D for those in decline and ended whose last living
    stage is known.
    """

    as_of = models.DateField()
    stage = models.CharField(max_length=11, choices=Stage)
    pattern = models.CharField(max_length=1, blank=True)
    months = models.PositiveSmallIntegerField()
    revenue_12m = summed(4)
    margin_12m = summed(4)
    cost_12m = summed(4, default=0)  # to serve them
    lifetime_value = summed()
    # Value if they were active: what those who ended would be worth.
    value_if_active = summed()

    def __str__(self) -> str:
        return f"{self.stage} {self.months}: {self.customers}"


class Move(models.Model):
    """Two dates compared and counted: who was in which tier or stage then, and who later.

    Usual spans are counted by each night, others when somebody asks; the next night forgets those.
    """

    kind = models.CharField(max_length=5, choices=[("tier", "tier"), ("stage", "stage")])
    start = models.DateField()
    end = models.DateField()
    as_of = models.DateField()  # the night whose history it was counted from
    # The month-ends that revenue and value were taken from; null: none is recorded by then.
    start_figures = models.DateField(null=True)
    end_figures = models.DateField(null=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "start", "end"], name="move_once_a_span"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="move_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start} {self.end}"


class MoveCell(Cell):
    """Customers that were in one tier or stage at the start and in one at the end.

    Empty: in none yet.
    """

    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="cells")
    before = models.CharField(max_length=11, blank=True)
    after = models.CharField(max_length=11, blank=True)
    revenue_before = summed(4)
    revenue_after = summed(4)
    value_after = summed()

    def __str__(self) -> str:
        return f"{self.before}>{self.after}: {self.customers}"
