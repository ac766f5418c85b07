"""Reads of what was counted at night: sums over a few hundred cells, never over complaints."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace

from django.db.models import Count, F, Max, QuerySet, Sum
from django.utils.translation import gettext as _

from complaints.analytics import times
from complaints.models import (
    Case,
    CountedMonth,
    CustomersOfMonth,
    Dimension,
    LearningCell,
    TimeCell,
    WeekCell,
)
from complaints.services.proposals import full_weeks
from crm.accounts.models import Team
from crm.platform.models import Installation
from customers.models import Product
from customers.models.standing import Tier

MOST_MONTHS = 36
USUAL_MONTHS = 12
# Products to choose from are those of the newest complaints.
NEWEST, PRODUCTS = 500, 20
SUMS = (
    *("complaints", "solved", "reopened", "handled", "first_contact", "remedies"),
    "remedy_cost",
)


@dataclass(frozen=True)
class Look:
    """What a page is about: months from and to (first days), whose complaints, of which kind."""

    first: dt.date
    last: dt.date
    dimension: str = Dimension.ALL
    key: str = ""
    category: int | None = None
    cause: int | None = None

    @property
    def months(self) -> list[dt.date]:
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = next_month(month)
        return found

    @property
    def is_of_kind(self) -> bool:
        return self.category is not None or self.cause is not None

    def cells(self) -> QuerySet[LearningCell]:
        rows = LearningCell.objects.filter(
            dimension=self.dimension, key=self.key, month__range=(self.first, self.last)
        )
        return _of_kind(rows, self)

    def before(self) -> "Look":
        """As many months before."""
        last = (self.first - dt.timedelta(days=1)).replace(day=1)
        first = last
        for _month in self.months[1:]:
            first = (first - dt.timedelta(days=1)).replace(day=1)
        return replace(self, first=first, last=last)


def next_month(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)


def _of_kind(rows: QuerySet, look: Look) -> QuerySet:
    if look.category is not None:
        rows = rows.filter(category=look.category)
    return rows if look.cause is None else rows.filter(root_cause=look.cause)


def totals(look: Look) -> dict:
    return summed(look)[0]


def summed(look: Look) -> tuple[dict, dict, dict[dt.date, dict]]:
    """All sums of the look, those of as many months before, and by month: the cells read once."""
    both = replace(look, first=look.before().first)
    sums = {f"n_{name}": Sum(name) for name in SUMS}
    now, before = {}, []
    for row in both.cells().order_by().values("month").annotate(**sums):
        found = {name: row[f"n_{name}"] for name in SUMS}
        if row["month"] < look.first:
            before.append(found)
        else:
            now[row["month"]] = found
    months = {
        month: {"n": found["complaints"], "cost": found["remedy_cost"]}
        for month, found in now.items()
    }
    return _together(list(now.values())), _together(before), months


def _together(rows: list[dict]) -> dict:
    return {name: sum(row[name] for row in rows) for name in SUMS}


def by_kind(look: Look) -> tuple[list[dict], list[dict]]:
    """Sums by category and by root cause (None: not known), the most frequent first: read once."""
    categories, causes = Counter(), Counter()
    rows = look.cells().order_by().values_list("category", "root_cause")
    for category, cause, n in rows.annotate(n=Sum("complaints")):
        categories[category] += n
        causes[cause] += n
    return _ranked("category", categories), _ranked("root_cause", causes)


def _ranked(name: str, counts: Counter) -> list[dict]:
    """Of as many the one that was listed first; what is not known comes after them."""
    order = sorted(counts, key=lambda key: (-counts[key], key is None, key or 0))
    return [{name: key, "n": counts[key]} for key in order]


def customers_of(look: Look) -> dict[dt.date, int]:
    """Active customers at the end of each month for which they are known."""
    rows = CustomersOfMonth.objects.filter(
        dimension=look.dimension, key=look.key, month__range=(look.first, look.last)
    )
    return dict(rows.values_list("month", "customers"))


def rate(counts: dict[dt.date, dict], customers: dict[dt.date, int]) -> tuple[float | None, int]:
    """Complaints a month per 100 active customers, over the months that know both; and how many."""
    months = [month for month in customers if customers[month]]
    total = sum(counts[month]["n"] for month in months if month in counts)
    base = sum(customers[month] for month in months)
    return (100 * total / base if base else None), len(months)


def is_over(month: dt.date) -> bool:
    return next_month(month) <= Installation.cached().today()


@dataclass(frozen=True)
class Took:
    """How long complaints took: minutes, and the share in time of those decided."""

    median: float | None
    ninetieth: float | None
    n: int
    open: int
    in_time: float | None
    decided: int


def times_of(look: Look, *, with_tiers: bool = False) -> dict[str, dict[str, Took]]:
    """By clock, then by severity and all together as "": cells are read once.

    With tiers also those of everybody by tier, whose letters no severity has.
    """
    cells = TimeCell.objects.filter(month__range=(look.first, look.last))
    rows = _summed(cells.filter(dimension=look.dimension, key=look.key), "severity")
    if with_tiers:
        # Each finds its cells by an index of its own, and names what it groups by.
        clocks = (TimeCell.Clock.FIRST_RESPONSE, TimeCell.Clock.RESOLUTION)
        tiers = cells.filter(dimension=Dimension.TIER, key__in=Tier.values, clock__in=clocks)
        rows = rows.union(_summed(tiers, "key"), all=True)
    found: dict[str, dict[str, list[tuple]]] = {}
    for clock, dimension, part, *row in rows:
        parts = found.setdefault(clock, {})
        parts.setdefault(part, []).append(row)
        if dimension == look.dimension:
            parts.setdefault("", []).append(row)
    return {
        clock: {name: _took(part) for name, part in parts.items()} for clock, parts in found.items()
    }


def _summed(cells: QuerySet[TimeCell], part: str) -> QuerySet:
    """By clock, what the part is called, and bucket."""
    sums = {f"n_{one}": Sum(one) for one in ("met", "met_late", "open", "open_late")}
    # Sums come after what is grouped by: among the values they would be of each cell.
    rows = cells.order_by().annotate(part=F(part))
    return rows.values_list("clock", "dimension", "part", "bucket").annotate(**sums)


def _took(rows: list[tuple]) -> Took:
    buckets, met, met_late, lasting, open_late = zip(*rows, strict=True)
    in_time, decided = times.share_in_time(sum(met), sum(met_late), sum(open_late))
    return Took(
        median=times.percentile(buckets, met, lasting, 0.5),
        ninetieth=times.percentile(buckets, met, lasting, 0.9),
        n=sum(met) + sum(lasting),
        open=sum(lasting),
        in_time=in_time,
        decided=decided,
    )


@dataclass(frozen=True)
class Periods:
    """Complaints by week or month, those over alone; sizes are active customers, where known."""

    starts: list[dt.date]
    counts: list[int]
    sizes: list[int] | None


def weeks(look: Look, number: int) -> Periods:
    """The last weeks, of everybody's complaints."""
    starts = full_weeks(Installation.cached().today() - dt.timedelta(days=1), number)
    rows = _of_kind(WeekCell.objects.filter(week__range=(starts[0], starts[-1])), look)
    found = dict(rows.order_by().values_list("week").annotate(n=Sum("complaints")))
    return Periods(starts, [found.get(week, 0) for week in starts], None)


