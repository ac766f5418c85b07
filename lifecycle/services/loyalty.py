"""The three Rs counted over the whole base, once a week: a pass over all dealing days.

Years are spans of 365 days: of the relationship from the first purchase on, or back from the date.
A customer counts in a year of its relationship once that year is over, so that years compare.
"""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Max

from lifecycle.analytics.stages import Thresholds
from lifecycle.models import LoyaltyCell
from lifecycle.services.movement import DAYS_A_MONTH

YEAR = 365
MOST_YEARS = 15
TREND_YEARS = 4  # of the number of categories
MOST_CATEGORIES = 5  # and more
SUNDAY = 6
USUAL = Thresholds()

# Who bought ever, with whose customer it is and what its dealings of unknown cost leave.
BUYERS = """
    CREATE TEMP TABLE loyalty_buyers ON COMMIT DROP AS
    SELECT s.customer_id, s.team_id, s.owner_id, s.stage, s.lifetime_value, v.margin,
        v.stage_since, v.usual_gap, d.first_purchase, d.last_purchase
    FROM customers_dealingsummary d
    JOIN customers_standing s USING (customer_id) JOIN lifecycle_valuation v USING (customer_id)
    WHERE d.first_purchase <= %(as_of)s
"""
YEARS = f"""
    CREATE TEMP TABLE loyalty_years ON COMMIT DROP AS
    SELECT d.customer_id, greatest(d.day - b.first_purchase, 0) / {YEAR} + 1 AS year,
        (%(as_of)s - d.day) / {YEAR} AS back, bool_or(d.gross > 0) AS bought, sum(d.net) AS net,
        sum(d.known_net - d.cost) + (sum(d.net) - sum(d.known_net)) * min(b.margin)::numeric
            AS margin
    FROM customers_dealingday d JOIN loyalty_buyers b USING (customer_id)
    WHERE d.day <= %(as_of)s GROUP BY d.customer_id, year, back
"""  # noqa: S608 -- numbers of ours
INTO = "INSERT INTO lifecycle_loyaltycell (as_of, team_id, owner_id, kind, "

