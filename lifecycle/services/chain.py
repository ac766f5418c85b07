"""The service-profit chain prepared: figures of teams by quarter, then how they go together.

Made on Saturdays, since Sundays count loyalty. What customers bought comes by one pass over their
dealing days; quarters that are two quarters over stay as they were counted, so that later weeks
look at the newest ones alone.
Customers count for the team that they have when a quarter is counted, answers for the team of
their moment. A survey by plan belongs to the quarter it opened in, other answers to their own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Max

from crm.platform.models import Installation
from lifecycle.models import Box, ChainFigure, ChainLink
from satisfaction.analytics import chain
from satisfaction.models import INNER_LINKS
from satisfaction.services.groups import OTHER_SCALES
from satisfaction.services.sums import SCALE_ROWS

SATURDAY = 5
YEAR = 4  # quarters
BACK = 12  # quarters that are counted the first time
KEPT = 20
# Of fewer answers no mean is kept: of staff nobody may be recognised by it, of customers it is one
# opinion.
FEWEST_ANSWERS = 5
RATED_FOR = 730  # days for which a rating of somebody's competence holds
# Of customers: how they dealt half a year after their newest answer that old.
DAYS = 180
ANSWERS = 730
MOST_CUSTOMERS = 20_000
LAGS = (0, 1, 2)
LAG_OF_CUSTOMERS = 2

# What leads to what, and how many quarters later it is looked for: set beforehand, not picked by
# what is found.
LINKS = (
    (Box.COMPETENCE, Box.CAPABILITY, 0),
    (Box.CAPABILITY, Box.STAFF, 0),
    (Box.STAFF, Box.PRODUCTIVITY, 0),
    (Box.PRODUCTIVITY, Box.DELIVERING, 0),
    (Box.DELIVERING, Box.SATISFACTION, 1),
    (Box.SATISFACTION, Box.RETENTION, 1),
    (Box.SATISFACTION, Box.RELATED, 1),
    (Box.RECOMMEND, Box.REFERRALS, 1),
    (Box.RETENTION, Box.PROFIT, 1),
    (Box.RETENTION, Box.GROWTH, 1),
    (Box.RELATED, Box.PROFIT, 1),
    (Box.RELATED, Box.GROWTH, 1),
    (Box.REFERRALS, Box.GROWTH, 1),
)
# Of customers: which column of CUSTOMERS goes with which.
OF_CUSTOMERS = (
    (Box.SATISFACTION, Box.RETENTION, 1, 3),
    (Box.SATISFACTION, Box.RELATED, 1, 4),
    (Box.RECOMMEND, Box.REFERRALS, 2, 5),
    (Box.SATISFACTION, Box.GROWTH, 1, 6),
)
INNER = dict(
    zip(INNER_LINKS, (Box.CAPABILITY, Box.STAFF, Box.PRODUCTIVITY, Box.DELIVERING), strict=True)
)

QUARTER = "(4 * date_part('year', {day}) + date_part('quarter', {day}) - 1)::int"
INTO = """
    INSERT INTO lifecycle_chainfigure (team_id, quarter, box, n, value, computed_on)
"""
BOUGHT = f"""
    CREATE TEMP TABLE chain_quarters ON COMMIT DROP AS
    SELECT d.customer_id, s.team_id, {QUARTER.format(day="d.day")} AS quarter,
        bool_or(d.gross > 0) AS bought, sum(d.net) AS net, sum(d.known_net) AS known_net,
        sum(d.cost) AS cost
    FROM customers_dealingday d JOIN customers_standing s USING (customer_id)
    WHERE s.team_id IS NOT NULL AND d.day >= %(since)s AND d.day < %(until)s GROUP BY 1, 2, 3
"""  # noqa: S608 -- names of ours
COMPETENCE = f"""{INTO}
    SELECT u.team_id, q.quarter, 'competence', count(*),
        avg((r.company_values + r.product + r.market + r.selling + r.procedures) / 5.0), %(as_of)s
    FROM generate_series(%(first)s::int, %(last)s + 1) AS q (quarter)
    CROSS JOIN accounts_user u CROSS JOIN LATERAL (
        SELECT c.* FROM satisfaction_staffcompetence c
        WHERE c.user_id = u.id AND c."on" < least(%(as_of)s::date + 1,
                (make_date(q.quarter / 4, 3 * (q.quarter %% 4) + 1, 1) + interval '3 months')::date)
            AND c."on" >= make_date(q.quarter / 4, 3 * (q.quarter %% 4) + 1, 1) - {RATED_FOR}
        ORDER BY c."on" DESC LIMIT 1) r
    WHERE u.team_id IS NOT NULL AND u.is_active GROUP BY u.team_id, q.quarter
