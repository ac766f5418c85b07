"""Who else it buys from: a competitor named or gaining, and our share of what it buys."""

import datetime as dt

from lifecycle.models import NightlyRun

HEARD = dt.timedelta(days=90)
# A competitor that gains takes from somebody; one that was named may only have been named.
GAINING, NAMED, NEW = 0.50, 0.40, 0.30
STRONG, STRONG_SHARE = 0.10, 50  # stronger than we, or half of its purchases
GAINING_DAYS, NEW_DAYS = 365, 90
# Share of wallet of the last two years known, of the last four that are over.
YEARS_BACK = 4
SHARE_POINTS, SHARE_FALL, MOST = 0.05, 0.20, 0.80

COMPETITOR = f"""
    WITH there AS (
        SELECT DISTINCT ON (customer_id) customer_id, competitor_id, known_on,
            CASE WHEN trend = 'gaining' THEN {GAINING} ELSE {NEW} END
                + CASE WHEN strength = 'stronger' OR share >= {STRONG_SHARE} THEN {STRONG}
                    ELSE 0 END AS weight,
            CASE WHEN trend = 'gaining' THEN 'gaining' ELSE 'new' END AS how
        FROM customers_competitorpresence
        WHERE {{in_shard}} AND known_on <= %(as_of)s
            AND (removed_at IS NULL OR removed_at > %(until)s)
            AND (trend = 'gaining' AND known_on > %(as_of)s - {GAINING_DAYS}
                OR trend <> 'losing' AND known_on > %(as_of)s - {NEW_DAYS})
        ORDER BY customer_id, weight DESC, known_on DESC, id DESC
    ), said AS (
        SELECT DISTINCT ON (customer_id) customer_id, competitor_id, id,
            (at AT TIME ZONE %(zone)s)::date AS day
        FROM customers_interaction
        WHERE {{in_shard}} AND at < %(until)s AND at > %(named_since)s
            AND (competitor_id IS NOT NULL OR 'competitor' = ANY(heard))
        ORDER BY customer_id, at DESC, id DESC)
    SELECT customer_id, 'competitor', found.weight::float8,
        jsonb_build_object('how', found.how, 'competitor', r.id, 'name', r.name, 'on', found.day,
            'interaction', found.interaction)
    FROM (
        SELECT DISTINCT ON (customer_id) * FROM (
            SELECT customer_id, competitor_id, weight, how, known_on AS day, NULL AS interaction
            FROM there
            UNION ALL
            SELECT customer_id, competitor_id, {NAMED}, 'named', day, id FROM said) either
        ORDER BY customer_id, weight DESC, how) found
    LEFT JOIN customers_competitor r ON r.id = found.competitor_id
"""  # noqa: S608 -- constants of ours

# A share above 1 tells that a figure is wrong: such a year is left out.
SHARE_DOWN = f"""
    WITH figures AS (
        SELECT customer_id, year, purchases FROM customers_yearfigure
        WHERE {{in_shard}} AND (removed_at IS NULL OR removed_at > %(until)s) AND purchases > 0
            AND known_on <= %(as_of)s AND year < date_part('year', %(as_of)s::date)
            AND year >= date_part('year', %(as_of)s::date) - {YEARS_BACK}
    ), shares AS (
        SELECT f.customer_id, f.year,
            greatest(coalesce(sum(d.net), 0), 0) / f.purchases AS share
        FROM figures f LEFT JOIN customers_dealingday d ON d.customer_id = f.customer_id
            AND d.day >= make_date(f.year, 1, 1) AND d.day < make_date(f.year + 1, 1, 1)
        GROUP BY f.customer_id, f.year, f.purchases
    ), placed AS (
        SELECT *, lag(share) OVER w AS before, lag(year) OVER w AS year_before,
            lead(year) OVER w IS NULL AS is_last
        FROM shares WHERE share <= 1 WINDOW w AS (PARTITION BY customer_id ORDER BY year))
    SELECT customer_id, 'share_down',
        round(least({MOST}, 1 - share / before), 9)::float8,
        jsonb_build_object('year', year, 'share', round(share, 4), 'year_before', year_before,
            'share_before', round(before, 4))
    FROM placed
    WHERE is_last AND before > 0 AND before - share >= {SHARE_POINTS}
        AND 1 - share / before >= {SHARE_FALL}
"""  # noqa: S608 -- constants of ours

QUERIES = (COMPETITOR, SHARE_DOWN)


def marks(_run: NightlyRun, until: dt.datetime) -> dict:
    return {"named_since": until - HEARD}
