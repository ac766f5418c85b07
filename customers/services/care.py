"""Care programmes at work: what each customer is owed, kept, missed, and the tasks it makes.

The night does it for all customers at once (`keep_up`), what is written down about one at once
(`settle`, and `doubt` where it is corrected). All may be repeated: what is owed stands once a rule,
customer and period.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from psycopg2.extensions import AsIs

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from customers import completeness
from customers.models import (
    CareDue,
    CareRule,
    Customer,
    Interaction,
    Membership,
    ReviewReport,
    Task,
)
from customers.models.standing import Stage
from customers.services import care_sql as sql
from customers.services import care_tasks_sql as tasks_sql

# Serialises the night's workers with each other and with what people log meanwhile.
CARING = 20_260_104
# New tasks a person a day, and demands such as an incomplete file open at a time.
MOST_A_DAY = 10
MOST_DEMANDS = 5
LOCK = """
    SELECT 1 FROM customers_customer WHERE id = ANY(%(customers)s) ORDER BY id FOR NO KEY UPDATE
"""


@transaction.atomic
def keep_up(today: dt.date | None = None) -> int:
    """Bring care in line with this day; the same again changes nothing. Returns changed rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CARING])
        # All rows are met: sought customer by customer they take twice as long as in one go.
        cursor.execute("SET LOCAL enable_memoize = off")
        values = _values(today)
        _ask(cursor, values)
        cursor.execute("ANALYZE care_asked")
        cursor.execute(sql.TOUCH, values)
        cursor.execute("ANALYZE care_touched")
        steps = (sql.KEEP, sql.VOID, sql.MISS, sql.RETIME, *sql.OPENINGS)
        changed = sum(_do(cursor, step, values) for step in steps)
        cursor.execute("ANALYZE care_opened")
        steps = (sql.KEEP_OPENED, tasks_sql.CLOSE, tasks_sql.LINK, tasks_sql.MAKE, tasks_sql.LINK)
        changed += sum(_do(cursor, step, values) for step in steps)
    return changed


def settle(customer_id: int, today: dt.date | None = None) -> int:
    """Settle what something that was just written down keeps, in the caller's transaction."""
    return settle_many([customer_id], today)


@transaction.atomic
def settle_many(customers: Sequence[int], today: dt.date | None = None) -> int:
    """Settle at once what was just kept for these customers, and begin the next period.

    While the night works on care this does nothing and nobody waits: the night sees the same.
    """
    if not customers:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [CARING])
        if not cursor.fetchone()[0]:
            return 0
        values = _values(today, sorted(customers))
        # In order, and as everybody who writes about a customer does.
        cursor.execute(LOCK, values)
        _ask(cursor, values)
        kept = _do(cursor, sql.KEEP, values)
        for step in (sql.VOID, tasks_sql.CLOSE, sql.OPENINGS[0]):
            _do(cursor, step, values)
    return kept


def wait_for_night() -> None:
    """Take turns with the night's care, which can't make up for what is taken back.

    Before anything is written that the night may wait for, such as a task that is open again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CARING])


def doubt(
    *,
    interaction: Interaction | None = None,
    task: Task | None = None,
    report: ReviewReport | None = None,
    given_on: dt.date | None = None,
) -> int:
    """Look anew at care that an interaction kept that was corrected, or a task open again.

    Or a report that was given on another day than the one noted before (`given_on`), or not at all.
    What something else keeps stays kept, the rest is owed again, or missed once its days are over.
    In the caller's transaction, before `settle`; returns how many are no longer kept.
    """
    kept = CareDue.objects.filter(state=CareDue.State.KEPT, interaction=interaction)
    if task:
        kept = kept.filter(task=task)
    elif report:
        of_reports = {"customer": report.customer_id, "rule__action": CareRule.Action.REPORT}
        kept = kept.filter(settled_on=given_on, **of_reports)
    doubted = list(kept.values_list("pk", flat=True))
    if not doubted:
        return 0
    with connection.cursor() as cursor:
        wait_for_night()
        values = _values(None, [(interaction or task or report).customer_id])
        values |= {"doubted": doubted}
        if interaction:
            values["ticked_before"] = interaction.created_at
        elif report:
            values["ticked_before"] = report.made_at
        _ask(cursor, values)
        cursor.execute(sql.PROVE_AGAIN, values)
        values["unproven"] = sorted({*doubted} - {pk for (pk,) in cursor.fetchall()})
        for step in sql.UNDO:
            _do(cursor, step, values)
    return len(values["unproven"])


def _values(today: dt.date | None, customers: Sequence[int] | None = None) -> dict:
    installation = Installation.get()
    today = today or installation.today()
    executives = User.objects.filter(role__in=(Role.MANAGER, Role.ADMINISTRATOR))
    return {
        "today": today,
        "midnight": dt.datetime.combine(today, dt.time(), tzinfo=installation.zone),
        "now": timezone.now(),
        "zone": installation.time_zone,
        "ticked_before": "infinity",
        "customers": customers,
        "among": AsIs("(SELECT customer_id FROM care_touched)")
        if customers is None
        else tuple(customers),
        "executives": list(executives.values_list("pk", flat=True)),
        "language": settings.LANGUAGE_CODE,
        "most_a_day": MOST_A_DAY,
        "most_demands": MOST_DEMANDS,
    }


def _ask(cursor, values: dict) -> None:
    """Who is asked after, and what lacks: a complete file, a club, a representative."""
    cursor.execute(sql.SCRATCH)
    query, parameters = _asked(values).query.sql_with_params()
    cursor.execute(f"INSERT INTO care_asked {query}", parameters)


def _asked(values: dict) -> QuerySet:
    """Those in use: (id, tier, file, club, representative), true what is demanded and lacks."""
    today = values["today"]
    running = Q(until=None) | Q(until__gte=today)
    member = Membership.objects.filter(
        running, customer=OuterRef("pk"), removed_at=None, since__lte=today
    )
    lacks = {
        "file": Q(completeness__lt=completeness.COMPLETE_FROM),
        "club": ~Exists(member),
        "representative": Q(service_representative=None)
        | Q(service_representative__is_active=False),
    }
    tiers = {action: set() for action in lacks}
    demands = CareRule.objects.filter(is_active=True, action__in=lacks)
    for action, tier in demands.values_list("action", "tier"):
        tiers[action].add(tier)
    used = Q(standing__is_active=True) & ~Q(standing__stage=Stage.ENDED)
    asked = Customer.objects.filter(used)
    if values["customers"] is not None:
        asked = asked.filter(pk__in=values["customers"])
    # Of whom it is not demanded nobody looks whether it is there.
    flags = (
        Case(When(Q(standing__tier__in=tiers[action]) & lack, then=True), default=False)
        for action, lack in lacks.items()
    )
    return completeness.annotate(asked).values_list("pk", "standing__tier", *flags)


def _do(cursor, statement: str, values: dict) -> int:
    cursor.execute(statement, values)
    return cursor.rowcount
