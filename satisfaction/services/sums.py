"""What came back in waves, summed by the database: responses to customers, customers to groups.

One statement, whatever the number of waves and groups. Contacts of a customer are averaged first;
an anonymous response stands for a customer of its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from crm.platform.models import Installation
from customers.models import Standing
from satisfaction.analytics import POWERS
from satisfaction.analytics.scores import DETRACTOR, PROMOTER, SATISFIED
from satisfaction.models import SCALES, GroupKind, Question, Wave
from satisfaction.querysets import DAYS_BEFORE
from satisfaction.services.columns import Columns, columns_of, scales_of
from satisfaction.services.groups import BY_REVENUE, WEIGHTED, WITH_OVERALL, Group

# Silence after a wave that counts as leaving, where the installation names no horizon of risk;
# who has not bought in the half-year before its end has nothing to leave.
DAYS_AFTER = 90

NO_COMPLAINT, IN_TIME, LATE = "none", "in_time", "late"
PROMOTERS, PASSIVES, DETRACTORS = "promoter", "passive", "detractor"

COLUMNS = ("tier", "stage", "region", "team_id", "owner_id", "product", "complaint", "attitude")
KINDS = (
    GroupKind.ALL,
    GroupKind.TIER,
    GroupKind.STAGE,
    GroupKind.REGION,
    GroupKind.TEAM,
    GroupKind.OWNER,
    GroupKind.PRODUCT,
    GroupKind.COMPLAINT,
    GroupKind.ATTITUDE,
)
INVITED = COLUMNS[:6]
INVITATION_COLUMNS = ("wave_id", "tier", "stage", "team_id", "owner_id")
SCORES = ("index", "overall", "recommend")
RESPONSE_COLUMNS = ("id", *INVITATION_COLUMNS, "customer_id", "finished_at", *SCORES)
# As the customer is today: where it is, and whose. By whose it is everybody is in one cell.
TODAY = {
    "region": F("customer__region"),
    "manager_now": F("customer__account_manager_id"),
    "team_now": F("customer__team_id"),
}
CELL = ("manager_now", "team_now")
Cell = tuple[int | None, int | None]

# By the mean of a customer's contacts, to the nearest answer.
ATTITUDE = f"""
    CASE WHEN avg(recommend) >= {PROMOTER - 0.5} THEN '{PROMOTERS}'
        WHEN avg(recommend) < {DETRACTOR + 0.5} THEN '{DETRACTORS}'
        WHEN avg(recommend) IS NOT NULL THEN '{PASSIVES}' END"""

SCALE_ROWS = ", ".join(f"('{kind}', {low}, {high})" for kind, (low, high) in SCALES.items())

# The category that a customer has bought most of, of those bought from in the year before a wave:
# from the nightly sums, which hold a category from its first sale to its last. Of the customer and
# the wave of the row `o`.
PRODUCT = """
    SELECT d.category AS product
    FROM satisfaction_wave v
    JOIN customers_dealingcategory d ON d.customer_id = o.customer_id AND d.net > 0
        AND d.first_day <= v.opens_on AND d.last_day > v.opens_on - 365
    WHERE v.id = o.wave_id ORDER BY d.net DESC, d.category LIMIT 1"""


# The answers of customers that had complained before: 2 where it was late or is open, else 1.
COMPLAINTS = f"""
    SELECT r.id, max(CASE WHEN c.ended_at IS NULL OR c.ended_at > r.finished_at
        OR k.breached_at <= r.finished_at THEN 2 ELSE 1 END) AS level
    FROM answered r
    JOIN complaints_case c ON c.customer_id = r.customer_id AND c.kind = 'complaint'
        AND c.state <> 'merged' AND c.received_at < r.finished_at
        AND c.received_at >= r.finished_at - {DAYS_BEFORE} * interval '1 day'
    LEFT JOIN complaints_clock k ON k.case_id = c.id AND k.kind = 'resolution'
    GROUP BY r.id"""  # noqa: S608 -- a number of this file


def _customers(columns: Columns) -> str:
    """Customers by wave, with what their contacts said on average."""
    return f"""
    WITH answered AS ({{responses}}),
    complaints AS ({COMPLAINTS}),
    one AS ({_one(columns)}),
    joined AS (
        SELECT o.*, b.product, greatest(s.revenue_12m, 0)::float AS revenue,
            {", ".join(map(_weights, WEIGHTED))},
            {_complete(columns)} AS complete,
            EXISTS (SELECT FROM customers_dealingday d
                WHERE d.customer_id = o.customer_id AND d.gross > 0
                    AND d.day > w.closes_on - {DAYS_BEFORE} AND d.day <= w.closes_on
            ) AS before,
            EXISTS (SELECT FROM customers_dealingday d
                WHERE d.customer_id = o.customer_id AND d.gross > 0
                    AND d.day > w.closes_on AND d.day <= w.closes_on + %s
            ) AS after
        FROM one o
        LEFT JOIN LATERAL ({PRODUCT}) b ON true
        LEFT JOIN customers_standing s ON s.customer_id = o.customer_id
        LEFT JOIN satisfaction_wave w ON w.id = o.wave_id AND w.id = ANY(%s)
    )"""  # noqa: S608 -- put together from names of this file


def _one(columns: Columns) -> str:
    """One row a customer; an anonymous response stands for one of its own."""
    said = ", ".join(f"{sql} AS {name}" for name, sql in columns.respondent.items())
    means = "".join(f"{sql} AS {name}, " for name, sql in columns.customer.items())
    answers = f"""LEFT JOIN LATERAL (
            SELECT {said} FROM satisfaction_answer a WHERE a.response_id = r.id
        ) d ON true"""  # noqa: S608 -- names and numbers of questions
    return f"""
        SELECT wave_id, customer_id, min(tier) AS tier, min(stage) AS stage, min(region) AS region,
            min(team_id) AS team_id, min(owner_id) AS owner_id, min(manager_now) AS manager_now,
            min(team_now) AS team_now, count(*) AS responses,
            avg(index) AS index, avg(overall) AS overall,
            avg(CASE WHEN recommend >= {PROMOTER} THEN 1 WHEN recommend <= {DETRACTOR} THEN -1
                WHEN recommend IS NOT NULL THEN 0 END) AS nps,
            avg(CASE WHEN overall >= {SATISFIED} THEN 1
                WHEN overall IS NOT NULL THEN 0 END) AS satisfied,
            {means}
            (ARRAY['{NO_COMPLAINT}', '{IN_TIME}', '{LATE}'])
                [1 + max(coalesce(level, 0))] AS complaint,
            {ATTITUDE} AS attitude
        FROM answered r
        {answers if said else ""}
        LEFT JOIN complaints p ON p.id = r.id
        GROUP BY wave_id, customer_id, CASE WHEN customer_id IS NULL THEN r.id END
    """  # noqa: S608 -- put together from names of this file


def _complete(columns: Columns) -> str:
    """Whether a customer has said something of all that overall satisfaction may come from."""
    names = ["overall", *(f"m_{one}" for one in columns.drivers)]
    return " AND ".join(f"o.{name} IS NOT NULL" for name in names)


def _measure_sums(name: str) -> str:
    x = f"{name}::float"
    return f"json_build_array(count({x}), coalesce(sum({x}), 0), coalesce(sum({x} * {x}), 0))"


def _weights(name: str) -> str:
    """All revenue of who said something of it, and their weighted sum, beside each customer."""
    w, known = "greatest(s.revenue_12m, 0)::float", f"o.{name} IS NOT NULL"
    return f"""sum({w}) FILTER (WHERE {known}) OVER (PARTITION BY o.wave_id) AS {name}_w,
            sum({w} * o.{name}) OVER (PARTITION BY o.wave_id) AS {name}_wx"""


def _weighted_sums(name: str) -> str:
    """In the order of `analytics.weighted_of_sums`."""
    x, w = f"{name}::float", "revenue"
    moved = f"{w} * ({x} - {name}_wx / nullif({name}_w, 0)) / nullif({name}_w - {w}, 0)"
    parts = [w, f"{w} ^ 2", f"{w} ^ 4", f"{w} * {x}", f"({moved}) ^ 2"]
    known = f"FILTER (WHERE {x} IS NOT NULL)"
    sums = ", ".join(f"coalesce(sum({part}) {known}, 0)" for part in parts)
    return f"json_build_array({sums})"


def _revenues(name: str) -> str:
    """Revenue and value of each customer: how much each of them weighs, all together decide."""
    pair = f"json_build_array(revenue, {name}::float)"
    return f"coalesce(json_agg({pair}) FILTER (WHERE {name} IS NOT NULL AND revenue > 0), '[]')"


def _with_overall(name: str) -> str:
    """In the order of `analytics.powers`; from the middle of the scale, in points of five."""
    x, y = (f"(({one} - 50) / 25)::float" for one in (name, "overall"))
    known = f"FILTER (WHERE {name} IS NOT NULL AND overall IS NOT NULL)"
    products = (" * ".join([x] * a + [y] * b) for a, b in POWERS)
    sums = ", ".join(f"coalesce(sum({product}) {known}, 0)" for product in products)
    return f"json_build_array(count(*) {known}, {sums})"


def _pair_sums(over: str, under: str) -> str:
    """In the order of `analytics.Pairs`; one is known where the other is."""
    parts = [over, under, f"{over} * {over}", f"{under} * {under}", f"{over} * {under}"]
    sums = ", ".join(f"coalesce(sum({part}), 0)" for part in parts)
    return f"json_build_array(count({over}), {sums})"


def _crossed(columns: Columns) -> str:
    """Customers who said all, their sums, and the sums of products, row by row up to the diagonal.

    The drivers in their order, overall satisfaction last.
    """
    names = [*(f"m_{one}" for one in columns.drivers), "overall"]
    known = "FILTER (WHERE complete)"
    sums = ", ".join(f"coalesce(sum({one}::float) {known}, 0)" for one in names)
    rows = []
    for place, one in enumerate(names, 1):
        cells = (f"coalesce(sum({one}::float * {other}) {known}, 0)" for other in names[:place])
        rows.append(f"json_build_array({', '.join(cells)})")
    return (
        f"json_build_array(count(*) {known}, json_build_array({sums}),"
        f" json_build_array({', '.join(rows)}))"
    )


GROUP_SUMS = {
    **{name: _measure_sums(name) for name in (*WEIGHTED, "satisfied")},
    "bought": "count(*) FILTER (WHERE before)",
    "left": "count(*) FILTER (WHERE before AND NOT after)",
}


def _group_sums(columns: Columns) -> dict[str, str]:
    return GROUP_SUMS | {name: _measure_sums(f"m_{name}") for name in columns.by_group}


def _all_sums(columns: Columns) -> dict[str, str]:
    return {
        **GROUP_SUMS,
        "overall": _measure_sums("overall"),
        **{name: _measure_sums(f"m_{name}") for name in columns.measures},
        **{f"{name}{BY_REVENUE}": _weighted_sums(name) for name in WEIGHTED},
        **{f"{one}{WITH_OVERALL}": _with_overall(f"m_{one}") for one in columns.drivers},
        **{name: _pair_sums(*pair) for name, pair in columns.pairs.items()},
        **({"crossed": _crossed(columns)} if columns.drivers else {}),
    }


def _sums_of_cell(columns: Columns) -> dict[str, str]:
    """In place of what does not add up over cells, what does: see `services.cells`."""
    return _all_sums(columns) | {
        **{f"{name}{BY_REVENUE}": _revenues(name) for name in WEIGHTED},
    }


def _parts(source: str, columns: Sequence[str], every: str, each: str, cell=()) -> str:
    """All of a wave together, then by each of the columns; with `cell` those of each cell alone."""
    by = ", ".join(("wave_id", *cell))
    whose = ", ".join(cell) if cell else ", ".join("NULL::bigint" for _column in CELL)
    rows = f"{source} WHERE num_nonnulls({whose}) > 0" if cell else source
    kinds = " ".join(
        f"WHEN GROUPING({column}) = 0 THEN {place}" for place, column in enumerate(columns, 1)
    )
    keys = ", ".join(f"{column}::text" for column in columns)
    sets = ", ".join(f"({by}, {column})" for column in columns)
    return f"""
    SELECT wave_id, {whose}, 0, '', {every} FROM {rows} GROUP BY {by}
    UNION ALL
    SELECT wave_id, {whose}, CASE {kinds} ELSE 0 END, coalesce({keys}, ''), {each}
    FROM {rows} GROUP BY GROUPING SETS ({sets})"""  # noqa: S608 -- names of this file


def _built(sums: dict[str, str]) -> str:
    """In parts of twenty, since a function of SQL takes no more than a hundred arguments."""
    pairs = [f"'{name}', {sql}" for name, sql in sums.items()]
    parts = (pairs[start : start + 20] for start in range(0, len(pairs), 20))
    built = " || ".join(f"jsonb_build_object({', '.join(part)})" for part in parts)
    return f"count(*), sum(responses), ({built})::json"


def statement_of(columns: Columns, *, cells: bool = False) -> str:
    """All customers of a wave with everything; by group what tables of groups show."""
    each = _built(_group_sums(columns))
    parts = [_parts("joined", COLUMNS, _built(_all_sums(columns)), each)]
    if cells:
        every = _built(_sums_of_cell(columns))
        parts.append(_parts("joined", COLUMNS, every, each, CELL))
    return _customers(columns) + " UNION ALL ".join(parts)


def _invited_statement(*, cells: bool) -> str:
    count = "count(*)"
    parts = [_parts("invited", INVITED, count, count)]
    if cells:
        parts.append(_parts("invited", INVITED, count, count, CELL))
    return f"""WITH invited AS (
        SELECT o.*, b.product FROM ({{invitations}}) o LEFT JOIN LATERAL ({PRODUCT}) b ON true
    ) {" UNION ALL ".join(parts)}"""  # noqa: S608 -- names of this file


def sums_of(
    *,
    responses: QuerySet,
    invitations: QuerySet,
    waves: Sequence[Wave],
    as_of: dt.date,
    questions: Sequence[Question] | None = None,
) -> list[Group]:
    """All groups of the waves, from these responses and invitations (`visible_to` somebody)."""
    found = _summed(responses, invitations, waves, as_of, questions, cells=False)
    return found.get(None, [])


def sums_by_cell(
    *, responses: QuerySet, invitations: QuerySet, wave: Wave, as_of: dt.date
) -> dict[Cell | None, list[Group]]:
    """The groups of a wave: of all together (None), and of each cell by itself."""
    return _summed(responses, invitations, [wave], as_of, None, cells=True)


def _summed(
    responses: QuerySet,
    invitations: QuerySet,
    waves: Sequence[Wave],
    as_of: dt.date,
    questions: Sequence[Question] | None,
    *,
    cells: bool,
) -> dict[Cell | None, list[Group]]:
    if not waves:
        return {}
    days = days_after()
    sent = _sent(invitations.filter(wave__in=waves, sent_at__isnull=False), cells)
    chosen = responses.finished().filter(wave__in=waves).order_by()
    columns = columns_of(scales_of(waves) if questions is None else questions)
    statement = statement_of(columns, cells=cells)
    given = [days, settled(waves, as_of, days)]
    chosen = {"responses": chosen.values(*RESPONSE_COLUMNS, **TODAY)}
    found: dict[Cell | None, list[Group]] = defaultdict(list)
    for wave, manager, team, *of_group in _rows(statement, chosen, given):
        kind, key, customers, count, sums = of_group
        cell = cell_of(manager, team)
        asked = sent.pop((cell, wave, kind, key), 0)
        group = Group(KINDS[kind], key, wave, customers, int(count), asked, sums)
        found[cell].append(group)
    for (cell, wave, kind, key), asked in sent.items():
        found[cell].append(Group(KINDS[kind], key, wave, sent=asked))
    return found


def cell_of(manager: int | None, team: int | None) -> Cell | None:
    """None of all together: whose customer is nobody's is in no cell."""
    return None if manager is None and team is None else (manager, team)


def _sent(invitations: QuerySet, cells: bool) -> dict[tuple[Cell | None, int, int, str], int]:
    """Invitations by cell, wave, kind of group and key."""
    chosen = invitations.order_by().values(*INVITATION_COLUMNS, "customer_id", **TODAY)
    rows = _rows(_invited_statement(cells=cells), {"invitations": chosen}, [])
    return {
        (cell_of(manager, team), wave, kind, key): count
        for wave, manager, team, kind, key, count in rows
    }


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
