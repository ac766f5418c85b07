"""What came back in waves, summed by the database: responses to customers, customers to groups.

One statement, whatever the number of waves and groups. Contacts of a customer are averaged first;
an anonymous response stands for a customer of its own.
"""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from crm.platform.models import Installation
from customers.models import Standing
from satisfaction.analytics.scores import DETRACTOR, PROMOTER, SATISFIED
from satisfaction.models import DIMENSIONS, SCALES, GroupKind, Wave
from satisfaction.querysets import DAYS_BEFORE
from satisfaction.services.groups import MEASURES, WEIGHTED, Group

# Silence after a wave that counts as leaving, where the installation names no horizon of risk;
# who has not bought in the half-year before its end has nothing to leave.
DAYS_AFTER = 90

NO_COMPLAINT, IN_TIME, LATE = "none", "in_time", "late"
PROMOTERS, PASSIVES, DETRACTORS = "promoter", "passive", "detractor"

COLUMNS = ("tier", "stage", "region", "team_id", "owner_id", "complaint", "attitude")
KINDS = (
    GroupKind.ALL,
    GroupKind.TIER,
    GroupKind.STAGE,
    GroupKind.REGION,
    GroupKind.TEAM,
    GroupKind.OWNER,
    GroupKind.COMPLAINT,
    GroupKind.ATTITUDE,
)
INVITED = COLUMNS[:5]
INVITATION_COLUMNS = ("wave_id", "tier", "stage", "team_id", "owner_id")
SCORES = ("index", "overall", "recommend")
RESPONSE_COLUMNS = ("id", *INVITATION_COLUMNS, "customer_id", "finished_at", *SCORES)

# By the mean of a customer's contacts, to the nearest answer.
ATTITUDE = f"""
    CASE WHEN avg(recommend) >= {PROMOTER - 0.5} THEN '{PROMOTERS}'
        WHEN avg(recommend) < {DETRACTOR + 0.5} THEN '{DETRACTORS}'
        WHEN avg(recommend) IS NOT NULL THEN '{PASSIVES}' END"""

DIMENSION_COLUMNS = ", ".join(
    f"avg(100.0 * (a.score - scale.low) / (scale.high - scale.low))"
    f" FILTER (WHERE q.measure = '{one}') AS {one}"
    for one in DIMENSIONS
)
SCALE_ROWS = ", ".join(f"('{kind}', {low}, {high})" for kind, (low, high) in SCALES.items())
DIMENSION_NAMES = ", ".join(f"'{one}'" for one in DIMENSIONS)

CUSTOMERS = f"""
    WITH answered AS ({{responses}}),
    complaints AS (
        SELECT r.id, max(CASE WHEN c.ended_at IS NULL OR c.ended_at > r.finished_at
            OR k.breached_at <= r.finished_at THEN 2 ELSE 1 END) AS level
        FROM answered r
        JOIN complaints_case c ON c.customer_id = r.customer_id AND c.kind = 'complaint'
            AND c.state <> 'merged' AND c.received_at < r.finished_at
            AND c.received_at >= r.finished_at - {DAYS_BEFORE} * interval '1 day'
        LEFT JOIN complaints_clock k ON k.case_id = c.id AND k.kind = 'resolution'
        GROUP BY r.id
    ),
    one AS (
        SELECT wave_id, customer_id, min(tier) AS tier, min(stage) AS stage, min(region) AS region,
            min(team_id) AS team_id, min(owner_id) AS owner_id, count(*) AS responses,
            avg(index) AS index, avg(overall) AS overall,
            avg(CASE WHEN recommend >= {PROMOTER} THEN 1 WHEN recommend <= {DETRACTOR} THEN -1
                WHEN recommend IS NOT NULL THEN 0 END) AS nps,
            avg(CASE WHEN overall >= {SATISFIED} THEN 1
                WHEN overall IS NOT NULL THEN 0 END) AS satisfied,
            {", ".join(f"avg({one}) AS {one}" for one in DIMENSIONS)},
            (ARRAY['{NO_COMPLAINT}', '{IN_TIME}', '{LATE}'])
                [1 + max(coalesce(level, 0))] AS complaint,
            {ATTITUDE} AS attitude
        FROM answered r
        LEFT JOIN LATERAL (
            SELECT {DIMENSION_COLUMNS}
            FROM satisfaction_answer a
            JOIN satisfaction_question q ON q.id = a.question_id
                AND q.measure IN ({DIMENSION_NAMES})
            JOIN (VALUES {SCALE_ROWS}) AS scale (kind, low, high) ON scale.kind = q.kind
            WHERE a.response_id = r.id AND a.score IS NOT NULL
        ) d ON true
        LEFT JOIN complaints p ON p.id = r.id
        GROUP BY wave_id, customer_id, CASE WHEN customer_id IS NULL THEN r.id END
    ),
    joined AS (
        SELECT o.*, greatest(s.revenue_12m, 0)::float AS revenue,
            EXISTS (SELECT FROM customers_dealingday d
                WHERE d.customer_id = o.customer_id AND d.gross > 0
                    AND d.day > w.closes_on - {DAYS_BEFORE} AND d.day <= w.closes_on
            ) AS before,
            EXISTS (SELECT FROM customers_dealingday d
                WHERE d.customer_id = o.customer_id AND d.gross > 0
                    AND d.day > w.closes_on AND d.day <= w.closes_on + %s
            ) AS after
        FROM one o
        LEFT JOIN customers_standing s ON s.customer_id = o.customer_id
        LEFT JOIN satisfaction_wave w ON w.id = o.wave_id AND w.id = ANY(%s)
    )"""  # noqa: S608 -- put together from names of this file


