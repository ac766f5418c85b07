"""Improvement proposals: raised at night where a root cause comes again, decided by people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.analytics import control
from complaints.analytics.recurrence import Recurrence, recurrences
from complaints.models import Case, ImprovementProposal, RootCause, WeekCell
from crm.accounts.models import User
from crm.platform.edits import save_version
from crm.platform.models import Installation
from customers.models import Task
from customers.services.tasks import create_task

# The same cause so often within so many days at one customer.
LEAST_AGAIN, DAYS_AGAIN = 2, 90
# Of a night, so that a first night over years of complaints does not bury anybody in proposals.
MOST_A_NIGHT = 50
# A cause rises where a rule fires within the newest weeks, against the weeks before them.
WEEKS, NEWEST_WEEKS = 30, 4
# Of fewer in a week a normal limit says nothing.
LEAST_IN_WEEK = 5
WEEK = dt.timedelta(days=7)

Kind, State = ImprovementProposal.Kind, ImprovementProposal.State

# Complaints of the last days that no ended proposal of the same cause and customer has heard yet.
RECENT = """
    SELECT c.id, c.customer_id, c.root_cause_id,
        (c.received_at AT TIME ZONE %(zone)s)::date - DATE '2000-01-01'
    FROM complaints_case c
    WHERE c.kind = 'complaint' AND c.state NOT IN ('merged', 'withdrawn', 'rejected')
        AND c.customer_id IS NOT NULL AND c.root_cause_id IS NOT NULL
        AND c.received_at >= %(since)s AND c.received_at < %(until)s
        AND NOT EXISTS (
            SELECT FROM complaints_improvementproposal_cases l
            JOIN complaints_improvementproposal p ON p.id = l.improvementproposal_id
            WHERE l.case_id = c.id AND p.kind = 'again' AND p.state IN ('rejected', 'done')
                AND p.root_cause_id = c.root_cause_id AND p.customer_id = c.customer_id)
    ORDER BY c.id
