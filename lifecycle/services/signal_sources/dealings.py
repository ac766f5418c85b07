"""What customers buy: silence, volume, orders, categories, returns and margin."""

import datetime as dt
import json

import numpy as np
import pandas as pd

from lifecycle.analytics import dealing_signals as lately
from lifecycle.analytics import mbgnbd, signals, silence
from lifecycle.analytics.dealing_days import Days
from lifecycle.analytics.order_sizes import spread_of
from lifecycle.analytics.summaries import QUARTER, Summary
from lifecycle.models import NightlyRun
from lifecycle.services import columns
from lifecycle.services.peers import DEEPEST
from lifecycle.services.shards import Shard

DIGITS = 9
LEAST_PACE = 1e-3  # by which a gap is divided
# A habit is a category bought on so many days of the year before the last half; it has been given
# up where the half went by, and three times its own gap.
HALF_YEAR, HABIT_DAYS, GIVEN_UP_GAPS = 182, 4, 3
STILL_BUYING = 3  # purchase days in the half
CATEGORIES_FALL, CATEGORY_WEIGHT = 0.25, 0.60

# Who has a year to compare with, and what its rhythm is.
RHYTHMS = """
    SELECT s.customer_id, s.first_purchase AS first, s.purchase_days - 1 AS gaps,
        f.usual_gap, s.sum_log_gaps,
        (f.contract_ends > DATE '0001-01-01')::int AS by_contract,
        CASE WHEN p.level > 0 THEN p.now / p.level ELSE 1 END AS peers
    FROM customers_dealingsummary s
    JOIN lifecycle_scored f ON f.customer_id = s.customer_id
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN jsonb_to_recordset(%(industries)s::jsonb)
        AS p (industry text, now float8, level float8) ON p.industry = c.industry
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND s.purchase_days > %(fewest)s AND s.last_purchase > %(quarter_ago)s
    ORDER BY s.customer_id
"""
RHYTHM_KINDS = {"customer_id": "int", "first": "date", "gaps": "int", "by_contract": "int"}
RHYTHM_KINDS |= dict.fromkeys(("usual_gap", "sum_log_gaps", "peers"), "float")
DAYS = """
    SELECT d.customer_id, d.day, d.gross, d.returns, d.net, d.known_net, d.cost
    FROM customers_dealingday d JOIN customers_dealingsummary s ON s.customer_id = d.customer_id
    WHERE d.customer_id >= %(low)s AND d.customer_id < %(high)s
        AND s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND s.purchase_days > %(fewest)s AND s.last_purchase > %(quarter_ago)s
        AND d.day > %(since)s AND d.day <= %(as_of)s
    ORDER BY d.customer_id, d.day
"""
AMOUNTS = ("gross", "returns", "net", "known_net", "cost")
DAY_KINDS = {"customer_id": "int", "day": "date", **dict.fromkeys(AMOUNTS, "float")}
# Each signal's evidence, in the order of the columns that hold it.
EVIDENCE = {
    "smaller_orders": ("order_before", "order_now", "change", "orders", "days"),
    "more_returns": ("share_before", "share_now", "return_days"),
    "margin_down": ("margin_before", "margin_now"),
    "volume_down": ("days", "level_before", "level_now", "change"),
}
NUMBERS = ("a", "b", "c", "d", "e")
# Who pays by contract has no rhythm: neither the size of an invoice nor weeks without one say a
# word. That less is signed is told by quarters (`lifecycle.services.scoring`).
BY_RHYTHM = ("smaller_orders", "volume_down")
NEW_TABLE = """
    CREATE TEMP TABLE dealt_lately (
        customer_id bigint, kind text, strength float8,
        a float8, b float8, c float8, d float8, e float8) ON COMMIT DROP
"""

# Silences of the last year at customers with two of their own, with what they bought in the same
# days a year ago.
SILENCES = """
    SELECT s.customer_id, s.first_purchase AS first, s.last_purchase AS last,
        s.purchase_days AS purchases, s.sum_log_gaps, (
            SELECT count(*) FROM customers_dealingday d
            WHERE d.customer_id = s.customer_id AND d.gross > 0
                AND d.day > s.last_purchase - %(before)s AND d.day <= %(until)s) AS bought
    FROM lifecycle_scored f JOIN customers_dealingsummary s ON s.customer_id = f.customer_id
    WHERE f.customer_id >= %(low)s AND f.customer_id < %(high)s AND f.silent > 0
        AND s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND s.first_purchase <= %(two_years_ago)s AND s.last_purchase > %(year_ago)s
    ORDER BY s.customer_id
"""
SILENCE_KINDS = {"customer_id": "int", "first": "date", "last": "date", "purchases": "int"}
SILENCE_KINDS |= {"sum_log_gaps": "float", "bought": "int"}
SILENT = """
    SELECT s.customer_id, 'silent'::text AS kind, coalesce(l.strength, s.silent) AS strength,
        jsonb_strip_nulls(jsonb_build_object('days_since', %(as_of)s::date - s.last_purchase,
            'usual_gap', nullif(s.usual_gap, 0), 'season_gap', s.usual_gap / l.a)) AS evidence
    FROM lifecycle_scored s
    LEFT JOIN dealt_lately l ON l.customer_id = s.customer_id AND l.kind = 'silent'
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND s.silent > 0 AND coalesce(l.strength, s.silent) > 0
"""
# By quarters; else by the last weeks, which see a sudden fall sooner.
VOLUME_DOWN = """
    SELECT customer_id, 'volume_down', volume_down,
        jsonb_build_object('kind', volume_kind::text, 'change', volume_change,
            'level_before', volume_before, 'level_now', volume_now,
            'season_adjusted', contract_ends <= DATE '0001-01-01'
                AND (%(season_adjusted)s OR age >= %(two_years)s))
    FROM lifecycle_scored WHERE {in_shard} AND volume_down > 0
"""
VOLUME_DOWN_LATELY = """
    SELECT l.customer_id, 'volume_down', l.strength,
        jsonb_build_object('kind', 'lately', 'days', l.a, 'level_before', l.b, 'level_now', l.c,
            'change', l.d, 'season_adjusted', %(season_adjusted)s::boolean)
    FROM dealt_lately l JOIN lifecycle_scored s ON s.customer_id = l.customer_id
    WHERE l.kind = 'volume_down' AND s.volume_down = 0
"""