def months(look: Look) -> Periods:
    """With the active customers if each of the months knows them."""
    starts = [month for month in look.months if is_over(month)]
    counts, base = summed(look)[2], customers_of(look)
    known = bool(starts) and all(base.get(month) for month in starts)
    sizes = [base[month] for month in starts] if known else None
    return Periods(starts, [counts[m]["n"] if m in counts else 0 for m in starts], sizes)


def first_month() -> dt.date | None:
    rows = LearningCell.objects.filter(dimension=Dimension.ALL, key="").order_by("month")
    return rows.values_list("month", flat=True).first()


def counted_on() -> dt.date | None:
    """The date of the newest figures."""
    newest = CountedMonth.objects.aggregate(newest=Max("counted_at"))["newest"]
    if newest is None:
        return None
    return newest.astimezone(Installation.cached().zone).date() - dt.timedelta(days=1)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Whose complaints there are to look at, in groups: value ("tier:A") and words."""
    newest = CustomersOfMonth.objects.order_by("-month").values("month")[:1]
    regions = CustomersOfMonth.objects.filter(dimension=Dimension.REGION, month__in=newest)
    newest_cases = Case.objects.complaints().filter(product__isnull=False)
    newest_cases = newest_cases.order_by("-received_at").values("pk")[:NEWEST]
    products = Product.objects.filter(pk__in=_most_named(newest_cases)).order_by("code")
    return [
        (_("Tier"), [(f"tier:{tier}", str(label)) for tier, label in Tier.choices]),
        (_("Region"), [(f"region:{row.key}", row.key) for row in regions.order_by("key")]),
        (_("Team"), [(f"team:{team.pk}", str(team)) for team in Team.objects.order_by("name")]),
        (_("Product"), [(f"product:{one.pk}", str(one)) for one in products]),
    ]


def _most_named(cases: QuerySet) -> list[int]:
    rows = Case.objects.filter(pk__in=cases).order_by().values("product").annotate(n=Count("pk"))
    return list(rows.order_by("-n", "product").values_list("product", flat=True)[:PRODUCTS])