RETENTION = f"""
    WITH years AS (
        SELECT customer_id, back, bool_or(bought) AS bought, sum(net) AS net
        FROM loyalty_years WHERE back <= {MOST_YEARS} GROUP BY customer_id, back)
    {INTO} "row", "column", customers, active, revenue, before, kept, margin)
    SELECT %(as_of)s, b.team_id, b.owner_id, 'retention', former.back - 1, 0, count(*),
        count(*) FILTER (WHERE now.bought), coalesce(sum(now.net), 0), sum(former.net),
        coalesce(sum(former.net) FILTER (WHERE now.bought), 0), 0
    FROM years former JOIN loyalty_buyers b USING (customer_id)
    LEFT JOIN years now
        ON now.customer_id = former.customer_id AND now.back = former.back - 1
    WHERE former.bought AND former.back >= 1 AND former.back < %(whole_years)s
    GROUP BY b.team_id, b.owner_id, former.back
"""  # noqa: S608
COHORTS = f"""
    WITH years AS (
        SELECT customer_id, year, bool_or(bought) AS bought, sum(net) AS net,
            sum(margin) AS margin
        FROM loyalty_years GROUP BY customer_id, year)
    {INTO} "row", "column", customers, active, revenue, before, kept, margin)
    SELECT %(as_of)s, b.team_id, b.owner_id, 'cohort',
        4 * date_part('year', b.first_purchase)::int
            + date_part('quarter', b.first_purchase)::int - 1 AS quarter,
        year.number, count(*), count(*) FILTER (WHERE y.bought), coalesce(sum(y.net), 0), 0, 0,
        coalesce(sum(y.margin), 0)
    FROM loyalty_buyers b
    CROSS JOIN LATERAL generate_series(1, least((%(as_of)s::date - b.first_purchase + 1) / {YEAR},
        {MOST_YEARS})) AS year (number)
    LEFT JOIN years y ON y.customer_id = b.customer_id AND y.year = year.number
    GROUP BY b.team_id, b.owner_id, quarter, year.number
"""  # noqa: S608
# Of customers whose first figure was "ended" nobody saw it end: it was when the silence that the
# rule asks for was over.
SURVIVAL = f"""
    {INTO} "row", "column", customers, active, revenue, before, kept, margin)
    SELECT %(as_of)s, team_id, owner_id, 'survival', date_part('year', first_purchase)::int,
        floor(greatest(until - first_purchase, 0) / {DAYS_A_MONTH})::int AS months, count(*),
        count(*) FILTER (WHERE stage <> 'ended'), 0, 0, 0, 0
    FROM (
        SELECT b.*, CASE WHEN b.stage <> 'ended' THEN %(as_of)s::date
            WHEN c.before = '' THEN least(b.stage_since, b.last_purchase + greatest(
                %(silent_days)s, ceil(%(silent_gaps)s * coalesce(b.usual_gap, 0))::int))
            ELSE coalesce(b.stage_since, %(as_of)s) END AS until
        FROM loyalty_buyers b
        LEFT JOIN lifecycle_stagechange c
            ON c.customer_id = b.customer_id AND c."on" = b.stage_since) spans
    GROUP BY team_id, owner_id, date_part('year', first_purchase), months
"""  # noqa: S608
CATEGORIES = f"""
    {INTO} "row", "column", customers, active, revenue, before, kept, margin)
    SELECT %(as_of)s, b.team_id, b.owner_id, 'categories', held.back, held.number, count(*),
        0, 0, 0, 0, 0
    FROM (
        SELECT c.customer_id, back, least(count(*), {MOST_CATEGORIES}) AS number
        FROM customers_dealingcategory c CROSS JOIN generate_series(0, {TREND_YEARS - 1}) AS back
        WHERE c.first_day <= %(as_of)s::date - {YEAR} * back
            AND c.last_day > %(as_of)s::date - {YEAR} * (back + 1)
        GROUP BY c.customer_id, back) held
    JOIN loyalty_buyers b USING (customer_id)
    WHERE held.back < greatest(%(whole_years)s, 1)
    GROUP BY b.team_id, b.owner_id, held.back, held.number
"""  # noqa: S608
WON = f"""
    {INTO} "row", "column", customers, active, revenue, before, kept, margin)
    SELECT %(as_of)s, b.team_id, b.owner_id, 'won', date_part('year', b.first_purchase)::int, 0,
        count(*), count(*) FILTER (WHERE r.referred), sum(b.lifetime_value), 0,
        coalesce(sum(b.lifetime_value) FILTER (WHERE r.referred), 0), 0
    FROM loyalty_buyers b CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM customers_referral r WHERE r.referred_id = b.customer_id
                AND r.state = 'customer' AND r.removed_at IS NULL) AS referred) r
    GROUP BY b.team_id, b.owner_id, date_part('year', b.first_purchase)
"""  # noqa: S608


def is_due(as_of: dt.date) -> bool:
    """On Sundays, where nothing is counted yet, and where a night is computed again."""
    newest = LoyaltyCell.objects.aggregate(day=Max("as_of"))["day"]
    return newest is None or newest >= as_of or as_of.weekday() == SUNDAY


@transaction.atomic
def record(as_of: dt.date, marks: Thresholds = USUAL) -> int:
    """Count everything anew from the dealings up to the date; after the swap of the standings.

    `marks` are those of the rules by which customers ended.
    """
    LoyaltyCell.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(BUYERS, {"as_of": as_of})
        cursor.execute("ANALYZE loyalty_buyers")
        cursor.execute("SELECT min(first_purchase) FROM loyalty_buyers")
        first = cursor.fetchone()[0]
        values = {
            "as_of": as_of,
            "whole_years": _whole_years(first, as_of),
            "silent_days": marks.silent_days,
            "silent_gaps": marks.silent_gaps,
        }
        # So many groups leave the memory of a hash again and again: sorted they take half the time.
        cursor.execute("SET LOCAL enable_hashagg = off")
        cursor.execute(YEARS, values)
        cursor.execute("SET LOCAL enable_hashagg = on")
        cursor.execute("ANALYZE loyalty_years")
        rows = 0
        for query in (RETENTION, COHORTS, SURVIVAL, CATEGORIES, WON):
            cursor.execute(query, values)
            rows += cursor.rowcount
        cursor.execute("DROP TABLE loyalty_years, loyalty_buyers")
    return rows


def _whole_years(first: dt.date | None, as_of: dt.date) -> int:
    """How many spans of a year back from the date the dealings cover."""
    return ((as_of - first).days + 1) // YEAR if first else 0