def _from_table(kind: str) -> str:
    evidence = ", ".join(
        f"'{name}', {column}" for name, column in zip(EVIDENCE[kind], NUMBERS, strict=False)
    )
    return (
        f"SELECT customer_id, kind, strength, jsonb_build_object({evidence})"  # noqa: S608
        f" FROM dealt_lately WHERE kind = '{kind}'"
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
                    AND k.last_day > %(half_year_ago)s - {lately.YEAR}
                    AND k.last_day <= %(half_year_ago)s)
            AND t.date > %(half_year_ago)s - {lately.YEAR} AND t.date <= %(as_of)s
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
        "two_years": 2 * lately.YEAR - 1,
        "half_year_ago": run.as_of - dt.timedelta(days=HALF_YEAR),
        "quarter_ago": run.as_of - dt.timedelta(days=QUARTER),
    }


def prepare(cursor, run: NightlyRun, shard: Shard) -> None:
    """Make `dealt_lately`: signals computed from the dealing days of those who still buy."""
    cursor.execute(NEW_TABLE)
    _judge_silences(run, shard)
    values = {
        **shard.ids,
        "as_of": run.as_of,
        "since": run.as_of - dt.timedelta(days=lately.BEHIND),
        "quarter_ago": run.as_of - dt.timedelta(days=QUARTER),
        "fewest": lately.FEWEST_BEFORE,
        "industries": json.dumps(run.models_used["industries"]),
    }
    rhythms = columns.read(RHYTHMS, values, RHYTHM_KINDS)
    if not len(rhythms["customer_id"]):
        return
    days = columns.read(DAYS, values, DAY_KINDS)
    for kind, table in figures(run, rhythms, days).items():
        fires = table["strength"].to_numpy() > 0
        if not fires.any():
            continue
        rows = {"customer_id": rhythms["customer_id"][fires], "kind": np.full(fires.sum(), kind)}
        rows["strength"] = np.round(table["strength"].to_numpy()[fires], DIGITS)
        for column, name in zip(NUMBERS, EVIDENCE[kind], strict=False):
            rows[column] = np.round(table[name].to_numpy(dtype=float)[fires], DIGITS)
        columns.write("dealt_lately", rows)


def _judge_silences(run: NightlyRun, shard: Shard) -> None:
    """Write the strength (0 for none) of silences in a season that is slow by the year before."""
    cut = run.as_of.toordinal()
    values = {
        **shard.ids,
        "before": silence.YEAR + silence.AROUND,
        "until": dt.date.fromordinal(cut - silence.YEAR + silence.AROUND),
        "year_ago": dt.date.fromordinal(cut - silence.YEAR),
        "two_years_ago": dt.date.fromordinal(cut - signals.TWO_YEARS),
    }
    rows = columns.read(SILENCES, values, SILENCE_KINDS)
    customer, bought = rows.pop("customer_id"), rows.pop("bought")
    timing = mbgnbd.Fit(**run.models_used["trained"]["timing"])
    found = signals.silent_in_season(timing, Summary.of_rhythm(cut, **rows), bought)
    slow = found["pace"].to_numpy() < 1
    if slow.any():
        judged = {
            "customer_id": customer[slow],
            "kind": np.full(slow.sum(), "silent"),
            "strength": np.round(found["strength"].to_numpy()[slow], DIGITS),
            "a": np.round(np.maximum(found["pace"].to_numpy()[slow], LEAST_PACE), DIGITS),
        }
        columns.write("dealt_lately", judged)


def figures(run: NightlyRun, rhythms: dict, days: dict) -> dict[str, pd.DataFrame]:
    """The frame of each signal, in the order of the rhythms' customers."""
    used, cut = run.models_used, run.as_of.toordinal()
    frames = lately.found(
        _days(rhythms["customer_id"], days),
        lately.Rhythms(
            age=cut - rhythms["first"],
            gaps=rhythms["gaps"].astype(float),
            usual_gap=rhythms["usual_gap"],
            sum_log_gaps=rhythms["sum_log_gaps"],
            outlook=np.clip(rhythms["peers"], 1 + DEEPEST, 1.0),
        ),
        cut=cut,
        spread=spread_of(1 / used["trained"]["spend"]["p"]),
        season=used["season"][-1] if used["season"] else 1.0,
        own=used.get("own_seasons"),
        fall=float(used["settings"]["decline_mark"]),
    )
    for kind in BY_RHYTHM:
        frames[kind].loc[rhythms["by_contract"] > 0, "strength"] = 0.0
    return frames


def _days(customers: np.ndarray, days: dict[str, np.ndarray]) -> Days:
    """The rows of these customers (ids in order), whose place becomes their number."""
    chosen = np.isin(days["customer_id"], customers)
    return Days(
        customers=len(customers),
        customer=np.searchsorted(customers, days["customer_id"][chosen]),
        **{name: days[name][chosen] for name in ("day", *AMOUNTS)},
    )