"""  # noqa: S608
# The quarter of an answer `r` in its wave `w`.
OF_WAVE = (
    "CASE WHEN w.occasion = 'plan' AND w.frequency <> 'steadily' THEN "
    + QUARTER.format(day="w.opens_on")
    + " ELSE "
    + QUARTER.format(day="(r.finished_at AT TIME ZONE %(zone)s)")
    + " END"
)
AUDIENCE = """
    JOIN satisfaction_wave w ON w.id = r.wave_id
    JOIN satisfaction_instrumentversion v ON v.id = w.version_id
    JOIN satisfaction_instrument i ON i.id = v.instrument_id AND i.audience = '{audience}'
"""
MEASURES = ", ".join(f"('{measure}', '{box}')" for measure, box in INNER.items())
# Each person once, each wave by itself: two half-teams of different waves are no team.
STAFF = f"""{INTO}
    SELECT team_id, quarter, box, sum(people), sum(score * people) / sum(people), %(as_of)s
    FROM (
        SELECT team_id, wave_id, quarter, box, count(*) AS people, avg(score) AS score
        FROM (
            SELECT r.team_id, r.wave_id, {OF_WAVE} AS quarter, inner_link.box,
                avg(100.0 * (a.score - scale.low) / (scale.high - scale.low)) AS score
            FROM satisfaction_response r {AUDIENCE.format(audience="staff")}
            JOIN satisfaction_answer a ON a.response_id = r.id AND a.score IS NOT NULL
            JOIN satisfaction_question q ON q.id = a.question_id AND q.aspect = 'perception'
            JOIN (VALUES {SCALE_ROWS}) AS scale (kind, low, high) ON scale.kind = q.kind
            JOIN (VALUES {MEASURES}) AS inner_link (measure, box) ON inner_link.measure = q.measure
            WHERE r.finished_at < %(now)s AND r.team_id IS NOT NULL
            GROUP BY r.id, quarter, inner_link.box) person
        WHERE quarter BETWEEN %(first)s AND %(last)s + 1
        GROUP BY team_id, wave_id, quarter, box HAVING count(*) >= {FEWEST_ANSWERS}) wave
    GROUP BY team_id, quarter, box
"""  # noqa: S608
# An index of effort, or of how we do beside others, is another scale than one of satisfaction.
OTHERS = ", ".join(f"'{measure}'" for measure in OTHER_SCALES)
ASKS_SATISFACTION = f"""w.version_id IN (
    SELECT version_id FROM satisfaction_question
    WHERE measure NOT IN ({OTHERS}) AND (weight > 0 OR measure = 'overall'))"""  # noqa: S608
CUSTOMERS_SAID = f"""{INTO}
    SELECT team_id, quarter, box.name, count(box.score), avg(box.score), %(as_of)s
    FROM (
        SELECT r.team_id, {OF_WAVE} AS quarter,
            avg(r.index) FILTER (WHERE {ASKS_SATISFACTION}) AS index,
            avg(CASE WHEN r.recommend >= 9 THEN 100 WHEN r.recommend <= 6 THEN -100
                WHEN r.recommend IS NOT NULL THEN 0 END) AS recommend
        FROM satisfaction_response r {AUDIENCE.format(audience="customers")}
        WHERE r.finished_at < %(now)s AND r.team_id IS NOT NULL
        GROUP BY r.team_id, quarter, r.customer_id, CASE WHEN r.customer_id IS NULL THEN r.id END
    ) customer
    CROSS JOIN LATERAL (VALUES ('satisfaction', index), ('recommend', recommend))
        AS box (name, score)
    WHERE quarter BETWEEN %(first)s AND %(last)s + 1
    GROUP BY team_id, quarter, box.name HAVING count(box.score) >= {FEWEST_ANSWERS}
"""  # noqa: S608
RETENTION = f"""{INTO}
    SELECT former.team_id, former.quarter + 1, 'retention', count(*),
        100.0 * avg(coalesce(now.bought, false)::int), %(as_of)s
    FROM chain_quarters former LEFT JOIN chain_quarters now
        ON now.customer_id = former.customer_id AND now.quarter = former.quarter + 1
    WHERE former.bought AND former.quarter + 1 BETWEEN %(first)s AND %(last)s
    GROUP BY former.team_id, former.quarter
"""  # noqa: S608
# Of those who had bought before: who took something up that they had never bought.
RELATED = f"""{INTO}
    SELECT b.team_id, b.quarter, 'related', count(*), 100.0 * avg((c.customer_id IS NOT NULL)::int),
        %(as_of)s
    FROM chain_quarters b JOIN customers_dealingsummary d USING (customer_id)
    LEFT JOIN (
        SELECT DISTINCT customer_id, {QUARTER.format(day="first_day")} AS quarter
        FROM customers_dealingcategory WHERE first_day >= %(since)s AND first_day < %(until)s
    ) c ON c.customer_id = b.customer_id AND c.quarter = b.quarter
    WHERE b.bought AND b.quarter BETWEEN %(first)s AND %(last)s
        AND d.first_purchase < make_date(b.quarter / 4, 3 * (b.quarter %% 4) + 1, 1)
    GROUP BY b.team_id, b.quarter
