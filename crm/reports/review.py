"""The business review: what we give a customer to look back on our work together.

It says what the customer bought, was promised, gained and told us. What it is worth to us, how we
rank it and what we plan stands nowhere in it; nothing of that is even read.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from statistics import fmean

from django.db.models import Q

from complaints.models import Case, ClockKind, Kind
from complaints.states import SOLVED, State
from crm.platform.models import Installation
from crm.reports import figures
from customers.models import Benefit, Promise, ReviewReport
from satisfaction.models import Response

MOST_ANSWERS = 60
MOST_WAVES = 6


@dataclass(frozen=True)
class CaseRow:
    """A complaint or request with its days; `in_time` is None until it is settled."""

    reference: str
    title: str
    kind: str
    received_on: dt.date
    settled_on: dt.date | None
    in_time: bool | None


@dataclass(frozen=True)
class WaveRow:
    """What the customer's own people answered in one survey, on 0 to 100."""

    month: dt.date
    index: float
    answers: int


@dataclass(frozen=True)
class Review:
    """All that a business review is made of."""

    report: ReviewReport
    months: list[figures.Month]
    months_before: list[figures.Month]
    net: Decimal
    net_before: Decimal
    orders: int
    categories: list[figures.CategoryRow]
    cases: list[CaseRow]
    promises: list[Promise]
    benefits: list[Benefit]
    benefit_years: list[tuple[int, Decimal]]
    waves: list[WaveRow]

    @property
    def settled(self) -> list[CaseRow]:
        return [case for case in self.cases if case.settled_on]

    @property
    def in_time(self) -> int:
        return sum(1 for case in self.settled if case.in_time)

    def promises_in(self, state: str) -> list[Promise]:
        return [promise for promise in self.promises if promise.state == state]

    @property
    def gained(self) -> Decimal:
        """What the benefits of the period come to."""
        since, until = self.report.since, self.report.until
        inside = (row.amount for row in self.benefits if since <= row.on <= until)
        return sum(inside, Decimal(0))


def read(report: ReviewReport, user) -> Review:
    """Everything at once, in a fixed number of queries; `report` comes through `visible_to`."""
    customer, since, until = report.customer, report.since, report.until
    past = figures.year_earlier(since), figures.year_earlier(until)
    days = figures.days_between(customer, user, past[0], until)
    benefits = list(Benefit.objects.visible_to(user).filter(customer=customer, on__lte=until))
    return Review(
        report=report,
        months=figures.by_month(days, since, until),
        months_before=figures.by_month(days, *past),
        net=figures.net_of(days, since, until),
        net_before=figures.net_of(days, *past),
        orders=figures.purchase_days_of(days, since, until),
        categories=figures.by_category(customer, user, (since, until), past),
        cases=_cases(report, user),
        promises=_promises(report, user),
        benefits=benefits,
        benefit_years=_by_year(benefits),
        waves=_waves(report, user),
    )


def _cases(report: ReviewReport, user) -> list[CaseRow]:
    """What came in during the period, and what was still open when it began."""
    zone = Installation.cached().zone
    begins = dt.datetime.combine(report.since, dt.time(), tzinfo=zone)
    ends = dt.datetime.combine(report.until + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    rows = Case.objects.visible_to(user).filter(customer=report.customer, received_at__lt=ends)
    rows = rows.filter(Q(received_at__gte=begins) | Q(ended_at=None) | Q(ended_at__gte=begins))
    rows = rows.exclude(state__in=(State.MERGED, State.WITHDRAWN))
    rows = rows.prefetch_related("clocks").order_by("-received_at", "-pk")
    return [_case(case, zone, ends) for case in rows]


def _case(case: Case, zone, ends: dt.datetime) -> CaseRow:
    """The case as it stood at the end of the period."""
    ended = case.resolved_at if case.state in SOLVED else case.ended_at
    settled = ended if ended and ended < ends else None
    clocks = case.clocks.all()
    late = any(clock.kind == ClockKind.RESOLUTION and clock.breached_at for clock in clocks)
    return CaseRow(
        reference=case.reference,
        title=case.title,
        kind=Kind(case.kind),
        received_on=case.received_at.astimezone(zone).date(),
        settled_on=settled.astimezone(zone).date() if settled else None,
        in_time=not late if settled else None,
    )


def _promises(report: ReviewReport, user) -> list[Promise]:
    """Settled in the period, and what is open now: a promise does not end with a period."""
    rows = Promise.objects.visible_to(user).filter(customer=report.customer)
    settled = Q(settled_on__range=(report.since, report.until))
    return list(rows.filter(settled | Q(state=Promise.State.OPEN)).order_by("due_on", "pk"))


def _by_year(benefits: list[Benefit]) -> list[tuple[int, Decimal]]:
    years: dict[int, Decimal] = {}
    for row in benefits:
        years[row.on.year] = years.get(row.on.year, Decimal(0)) + row.amount
    return sorted(years.items(), reverse=True)


def _waves(report: ReviewReport, user) -> list[WaveRow]:
    """The last surveys up to the end of the period, oldest first."""
    ends = dt.datetime.combine(
        report.until + dt.timedelta(days=1), dt.time(), tzinfo=Installation.cached().zone
    )
    rows = Response.objects.visible_to(user).finished()
    rows = rows.filter(customer=report.customer, finished_at__lt=ends, index__isnull=False)
    newest = list(rows.select_related("wave").order_by("-finished_at", "-pk")[:MOST_ANSWERS])
    newest.sort(key=lambda answer: (answer.wave.opens_on, answer.wave_id))
    found = []
    for _wave, group in groupby(newest, key=lambda answer: answer.wave_id):
        answers = list(group)
        index = fmean(answer.index for answer in answers)
        found.append(WaveRow(answers[0].wave.opens_on, index, len(answers)))
    return found[-MOST_WAVES:]
