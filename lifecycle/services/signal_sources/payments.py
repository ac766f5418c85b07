"""How it pays, by what we noted of its credit."""

import datetime as dt

from lifecycle.models import NightlyRun

# The newest note of payments against the one before; what is older than this says little of now.
NOTED_DAYS, COMPARED_DAYS = 365, 1095
# In the order from good to bad; who pays late but no later than before is no signal.
PAYMENTS = ("early", "punctual", "late", "very_late", "default")
SLOWER = {"late": 0.25, "very_late": 0.40, "default": 0.60}

PAYING_SLOWER = f"""
    WITH noted AS (
        SELECT customer_id, id, "on", payment,
            row_number() OVER (PARTITION BY customer_id ORDER BY "on" DESC, id DESC) AS place
        FROM customers_creditrecord
        WHERE {{in_shard}} AND payment <> '' AND "on" <= %(as_of)s
            AND "on" > %(as_of)s - {COMPARED_DAYS}
            AND (removed_at IS NULL OR removed_at > %(until)s))
    SELECT n.customer_id, 'paying_slower',
        (%(slower)s::float8[])[array_position(%(payments)s::text[], n.payment::text) - 2],
        jsonb_build_object('credit', n.id, 'now', n.payment, 'on', n."on", 'before', b.payment,
            'before_on', b."on")
    FROM noted n JOIN noted b ON b.customer_id = n.customer_id AND b.place = 2
    WHERE n.place = 1 AND n."on" > %(as_of)s - {NOTED_DAYS}
        AND n.payment IN ('late', 'very_late', 'default')
        AND array_position(%(payments)s::text[], n.payment::text)
            > array_position(%(payments)s::text[], b.payment::text)
"""  # noqa: S608 -- constants of ours

QUERIES = (PAYING_SLOWER,)


def marks(_run: NightlyRun, _until: dt.datetime) -> dict:
    return {"payments": list(PAYMENTS), "slower": list(SLOWER.values())}