"""  # noqa: S608
REFERRALS = f"""{INTO}
    SELECT b.team_id, b.quarter, 'referrals', count(*), 100.0 * sum(coalesce(f.number, 0))
        / count(*), %(as_of)s
    FROM chain_quarters b LEFT JOIN (
        SELECT customer_id, {QUARTER.format(day='"on"')} AS quarter, count(*) AS number
        FROM customers_referral WHERE removed_at IS NULL AND "on" >= %(since)s AND "on" < %(until)s
        GROUP BY 1, 2) f ON f.customer_id = b.customer_id AND f.quarter = b.quarter
    WHERE b.bought AND b.quarter BETWEEN %(first)s AND %(last)s GROUP BY b.team_id, b.quarter
"""  # noqa: S608
PROFIT = f"""{INTO}
    SELECT team_id, quarter, 'profit', count(*) FILTER (WHERE bought),
        100.0 * (1 - sum(cost) / sum(known_net)), %(as_of)s
    FROM chain_quarters WHERE quarter BETWEEN %(first)s AND %(last)s
    GROUP BY team_id, quarter HAVING sum(known_net) > 0 AND bool_or(bought)
"""  # noqa: S608
GROWTH = f"""{INTO}
    SELECT now.team_id, now.quarter, 'growth', now.customers, 100.0 * (now.net / before.net - 1),
        %(as_of)s
    FROM (SELECT team_id, quarter, sum(net) AS net, count(*) FILTER (WHERE bought) AS customers
        FROM chain_quarters GROUP BY team_id, quarter) now
    JOIN (SELECT team_id, quarter, sum(net) AS net FROM chain_quarters GROUP BY team_id, quarter)
        before ON before.team_id = now.team_id AND before.quarter = now.quarter - {YEAR}
    WHERE before.net > 0 AND now.customers > 0 AND now.quarter BETWEEN %(first)s AND %(last)s
"""  # noqa: S608
FIGURES = (COMPETENCE, STAFF, CUSTOMERS_SAID, RETENTION, RELATED, REFERRALS, PROFIT, GROWTH)

# Newest answers whose half-year is over, of customers who bought in the half-year before.
CUSTOMERS = f"""
    WITH newest AS (
        SELECT DISTINCT ON (r.customer_id) r.customer_id, r.wave_id
        FROM satisfaction_response r {AUDIENCE.format(audience="customers")}
        WHERE r.customer_id IS NOT NULL AND r.finished_at >= %(answers_since)s
            AND r.finished_at < %(answers_until)s
            AND (r.recommend IS NOT NULL OR r.index IS NOT NULL AND {ASKS_SATISFACTION})
        ORDER BY r.customer_id, r.finished_at DESC, r.id DESC
    ), answered AS (
        SELECT r.customer_id, min(r.team_id) AS team_id,
            avg(r.index) FILTER (WHERE {ASKS_SATISFACTION}) AS index,
            avg(r.recommend) AS recommend,
            max((r.finished_at AT TIME ZONE %(zone)s)::date) AS day
        FROM (SELECT * FROM newest ORDER BY hashint8(customer_id) LIMIT {MOST_CUSTOMERS}) n
        JOIN satisfaction_response r ON r.customer_id = n.customer_id AND r.wave_id = n.wave_id
            AND r.finished_at < %(answers_until)s
        JOIN satisfaction_wave w ON w.id = r.wave_id
        GROUP BY r.customer_id)
    SELECT a.team_id, a.index, a.recommend, d.days_after > 0,
        (SELECT count(*) FROM customers_dealingcategory c WHERE c.customer_id = a.customer_id
            AND c.first_day > a.day AND c.first_day <= a.day + {DAYS}),
        (SELECT count(*) FROM customers_referral f WHERE f.customer_id = a.customer_id
            AND f.removed_at IS NULL AND f."on" > a.day AND f."on" <= a.day + {DAYS}),
        CASE WHEN d.net_before > 0 THEN (d.net_after / d.net_before)::float8 END
    FROM answered a CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE g.gross > 0 AND g.day <= a.day) AS days_before,
            count(*) FILTER (WHERE g.gross > 0 AND g.day > a.day) AS days_after,
            coalesce(sum(g.net) FILTER (WHERE g.day <= a.day), 0) AS net_before,
            coalesce(sum(g.net) FILTER (WHERE g.day > a.day), 0) AS net_after
        FROM customers_dealingday g WHERE g.customer_id = a.customer_id
            AND g.day > a.day - {DAYS} AND g.day <= a.day + {DAYS}) d
    WHERE d.days_before > 0
