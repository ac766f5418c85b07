"""Figures of cases that take long to count: what came in, and how long deadlines took.

They are prepared by cells (`services.figuring`), the customers of one account manager and team as
they are today. Whom an account manager sees are whole cells, so nothing is counted twice; those of
everybody are added up before. Until they were prepared for the first time they are counted when
somebody asks.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from complaints.analytics.times import interpolated
from complaints.models import Case, CaseFigure, Clock, ClockKind, Kind
from crm.platform.models import Installation

MONTHS = 12
WINDOW = dt.timedelta(days=90)
MEDIAN, NINETIETH = 0.5, 0.9
RESOLUTION = str(ClockKind.RESOLUTION)
# A kind of clock, and of resolution the tier.
Which = tuple[str, str]


@dataclass(frozen=True)
class Times:
    """How long clocks ran that were met: business minutes."""

    cases: int
    in_time: int
    median: float
    ninetieth: float


@dataclass(frozen=True)
class Figures:
    """Those of the cases that somebody sees."""

    # When they were prepared; None where they were counted just now.
    made_at: dt.datetime | None
    # What came in, by month (its first day) and kind; complaints by category (None: not known).
    months: Mapping[tuple[dt.date, str], int]
    categories: Mapping[int | None, int]
    # Of complaints, by kind of clock; of resolution by tier.
    times: Mapping[str, Times]
    tiers: Mapping[str, Times]


@dataclass
class Sums:
    """What adds up: counts, and the minutes of each clock."""

    months: Counter = field(default_factory=Counter)
    categories: Counter = field(default_factory=Counter)
    in_time: Counter = field(default_factory=Counter)
    minutes: dict[Which, list[float]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, row: CaseFigure) -> "Sums":
        """As they are kept of a cell."""
        sums = cls(*_received(row))
        for kind, tier, in_time, minutes in row.times:
            sums.in_time[kind, tier], sums.minutes[kind, tier] = in_time, minutes
        return sums

    def add(self, other: "Sums") -> None:
        for name in ("months", "categories", "in_time"):
            getattr(self, name).update(getattr(other, name))
        for which, minutes in other.minutes.items():
            self.minutes[which] += minutes

    def figures(self, made_at: dt.datetime) -> Figures:
        kinds = {kind for kind, _tier in self.minutes}
        times = {kind: self._took(one for one in self.minutes if one[0] == kind) for kind in kinds}
        tiers = {one[1]: self._took([one]) for one in self.minutes if one[0] == RESOLUTION}
        return Figures(made_at, self.months, self.categories, times, tiers)

    def _took(self, which: Iterable[Which]) -> Times:
        """Of these clocks together."""
        which = list(which)
        ordered = sorted(minutes for one in which for minutes in self.minutes[one])
        in_time = sum(self.in_time[one] for one in which)
        shares = [interpolated(ordered, share) for share in (MEDIAN, NINETIETH)]
        return Times(len(ordered), in_time, *shares)


def _received(row: CaseFigure) -> tuple[Counter, Counter]:
    months = {(dt.date.fromisoformat(month), kind): n for month, kind, n in row.received["months"]}
    return Counter(months), Counter(dict(row.received["categories"]))


def last_months() -> list[dt.date]:
    """The first days of the last twelve calendar months, oldest first."""
    first = Installation.cached().today().replace(day=1)
    found = [first]
    while len(found) < MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]


def start_of(date: dt.date, zone) -> dt.datetime:
    return dt.datetime.combine(date, dt.time.min, tzinfo=zone)


def figures_of(user) -> Figures:
    """Of the cases that the user sees."""
    rows = CaseFigure.objects.visible_to(user)
    if user.sees_all_customers:
        row = rows.first()
        return _of_all(row) if row else count_for(user)
    # Before the cells: of the first time ever, none would be read as nothing to count.
    made_at = CaseFigure.objects.made_at()
    if made_at is None:
        return count_for(user)
    total = Sums()
    for row in rows:
        total.add(Sums.of(row))
    return total.figures(made_at)


def _of_all(row: CaseFigure) -> Figures:
    took = {(kind, tier): Times(*rest) for kind, tier, *rest in row.times}
    times = {kind: one for (kind, tier), one in took.items() if not tier}
    tiers = {tier: one for (_kind, tier), one in took.items() if tier}
    return Figures(row.made_at, *_received(row), times, tiers)


def count_for(user) -> Figures:
    """The same, counted one by one."""
    zone = Installation.cached().zone
    months, categories = Counter(), Counter()
    cases = Case.objects.visible_to(user)
    for row in cases.received_by_month(start_of(last_months()[0], zone), zone):
        months[row["month"].date(), row["kind"]] += row["cases"]
        if row["kind"] == Kind.COMPLAINT:
            categories[row["category"]] += row["cases"]
    clocks = Clock.objects.visible_to(user).filter(case__kind=Kind.COMPLAINT)
    met = clocks.met_since(timezone.now() - WINDOW)
    times = {row.pop("kind"): Times(**row) for row in met.times("kind")}
    by_tier = met.filter(kind=ClockKind.RESOLUTION).times("case__tier")
    tiers = {row.pop("case__tier"): Times(**row) for row in by_tier}
    return Figures(None, months, categories, times, tiers)
