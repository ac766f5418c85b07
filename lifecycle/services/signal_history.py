"""Signals through the nights: when each was seen first, that it ended, that it came back.

Written so that a date can be computed again. A signal that somebody dismissed stays dismissed
until it ends, or until it is clearly stronger than what was dismissed: then that one ends, with
its reason, and a new one begins.
"""

from lifecycle.models import NightlyRun
from lifecycle.services import signal_sources
from lifecycle.services.shards import IN_SHARD, Shard

# By so much of the scale, or by three quarters of what was left to be sure; by less than the least
# nothing is clear.
STRONGER, OF_THE_REST, LEAST = 0.15, 0.75, 0.03

# A customer may have gone into another one since it was scored.
THERE = "EXISTS (SELECT FROM customers_customer c WHERE c.id = customer_id)"
GONE = """NOT EXISTS (SELECT FROM signals_now n
    WHERE n.customer_id = s.customer_id AND n.kind = s.kind)"""
BACK = f"""EXISTS (SELECT FROM signals_now n
    WHERE n.customer_id = s.customer_id AND n.kind = s.kind
        AND n.strength >= s.dismissed_strength + greatest({LEAST},
            least({STRONGER}, {OF_THE_REST} * (1 - s.dismissed_strength))))"""
# What began on the date in the place of one that ended by it.
FOLLOWER = """EXISTS (SELECT FROM lifecycle_signal f
    WHERE f.customer_id = s.customer_id AND f.kind = s.kind AND f.id <> s.id
        AND f.ended_on = %(as_of)s AND f.dismissed_at IS NOT NULL)"""
# Of two that were there on the date the later one goes on.
LATER = """EXISTS (SELECT FROM lifecycle_signal f
    WHERE f.customer_id = s.customer_id AND f.kind = s.kind
        AND (f.first_seen, f.id) > (s.first_seen, s.id) AND f.first_seen <= %(as_of)s
        AND (f.ended_on IS NULL OR f.ended_on >= %(as_of)s))"""
STANDING = """EXISTS (SELECT FROM lifecycle_signal f
    WHERE f.customer_id = s.customer_id AND f.kind = s.kind AND f.ended_on IS NULL)"""
QUERIES = (
    # Back to how things stood before this date,
    "DELETE FROM lifecycle_signal WHERE {in_shard} AND first_seen > %(as_of)s"
    " AND dismissed_at IS NULL",
    # (what somebody said of a later one waits for the night of its day)
    "UPDATE lifecycle_signal SET ended_on = first_seen WHERE {in_shard}"
    " AND first_seen > %(as_of)s AND ended_on IS DISTINCT FROM first_seen",
    "DELETE FROM lifecycle_signal s WHERE {in_shard} AND first_seen = %(as_of)s"
    " AND dismissed_at IS NULL AND {follower}",
    "UPDATE lifecycle_signal s SET ended_on = NULL WHERE {in_shard} AND ended_on >= %(as_of)s"
    " AND first_seen <= %(as_of)s AND NOT {later} AND NOT {standing}",
    "DELETE FROM lifecycle_signal s WHERE {in_shard} AND first_seen = %(as_of)s"
    " AND dismissed_at IS NULL AND {gone}",
    # then what is no more has ended, or what was dismissed and is another thing by now,
    "UPDATE lifecycle_signal s SET ended_on = %(as_of)s"
    " WHERE {in_shard} AND ended_on IS NULL AND {gone}",
    "UPDATE lifecycle_signal s SET ended_on = %(as_of)s"
    " WHERE {in_shard} AND ended_on IS NULL AND first_seen < %(as_of)s"
    " AND dismissed_strength IS NOT NULL AND {back}",
    # and what is, is seen.
    """
    INSERT INTO lifecycle_signal
        (customer_id, kind, strength, evidence, first_seen, last_seen, dismissed_reason)
    SELECT customer_id, kind, strength, evidence, %(as_of)s, %(as_of)s, '' FROM signals_now
    WHERE {there} ORDER BY customer_id, kind
    ON CONFLICT (customer_id, kind) WHERE ended_on IS NULL DO UPDATE SET
        strength = EXCLUDED.strength, evidence = EXCLUDED.evidence, last_seen = EXCLUDED.last_seen
    """,
)


def record(cursor, run: NightlyRun, shard: Shard) -> int:
    """Write the shard's signals of the run's date; returns how many stand."""
    values = {**shard.ids, "as_of": run.as_of}
    parts = {"in_shard": IN_SHARD, "there": THERE, "gone": GONE, "back": BACK}
    parts |= {"follower": FOLLOWER, "later": LATER, "standing": STANDING}
    signal_sources.gather(cursor, run, shard)
    for query in QUERIES:
        cursor.execute(query.format(**parts), values)
    standing = cursor.rowcount
    cursor.execute("DROP TABLE signals_now")
    return standing
