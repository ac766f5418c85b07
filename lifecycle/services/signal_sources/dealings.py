"""What customers buy: silence, volume, orders, categories, returns and margin."""

import datetime as dt

from lifecycle.analytics.dealing_signals import YEAR
from lifecycle.analytics.periods import HALF_YEAR, QUARTER
from lifecycle.models import DealtLately, NightlyRun
from lifecycle.services.lately import EVIDENCE, NUMBERS

LATELY = DealtLately._meta.db_table
# A habit is a category bought on so many days of the year before the last half; it has been given
# up where the half went by, and three times its own gap.
HABIT_DAYS, GIVEN_UP_GAPS = 4, 3
STILL_BUYING = 3  # purchase days in the half
CATEGORIES_FALL, CATEGORY_WEIGHT = 0.25, 0.60

SILENT = f"""
    SELECT s.customer_id, 'silent'::text AS kind, coalesce(l.strength, s.silent) AS strength,
        jsonb_strip_nulls(jsonb_build_object('days_since', %(as_of)s::date - s.last_purchase,
            'usual_gap', nullif(s.usual_gap, 0), 'season_gap', s.usual_gap / l.a)) AS evidence
    FROM lifecycle_scored s
    LEFT JOIN {LATELY} l ON l.customer_id = s.customer_id AND l.kind = 'silent'
        AND l.customer_id >= %(low)s AND l.customer_id < %(high)s
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND s.silent > 0 AND coalesce(l.strength, s.silent) > 0
"""  # noqa: S608 -- no value in it
# By quarters; else by the last weeks, which see a sudden fall sooner.
VOLUME_DOWN = """
    SELECT customer_id, 'volume_down', volume_down,
        jsonb_build_object('kind', volume_kind::text, 'change', volume_change,
            'level_before', volume_before, 'level_now', volume_now,
            'season_adjusted', contract_ends <= DATE '0001-01-01'
                AND (%(season_adjusted)s OR age >= %(two_years)s))
    FROM lifecycle_scored WHERE {in_shard} AND volume_down > 0
"""
VOLUME_DOWN_LATELY = f"""
    SELECT l.customer_id, 'volume_down', l.strength,
        jsonb_build_object('kind', 'lately', 'days', l.a, 'level_before', l.b, 'level_now', l.c,
            'change', l.d, 'season_adjusted', %(season_adjusted)s::boolean)
    FROM {LATELY} l JOIN lifecycle_scored s ON s.customer_id = l.customer_id
    WHERE l.customer_id >= %(low)s AND l.customer_id < %(high)s
        AND l.kind = 'volume_down' AND s.volume_down = 0
"""  # noqa: S608 -- no value in it


def _from_table(kind: str) -> str:
    evidence = ", ".join(
        f"'{name}', {column}" for name, column in zip(EVIDENCE[kind], NUMBERS, strict=False)
    )
    return (
        f"SELECT customer_id, kind, strength, jsonb_build_object({evidence})"  # noqa: S608
        f" FROM {LATELY} WHERE {{in_shard}} AND kind = '{kind}'"
    )


FEWER_CATEGORIES = f"""
    WITH bought AS (
        SELECT t.customer_id, p.category, t.date,
            t.date > %(half_year_ago)s AS lately
        FROM customers_transaction t JOIN customers_product p ON p.id = t.product_id
        JOIN customers_dealingsummary s ON s.customer_id = t.customer_id
        WHERE t.customer_id >= %(low)s AND t.customer_id < %(high)s
            AND s.customer_id >= %(low)s AND s.customer_id < %(high)s
            AND s.purchase_days >= {HABIT_DAYS + STILL_BUYING}
            AND s.last_purchase > %(quarter_ago)s
            -- Only they can have given one up; few have, and their lines are many.
            AND EXISTS (
                SELECT FROM customers_dealingcategory k WHERE k.customer_id = s.customer_id
                    AND k.last_day > %(half_year_ago)s - {YEAR}
                    AND k.last_day <= %(half_year_ago)s)
            AND t.date > %(half_year_ago)s - {YEAR} AND t.date <= %(as_of)s
            AND t.amount > 0 AND p.category <> ''
    ), buying AS (
        SELECT customer_id FROM bought WHERE lately GROUP BY customer_id
        HAVING count(DISTINCT date) >= {STILL_BUYING}
    ), habits AS (
        SELECT b.customer_id, b.category, max(b.date) AS last,
            (max(b.date) FILTER (WHERE NOT lately) - min(b.date))::float8
                / (count(DISTINCT b.date) FILTER (WHERE NOT lately) - 1) AS gap
        FROM bought b JOIN buying USING (customer_id) GROUP BY b.customer_id, b.category
        HAVING count(DISTINCT b.date) FILTER (WHERE NOT lately) >= {HABIT_DAYS}
    ), counted AS (
        SELECT customer_id, count(*) AS categories, count(*) FILTER (
                WHERE last <= %(half_year_ago)s
                    AND %(as_of)s - last > {GIVEN_UP_GAPS} * gap) AS given_up,
            (array_agg(category ORDER BY last, category) FILTER (
                WHERE last <= %(half_year_ago)s
                    AND %(as_of)s - last > {GIVEN_UP_GAPS} * gap))[1:3] AS names
        FROM habits GROUP BY customer_id)
    SELECT customer_id, 'fewer_categories',
        round({CATEGORY_WEIGHT} * given_up / categories, 9)::float8,
        jsonb_build_object('categories', categories, 'given_up', given_up, 'names', names)
    FROM counted
    WHERE categories > 1 AND given_up > 0 AND given_up >= {CATEGORIES_FALL} * categories
"""  # noqa: S608 -- constants of ours

QUERIES = (
    SILENT,
    VOLUME_DOWN,
    VOLUME_DOWN_LATELY,
    FEWER_CATEGORIES,
    _from_table("smaller_orders"),
    _from_table("more_returns"),
    _from_table("margin_down"),
)


def marks(run: NightlyRun, _until: dt.datetime) -> dict:
    return {
        "season_adjusted": run.models_used["season"] is not None,
        "two_years": 2 * YEAR - 1,
        "half_year_ago": run.as_of - dt.timedelta(days=HALF_YEAR),
        "quarter_ago": run.as_of - dt.timedelta(days=QUARTER),
    }
