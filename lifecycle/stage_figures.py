"""Stages from the night's cells: what goes in and comes out, how long, and how it ended."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from crm.platform.words import share
from customers.models.standing import Stage
from lifecycle.analytics.survival import median_of_counts
from lifecycle.models import Move, MoveCell, StageCell
from lifecycle.services.movement import year_back

SUMS = (
    *("customers", "revenue_12m", "margin_12m", "cost_12m"),
    *("lifetime_value", "value_if_active"),
)
MOVED = ("customers", "revenue_before", "revenue_after", "value_after")
PATTERNS = ("A", "B", "C", "D")


@dataclass(frozen=True)
class OfStage:
    """A stage's sums; `cost` is that of serving it, `months` the median time in it so far."""

    customers: int
    revenue: float
    margin: float
    cost: float
    value: float
    months: float | None


def by_stage(cells: QuerySet[StageCell]) -> dict[str, OfStage]:
    """Of the stages that somebody is in."""
    rows = list(cells.by("stage", "months", sums=SUMS))
    found = {}
    for stage in {row["stage"] for row in rows}:
        of_stage = [row for row in rows if row["stage"] == stage]
        months = [row["months"] for row in of_stage]
        counts = [row["sum_customers"] for row in of_stage]
        found[stage] = OfStage(
            customers=sum(counts),
            revenue=_sum(of_stage, "revenue_12m"),
            margin=_sum(of_stage, "margin_12m"),
            cost=_sum(of_stage, "cost_12m"),
            value=_sum(of_stage, "lifetime_value"),
            months=median_of_counts(months, counts),
        )
    return found


@dataclass(frozen=True)
class OfPattern:
    """Customers in decline and ended that went by a pattern; `if_active` is their value if not."""

    letter: str
    customers: int
    declining: int
    share: float
    if_active: float


def by_pattern(cells: QuerySet[StageCell]) -> list[OfPattern]:
    """A to D; those whose last living stage nobody saw stand last, without a letter."""
    rows = list(
        cells.filter(stage__in=(Stage.DECLINE, Stage.ENDED)).by("pattern", "stage", sums=SUMS)
    )
    everybody = sum(row["sum_customers"] for row in rows)
    found = []
    for letter in (*PATTERNS, ""):
        of_letter = [row for row in rows if row["pattern"] == letter]
        customers = sum(row["sum_customers"] for row in of_letter)
        falling = [row for row in of_letter if row["stage"] == Stage.DECLINE]
        found.append(
            OfPattern(
                letter=letter,
                customers=customers,
                declining=sum(row["sum_customers"] for row in falling),
                share=share(customers, everybody),
                if_active=_sum(of_letter, "value_if_active"),
            )
        )
    return [row for row in found if row.letter or row.customers]


@dataclass(frozen=True)
class Fared:
    """Customers of a stage a year ago: their revenue then and now, and where they are."""

    stage: str
    customers: int
    before: float
    after: float
    now: list[tuple[str, int]]  # stage and customers, in the order of stages

    @property
    def change(self) -> float | None:
        return self.after / self.before - 1 if self.before > 0 else None


def fared(user, as_of: dt.date) -> tuple[Move | None, list[Fared]]:
    """How last year's stages fared, from the comparison that the night has counted."""
    move = Move.objects.of("stage", year_back(as_of), as_of)
    if move is None:
        return None, []
    rows = list(MoveCell.objects.filter(move=move).visible_to(user).by(
        "before", "after", sums=MOVED
    ))  # fmt: skip
    found = []
    for stage in Stage.values:
        of_stage = [row for row in rows if row["before"] == stage]
        if of_stage:
            counts = {row["after"]: row["sum_customers"] for row in of_stage}
            found.append(
                Fared(
                    stage=stage,
                    customers=sum(counts.values()),
                    before=_sum(of_stage, "revenue_before"),
                    after=_sum(of_stage, "revenue_after"),
                    now=[(name, counts[name]) for name in Stage.values if name in counts],
                )
            )
    return move, found


def _sum(rows: list[dict], name: str) -> float:
    return float(sum(row[f"sum_{name}"] for row in rows))
