"""Transactions summed by day and by customer, for customers whose transactions changed."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from lifecycle.services.shards import Shard

# The night's workers share it; who sums up single customers by day has it alone.
SUMMING = 20_260_107
IN_SHARD = "customer_id >= %(low)s AND customer_id < %(high)s"
TOUCHED = "customer_id IN (SELECT customer_id FROM touched)"
FEW = "customer_id = ANY(%(customers)s)"
# Above this part of a shard's customers, its whole range is read in one go.
ONE_BY_ONE = 0.2

TAKE_TOUCHED = """
    WITH gone AS (
        DELETE FROM customers_touchedcustomer
        WHERE {in_shard} AND since <= %(as_of)s RETURNING customer_id, since)
    INSERT INTO touched SELECT customer_id, min(since) FROM gone GROUP BY customer_id
"""
TAKE_ALL = """
    WITH gone AS (DELETE FROM customers_touchedcustomer WHERE {in_shard})
    INSERT INTO touched
    SELECT id, '-infinity' FROM customers_customer WHERE id >= %(low)s AND id < %(high)s
"""
# What is dated after this night is left for the night of its date.
LEAVE_FOR_LATER = """
    INSERT INTO customers_touchedcustomer (customer_id, since)
    SELECT customer_id, min(date) FROM customers_transaction
    WHERE {chosen} AND date > %(as_of)s GROUP BY customer_id
"""
DAYS = """
    SELECT customer_id, date AS day,
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS gross,
        coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS returns,
        sum(amount) AS net,
        coalesce(sum(cost), 0) AS cost,
        coalesce(sum(amount) FILTER (WHERE cost IS NOT NULL), 0) AS known_net,
        count(*) AS lines
    FROM {lines} AND date <= %(as_of)s
    GROUP BY customer_id, date
"""
# The lines that are summed by day, and the days that stand for them: of touched customers from the
# first day on that changed, so that years of old lines aren't sought all over the table.
LINES_OF = "customers_transaction WHERE {chosen}"
CHANGED_LINES = "customers_transaction JOIN touched USING (customer_id) WHERE date >= since"
DAYS_OF = "WHERE {chosen}"
CHANGED_DAYS = "USING touched t WHERE t.customer_id = d.customer_id AND d.day >= t.since"
COLUMNS = "customer_id, day, gross, returns, net, cost, known_net, lines"
SUM_DAYS = f"""
    DELETE FROM customers_dealingday WHERE {{chosen}};
    INSERT INTO customers_dealingday ({COLUMNS}) {DAYS}
"""  # noqa: S608 -- no value in it
# Of a few customers only the days that changed are written: most are long past, and written again
# they would lie at the table's end, where nobody reads them in the order of customers.
SUM_CHANGED_DAYS = f"""
    CREATE TEMP TABLE fresh_days AS {DAYS};
    ANALYZE fresh_days;
    DELETE FROM customers_dealingday d {{stored}} AND NOT EXISTS (
        SELECT FROM fresh_days f
        WHERE f.customer_id = d.customer_id AND f.day = d.day AND f.lines = d.lines
            AND (f.gross, f.returns, f.cost, f.known_net)
                = (d.gross, d.returns, d.cost, d.known_net));
    INSERT INTO customers_dealingday ({COLUMNS})
    SELECT {COLUMNS} FROM fresh_days f WHERE NOT EXISTS (
        SELECT FROM customers_dealingday d WHERE d.customer_id = f.customer_id AND d.day = f.day);
    DROP TABLE fresh_days
"""  # noqa: S608 -- no value in it
# Gaps are those between purchase days; days of returns alone don't count.
SUM_CUSTOMERS = """
    DELETE FROM customers_dealingsummary WHERE {chosen};
    INSERT INTO customers_dealingsummary (customer_id, first_purchase, last_purchase,
        purchase_days, gross, net, cost, known_net, sum_log_gaps)
    SELECT customer_id,
        min(day) FILTER (WHERE gross > 0), max(day) FILTER (WHERE gross > 0),
        count(*) FILTER (WHERE gross > 0),
        sum(gross), sum(net), sum(cost), sum(known_net),
        coalesce(round(sum(ln(gap))::numeric, 9), 0)
    FROM (
        SELECT d.*, CASE WHEN gross > 0 THEN
            day - lag(day) OVER (PARTITION BY customer_id, gross > 0 ORDER BY day) END AS gap
        FROM customers_dealingday d WHERE {chosen}
    ) days
    GROUP BY customer_id
"""
SUM_CATEGORIES = """
    DELETE FROM customers_dealingcategory WHERE {chosen};
    INSERT INTO customers_dealingcategory (customer_id, category, first_day, last_day, net)
    SELECT customer_id, category, min(date) FILTER (WHERE amount > 0),
        max(date) FILTER (WHERE amount > 0), sum(amount)
    FROM customers_transaction t JOIN customers_product p ON p.id = t.product_id
    WHERE {chosen} AND date <= %(as_of)s AND category <> ''
    GROUP BY customer_id, category HAVING bool_or(amount > 0)
"""


def roll_up(*, shard: Shard, as_of: dt.date, everybody: bool) -> int:
    """Sum the dealings up to the date of all touched customers of the shard, or of everybody.

    The marks are consumed in the transaction of the sums: one set while this runs stays for the
    next night. Returns how many customers were summed.
    """
    values = {**shard.ids, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SUMMING])
        cursor.execute(
            "CREATE TEMP TABLE touched (customer_id bigint PRIMARY KEY, since date) ON COMMIT DROP"
        )
        take = TAKE_ALL if everybody else TAKE_TOUCHED
        cursor.execute(take.format(in_shard=IN_SHARD), values)
        count = cursor.rowcount
        if not count and not everybody:
            cursor.execute("DROP TABLE touched")
            return 0
        cursor.execute("ANALYZE touched")
        is_whole = everybody or _are_many(cursor, count, shard)
        if is_whole:
            sum_days, parts = SUM_DAYS, _parts(IN_SHARD)
        else:
            sum_days, parts = SUM_CHANGED_DAYS, _parts(TOUCHED, CHANGED_LINES, CHANGED_DAYS)
        for query in (sum_days, SUM_CUSTOMERS, SUM_CATEGORIES, LEAVE_FOR_LATER):
            cursor.execute(query.format(**parts), values)
        cursor.execute("DROP TABLE touched")
    return count


def lock_sums() -> None:
    """Take turns with the night's summing, till the end of the transaction; before any customer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUMMING])


def sum_again(*, customer_ids: Sequence[int], as_of: dt.date) -> None:
    """Sum these few customers' dealings up to the date now; the caller has called `lock_sums`."""
    values = {"as_of": as_of, "customers": list(customer_ids)}
    with connection.cursor() as cursor:
        for query in (SUM_CHANGED_DAYS, SUM_CUSTOMERS, SUM_CATEGORIES):
            cursor.execute(query.format(**_parts(FEW)), values)


def _parts(chosen: str, lines: str = LINES_OF, stored: str = DAYS_OF) -> dict[str, str]:
    """What the queries are made of: who is summed, which of their lines, instead of which days."""
    known = {"chosen": chosen}
    return known | {"lines": lines.format(**known), "stored": stored.format(**known)}


def _are_many(cursor, count: int, shard: Shard) -> bool:
    cursor.execute(
        "SELECT count(*) FROM customers_customer WHERE id >= %(low)s AND id < %(high)s", shard.ids
    )
    return count > ONE_BY_ONE * cursor.fetchone()[0]