"""  # noqa: S608


def quarter_of(day: dt.date) -> int:
    return YEAR * day.year + (day.month - 1) // 3


def first_day(quarter: int) -> dt.date:
    year, place = divmod(quarter, YEAR)
    return dt.date(year, 3 * place + 1, 1)


def is_due(as_of: dt.date) -> bool:
    """On Saturdays, and where there is nothing yet."""
    return as_of.weekday() == SATURDAY or not ChainLink.objects.exists()


@transaction.atomic
def record(as_of: dt.date) -> int:
    """Count the newest quarters and what goes with what; how many figures and links there are."""
    last = quarter_of(as_of + dt.timedelta(days=1)) - 1  # the newest that is over
    _count(as_of, last, _first(last))
    ChainFigure.objects.filter(quarter__lte=last - KEPT).delete()
    ChainLink.objects.all().delete()
    links = [*_links_of_teams(as_of), *_links_of_customers(as_of)]
    ChainLink.objects.bulk_create(links)
    return ChainFigure.objects.count() + len(links)


def _first(last: int) -> int:
    """The quarter from which on to count: the last two, or all where nothing was counted."""
    sold = ChainFigure.objects.filter(box=Box.RETENTION)
    counted = sold.aggregate(newest=Max("quarter"))["newest"]
    return last - BACK + 1 if counted is None else max(min(counted, last - 1), last - BACK + 1)


def _count(as_of: dt.date, last: int, first: int) -> None:
    values = {
        **_moments(as_of),
        "as_of": as_of,
        "first": first,
        "last": last,
        # Growth looks a year back.
        "since": first_day(first - YEAR),
        "until": first_day(last + 1),
    }
    ChainFigure.objects.filter(quarter__gte=first).delete()
    with connection.cursor() as cursor:
        cursor.execute(BOUGHT, values)
        cursor.execute("ANALYZE chain_quarters")
        for query in FIGURES:
            cursor.execute(query, values)
        cursor.execute("DROP TABLE chain_quarters")


def _moments(as_of: dt.date) -> dict:
    zone = Installation.cached().zone
    now = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    answers_until = now - dt.timedelta(days=DAYS)
    return {
        "zone": zone.key,
        "now": now,
        "answers_until": answers_until,
        "answers_since": answers_until - dt.timedelta(days=ANSWERS),
    }


def _links_of_teams(as_of: dt.date) -> Iterator[ChainLink]:
    """All teams' quarters together, then each team's own, against the teams' mean of the quarter:
    season, and the growth of us all, make no team better than another.
    """
    series: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)
    for row in ChainFigure.objects.all().iterator():
        series[row.box][row.team_id, row.quarter] = row.value
    teams = sorted({team for found in series.values() for team, _quarter in found})
    apart = {box: chain.against_others(found) for box, found in series.items()}
    for team in (None, *teams):
        own = {box: _of_team(found, team) for box, found in apart.items()}
        for source, target, _expected in LINKS:
            for lag in LAGS:
                x, y, quarters = chain.pairs(own.get(source, {}), own.get(target, {}), lag)
                # Of one team, the means rest on the others as well.
                taken = quarters - 1 if team is None and len(teams) > 1 else 0
                found = chain.spearman(x, y, max(taken, 0))
                yield _link(as_of, team, source, target, ChainLink.Level.TEAMS, lag, found)


def _of_team(found: dict, team: int | None) -> dict:
    return found if team is None else {key: x for key, x in found.items() if key[0] == team}


def _links_of_customers(as_of: dt.date) -> Iterator[ChainLink]:
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS, _moments(as_of))
        rows = cursor.fetchall()
    teams = sorted({row[0] for row in rows if row[0] is not None})
    by_team = defaultdict(list, {None: rows})
    for row in rows:
        if row[0] is not None:
            by_team[row[0]].append(row)
    for team in (None, *teams):
        for source, target, x, y in OF_CUSTOMERS:
            one, other = _column(by_team[team], x), _column(by_team[team], y)
            level, lag = ChainLink.Level.CUSTOMERS, LAG_OF_CUSTOMERS
            found = chain.spearman(one, other)
            yield _link(as_of, team, source, target, level, lag, found)


def _column(rows: Iterable[tuple], place: int) -> list[float]:
    return [float("nan") if row[place] is None else float(row[place]) for row in rows]


def _link(as_of, team, source, target, level, lag, found: chain.Link) -> ChainLink:
    return ChainLink(
        team_id=team,
        source=source,
        target=target,
        level=level,
        lag=lag,
        n=found.n,
        r=found.r,
        low=found.low,
        high=found.high,
        computed_on=as_of,
    )
