"""The three Rs from their cells: small sums over what was counted weekly."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from crm.platform.words import share
from lifecycle.analytics import survival
from lifecycle.models import CategoryTakeUp, LoyaltyCell

Kind = LoyaltyCell.Kind
# Shown beside each other: years of a relationship, cohorts, curves of single cohorts, categories.
MOST_YEARS, MOST_COHORTS, MOST_CURVES, MOST_CROSS_SOLD = 10, 12, 4, 8
FEWEST_IN_CURVE = 20
MONTHS_SHOWN = 120


@dataclass(frozen=True)
class Retained:
    """Of those who bought in one year, who bought again in the next; `back` 0 is the last."""

    back: int
    customers: int
    stayed: int
    before: float
    kept: float
    revenue: float

    @property
    def by_count(self) -> float:
        return share(self.stayed, self.customers)

    @property
    def by_value(self) -> float:
        """The share of the former revenue that belonged to those who bought again."""
        return share(self.kept, self.before)

    @property
    def of_revenue(self) -> float:
        """What they buy now over what they bought then: above 1 where the kept ones grow."""
        return share(self.revenue, self.before)


def retention(cells: QuerySet[LoyaltyCell]) -> list[Retained]:
    """The last year first."""
    sums = ("customers", "active", "before", "kept", "revenue")
    return [
        Retained(
            back=row["row"],
            customers=row["sum_customers"],
            stayed=row["sum_active"],
            before=float(row["sum_before"]),
            kept=float(row["sum_kept"]),
            revenue=float(row["sum_revenue"]),
        )
        for row in cells.filter(kind=Kind.RETENTION).by("row", sums=sums)
    ]


@dataclass(frozen=True)
class YearOfCohort:
    """A year of the relationship of those for whom it is over."""

    number: int
    customers: int
    buying: int
    revenue: float
    margin: float

    @property
    def share(self) -> float:
        return share(self.buying, self.customers)

    @property
    def revenue_each(self) -> float:
        return share(self.revenue, self.customers)

    @property
    def margin_each(self) -> float:
        return share(self.margin, self.customers)


def cohorts(cells: QuerySet[LoyaltyCell], by_quarter: bool) -> list[tuple[int, list[YearOfCohort]]]:
    """The newest cohorts, each with its years in order; a year is 4 x its number as a quarter is.

    A cohort's year counts the members for whom it is over, so within a year of cohorts the first
    columns may rest on more customers than the last.
    """
    sums: dict[int, dict[int, list[float]]] = {}
    for row in _years(cells, "row", "column"):
        key = row["row"] if by_quarter else row["row"] // 4 * 4
        values = sums.setdefault(key, {}).setdefault(row["column"], [0.0] * 4)
        for place, name in enumerate(("customers", "active", "revenue", "margin")):
            values[place] += float(row[f"sum_{name}"])
    newest = sorted(sums, reverse=True)[:MOST_COHORTS]
    return [(key, [_year(n, sums[key][n]) for n in sorted(sums[key])]) for key in newest]


def years(cells: QuerySet[LoyaltyCell]) -> list[YearOfCohort]:
    """Each year of the relationship over all cohorts, from the first on."""
    return [
        _year(row["column"], [float(row[f"sum_{name}"]) for name in
                              ("customers", "active", "revenue", "margin")])
        for row in _years(cells, "column")
    ]  # fmt: skip


def _years(cells: QuerySet[LoyaltyCell], *dimensions: str) -> QuerySet:
    rows = cells.filter(kind=Kind.COHORT, column__lte=MOST_YEARS)
    return rows.by(*dimensions, sums=("customers", "active", "revenue", "margin"))


def _year(number: int, values: list[float]) -> YearOfCohort:
    customers, buying, revenue, margin = values
    return YearOfCohort(number, int(customers), int(buying), revenue, margin)


def curves(cells: QuerySet[LoyaltyCell]) -> dict:
    """The Kaplan–Meier curve of all by month ("all"), and of the newest cohorts by year."""
    rows = list(cells.filter(kind=Kind.SURVIVAL).by("row", "column", sums=("customers", "active")))
    sizes: dict[int, int] = {}
    for row in rows:
        sizes[row["row"]] = sizes.get(row["row"], 0) + row["sum_customers"]
    large = [year for year, size in sizes.items() if size >= FEWEST_IN_CURVE]
    newest = sorted(large)[-MOST_CURVES:] if len(large) > 1 else []
    chosen = {year: [row for row in rows if row["row"] == year] for year in newest}
    return {key: _curve(part) for key, part in [("all", rows), *chosen.items()]}


def _curve(rows: list[dict]):
    ended = [row["sum_customers"] - row["sum_active"] for row in rows]
    still = [row["sum_active"] for row in rows]
    curve = survival.kaplan_meier([row["column"] for row in rows], ended, still)
    return curve[curve["time"] <= MONTHS_SHOWN]


def categories(cells: QuerySet[LoyaltyCell]) -> dict[int, dict[int, int]]:
    """Customers by number of categories, by how many years back."""
    found: dict[int, dict[int, int]] = {}
    for row in cells.filter(kind=Kind.CATEGORIES).by("row", "column", sums=("customers",)):
        found.setdefault(row["row"], {})[row["column"]] = row["sum_customers"]
    return found


def at_least(counts: dict[int, int], number: int) -> float:
    """The share of those buying any category that buy so many and more."""
    return share(sum(c for n, c in counts.items() if n >= number), sum(counts.values()))


@dataclass(frozen=True)
class TakenUp:
    """A category: how many customers could have taken it up in twelve months, how many did."""

    category: str
    could: int
    took: int

    @property
    def share(self) -> float:
        return share(self.took, self.could)


def cross_sales() -> list[TakenUp]:
    """The categories most taken up beside others, of all customers whose industry is known.

    Counted each night for growth value; who bought for the first time is no cross-sale.
    """
    rows = CategoryTakeUp.objects.order_by().values("category")
    rows = rows.annotate(could_all=Sum("could"), took_all=Sum("took")).filter(took_all__gt=0)
    rows = rows.order_by("-took_all", "category")[:MOST_CROSS_SOLD]
    return [TakenUp(row["category"], row["could_all"], row["took_all"]) for row in rows]


@dataclass(frozen=True)
class Won:
    """New customers of a year, and those of them who came by a referral."""

    year: int
    customers: int
    referred: int
    value: float
    referred_value: float

    @property
    def share(self) -> float:
        return share(self.referred, self.customers)

    @property
    def value_share(self) -> float:
        return share(self.referred_value, self.value)


def won(cells: QuerySet[LoyaltyCell]) -> list[Won]:
    """By year of the first purchase, the newest first."""
    rows = cells.filter(kind=Kind.WON).by("row", sums=("customers", "active", "revenue", "kept"))
    found = [
        Won(
            row["row"],
            row["sum_customers"],
            row["sum_active"],
            float(row["sum_revenue"]),
            float(row["sum_kept"]),
        )
        for row in rows
    ]
    return found[::-1][:MOST_YEARS]