"""
# What came since of the cause and customer of a live proposal belongs to it.
JOIN_LIVE = """
    INSERT INTO complaints_improvementproposal_cases (improvementproposal_id, case_id)
    SELECT p.id, c.id FROM complaints_improvementproposal p
    JOIN complaints_case c ON c.root_cause_id = p.root_cause_id AND c.customer_id = p.customer_id
    WHERE p.kind = 'again' AND p.state IN ('open', 'accepted') AND c.kind = 'complaint'
        AND c.state NOT IN ('merged', 'withdrawn', 'rejected')
        AND (c.received_at AT TIME ZONE %(zone)s)::date >= p.raised_on
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def propose(as_of: dt.date) -> int:
    """Raise what recurs on the date; returns how many proposals are live afterwards."""
    with connection.cursor() as cursor:
        # Nights that overlap propose one after the other.
        cursor.execute("LOCK TABLE complaints_improvementproposal IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(JOIN_LIVE, {"zone": str(Installation.cached().zone)})
    _propose_again(as_of)
    _propose_rising(as_of)
    return ImprovementProposal.objects.live().count()


def _propose_again(as_of: dt.date) -> None:
    """The same root cause again at the same customer; those who came most often first."""
    ids, found = _recurring(as_of)
    live = ImprovementProposal.objects.live().filter(kind=Kind.AGAIN)
    known = set(live.values_list("customer_id", "root_cause_id"))
    new = [one for one in found if (one.customer, one.cause) not in known]
    new.sort(key=lambda one: (-len(one.places), one.customer, one.cause))
    for one in new[:MOST_A_NIGHT]:
        proposal = ImprovementProposal.objects.create(
            kind=Kind.AGAIN,
            customer_id=one.customer,
            root_cause_id=one.cause,
            raised_on=as_of,
            evidence={"complaints": len(one.places), "days": DAYS_AGAIN},
        )
        proposal.cases.set([ids[place] for place in one.places])


def _recurring(as_of: dt.date) -> tuple[list[int], list[Recurrence]]:
    """The numbers of the recent cases, and what recurs among them, by places in these."""
    zone = Installation.cached().zone
    until = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    values = {"zone": str(zone), "since": until - dt.timedelta(days=DAYS_AGAIN), "until": until}
    with connection.cursor() as cursor:
        cursor.execute(RECENT, values)
        rows = cursor.fetchall()
    ids, customers, causes, days = zip(*rows, strict=True) if rows else ([], [], [], [])
    return list(ids), recurrences(customers, causes, days, LEAST_AGAIN, DAYS_AGAIN)


def _propose_rising(as_of: dt.date) -> None:
    """Root causes whose weekly counts rise against their own past."""
    weeks = full_weeks(as_of, WEEKS)
    by_cause = weekly(weeks, "root_cause")
    live = ImprovementProposal.objects.live().filter(kind=Kind.RISING)
    known = set(live.values_list("root_cause_id", flat=True))
    decided = _last_decisions()
    for cause in RootCause.objects.filter(pk__in=set(by_cause) - known - {None}).order_by("pk"):
        counts = by_cause[cause.pk]
        chart = control.chart(counts, baseline=WEEKS - NEWEST_WEEKS)
        fired = _rises(chart, counts, weeks, decided.get(cause.pk))
        if fired:
            _raise_rising(cause, chart, counts, weeks, fired, as_of)


def full_weeks(as_of: dt.date, number: int) -> list[dt.date]:
    """The Mondays of the last weeks that are over on the date, oldest first."""
    monday = as_of + dt.timedelta(days=1)
    monday -= dt.timedelta(days=monday.weekday())
    return [monday - WEEK * back for back in range(number, 0, -1)]


def weekly(weeks: Sequence[dt.date], by: str) -> dict[int | None, list[int]]:
    """Complaints of each of the weeks by category or root cause (None: not known)."""
    rows = WeekCell.objects.filter(week__range=(weeks[0], weeks[-1])).order_by()
    found: dict[int | None, list[int]] = defaultdict(lambda: [0] * len(weeks))
    place = {week: at for at, week in enumerate(weeks)}
    for week, key, count in rows.values_list("week", by).annotate(n=Sum("complaints")):
        found[key][place[week]] += count
    return dict(found)


def _last_decisions() -> dict[int, dt.date]:
    ended = ImprovementProposal.objects.filter(kind=Kind.RISING).exclude(state__in=["open"])
    rows = ended.order_by().values_list("root_cause").annotate(last=Max("decided_at"))
    return {cause: last.date() for cause, last in rows}


def _rises(chart, counts, weeks, decided: dt.date | None) -> list[control.Firing]:
    """Firings above the centre in the newest weeks, begun after the last decision."""
    if chart is None:
        return []
    return [
        one
        for one in chart.firings
        if one.side > 0
        and one.point >= WEEKS - NEWEST_WEEKS
        and counts[one.point] >= LEAST_IN_WEEK
        and (decided is None or weeks[one.point] > decided)
    ]


def _raise_rising(cause, chart, counts, weeks, fired, as_of: dt.date) -> None:
    at = max(one.point for one in fired)
    since = min(one.point for one in fired)
    proposal = ImprovementProposal.objects.create(
        kind=Kind.RISING,
        root_cause=cause,
        raised_on=as_of,
        evidence={
            "week": weeks[at].isoformat(),
            "count": counts[at],
            "centre": round(chart.centre, 2),
            "high": round(chart.high[at], 2),
            "rules": sorted({one.rule for one in fired}),
        },
    )
    zone = Installation.cached().zone
    bounds = [
        dt.datetime.combine(day, dt.time.min, tzinfo=zone)
        for day in (weeks[since], weeks[-1] + WEEK)
    ]
    cases = Case.objects.complaints().filter(root_cause=cause, received_at__gte=bounds[0])
    cases = cases.filter(received_at__lt=bounds[1]).exclude(state="merged")
    proposal.cases.set(cases.values_list("pk", flat=True))


@transaction.atomic
def decide(*, by: User, pk: int, version: int, values: Mapping[str, Any]) -> ImprovementProposal:
    """Accept (with owner and day), reject or end it (with the reason), or take it up again.

    Saving over somebody else's newer change raises NewerChange. An accepted one about a customer
    gives its owner a task there; the same one is never given twice.
    """
    state = values["state"]
    values = dict(values)
    values["decided_by"] = None if state == State.OPEN else by
    values["decided_at"] = None if state == State.OPEN else timezone.now()
    proposal = save_version(ImprovementProposal.objects.all(), pk, version, values)
    if state == State.ACCEPTED and proposal.customer_id:
        _give_task(proposal, by)
    return proposal


def _give_task(proposal: ImprovementProposal, by: User) -> None:
    """In the language of who does it."""
    with translation.override(proposal.owner.language or translation.get_language()):
        title = _("Improve: %(cause)s came again") % {"cause": proposal.root_cause}
    create_task(
        customer=proposal.customer,
        by=by,
        title=title[:200],
        assignee=proposal.owner,
        due_on=proposal.due_on,
        notes=proposal.reason,
        origin=Task.Origin.COMPLAINT,
        reason=f"proposal:{proposal.pk}",
    )


def may_own(proposal: ImprovementProposal) -> Q:
    """Who may be put in charge: everybody active who sees the customer, if there is one."""
    people = Q(is_active=True)
    customer = proposal.customer
    if customer is None:
        return people
    sees = ~Q(role="account_manager") | Q(pk=customer.account_manager_id)
    if customer.team_id:
        sees |= Q(team=customer.team_id)
    return people & sees