def _measure_sums(name: str) -> str:
    x = f"{name}::float"
    return f"json_build_array(count({x}), coalesce(sum({x}), 0), coalesce(sum({x} * {x}), 0))"


def _weighted_sums(name: str) -> str:
    x, w = f"{name}::float", "revenue"
    parts = [w, f"{w} * {w}", f"{w} * {x}", f"{w} * {w} * {x}", f"{w} * {w} * {x} * {x}"]
    known = f"FILTER (WHERE {x} IS NOT NULL)"
    sums = ", ".join(f"coalesce(sum({part}) {known}, 0)" for part in parts)
    return f"json_build_array({sums})"


def _with_overall(name: str) -> str:
    x, y = f"{name}::float", "overall::float"
    return f"json_build_array(corr({x}, {y}), regr_count({x}, {y}))"


GROUP_SUMS = {
    **{name: _measure_sums(name) for name in WEIGHTED},
    "bought": "count(*) FILTER (WHERE before)",
    "left": "count(*) FILTER (WHERE before AND NOT after)",
}
ALL_SUMS = {
    **GROUP_SUMS,
    **{name: _measure_sums(name) for name in MEASURES},
    **{f"{name} weighted": _weighted_sums(name) for name in WEIGHTED},
    **{f"{one} with overall": _with_overall(one) for one in DIMENSIONS},
}


def _grouped(columns: Sequence[str]) -> tuple[str, str]:
    """The columns that say by what a row is grouped and by which key, and the grouping sets."""
    kinds = " ".join(
        f"WHEN GROUPING({column}) = 0 THEN {place}" for place, column in enumerate(columns, 1)
    )
    keys = ", ".join(f"{column}::text" for column in columns)
    sets = ", ".join(f"(wave_id, {column})" for column in columns)
    return (
        f"wave_id, CASE {kinds} ELSE 0 END, coalesce({keys}, '')",
        f"GROUP BY GROUPING SETS ({sets})",
    )


def _built(sums: dict[str, str]) -> str:
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in sums.items())
    return f"count(*), sum(responses), json_build_object({pairs})"


def _statement() -> str:
    """All customers of a wave with everything; by group what tables of groups show."""
    key, sets = _grouped(COLUMNS)
    return f"""{CUSTOMERS}
    SELECT wave_id, 0, '', {_built(ALL_SUMS)} FROM joined GROUP BY wave_id
    UNION ALL
    SELECT {key}, {_built(GROUP_SUMS)} FROM joined {sets}"""  # noqa: S608 -- names of this file


def _invited_statement() -> str:
    key, sets = _grouped(INVITED)
    return f"""WITH invited AS ({{invitations}})
    SELECT wave_id, 0, '', count(*) FROM invited GROUP BY wave_id
    UNION ALL
    SELECT {key}, count(*) FROM invited {sets}"""  # noqa: S608 -- names of this file


STATEMENT, INVITED_STATEMENT = _statement(), _invited_statement()


def sums_of(
    *, responses: QuerySet, invitations: QuerySet, waves: Sequence[Wave], as_of: dt.date
) -> list[Group]:
    """All groups of the waves, from these responses and invitations (`visible_to` somebody)."""
    if not waves:
        return []
    days = days_after()
    sent = _sent(invitations.filter(wave__in=waves, sent_at__isnull=False))
    chosen = responses.finished().filter(wave__in=waves).order_by()
    chosen = chosen.values(*RESPONSE_COLUMNS, region=F("customer__region"))
    rows = _rows(STATEMENT, {"responses": chosen}, [days, settled(waves, as_of, days)])
    found = [
        Group(KINDS[kind], key, wave, customers, int(count), sent.pop((wave, kind, key), 0), sums)
        for wave, kind, key, customers, count, sums in rows
    ]
    unanswered = [
        Group(KINDS[kind], key, wave, sent=count) for (wave, kind, key), count in sent.items()
    ]
    return found + unanswered


def _sent(invitations: QuerySet) -> dict[tuple[int, int, str], int]:
    """Invitations by wave, kind of group and key."""
    chosen = invitations.order_by().values(*INVITATION_COLUMNS, region=F("customer__region"))
    rows = _rows(INVITED_STATEMENT, {"invitations": chosen}, [])
    return {(wave, kind, key): count for wave, kind, key, count in rows}


def _rows(statement: str, parts: dict[str, QuerySet], params: list) -> list[tuple]:
    """Rows of a statement with a queryset inside; its parameters come before the others."""
    ((name, queryset),) = parts.items()
    try:
        sql, inner = queryset.query.sql_with_params()
    except EmptyResultSet:  # somebody who sees nothing
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.replace(f"{{{name}}}", sql), [*inner, *params])
        return cursor.fetchall()


def settled(waves: Sequence[Wave], as_of: dt.date, days: int) -> list[int]:
    """Waves so long over that what their customers bought afterwards is known."""
    last = as_of - dt.timedelta(days=days)
    return [wave.pk for wave in waves if wave.state == Wave.State.CLOSED and wave.closes_on <= last]


def days_after() -> int:
    return Installation.cached().risk_horizon_days or DAYS_AFTER


def known_until() -> dt.date:
    """The date up to which purchases are summed; today before the first night."""
    nights = Standing.objects.filter(computed_on__isnull=False)
    found = nights.values_list("computed_on", flat=True).first()
    return found or Installation.cached().today()
