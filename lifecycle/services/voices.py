"""What was heard of customers by the end of a business day: complaints and the latest score.

Reads no more than was known then, so that the risk is trained at an earlier date on what an earlier
night would have seen, and a night computed again gives the same rows: a case's state is that of
its last event by then.
"""

import datetime as dt
from collections.abc import Iterable

import numpy as np

from complaints.states import OPEN
from lifecycle.analytics.risk import VOICES
from lifecycle.services import chosen, columns
from lifecycle.services.business_days import end_of
from lifecycle.services.chosen import Chosen

# A complaint opened again says something for so long, an answer for so long.
REOPENED_FOR = dt.timedelta(days=180)
SCORED_FOR = dt.timedelta(days=365)

# What was open then is open now or has ended since; each half has a partial index of its own.
CANDIDATES = """
    SELECT id, customer_id FROM complaints_case
    WHERE state IN ({open}) AND kind = 'complaint' AND {chosen} AND received_at <= %(until)s
    UNION ALL
    SELECT id, customer_id FROM complaints_case
    WHERE ended_at > %(until)s AND kind = 'complaint' AND {chosen} AND received_at <= %(until)s
"""
OPEN_THEN = """
    SELECT c.customer_id, count(*) AS cases, bool_or(EXISTS (
        -- What runs past its deadline is late, whether or not somebody has noticed.
        SELECT FROM complaints_clock k WHERE k.case_id = c.id AND coalesce(
            k.breached_at, CASE WHEN k.state = 'running' THEN k.due_at END) <= %(until)s)) AS late
    FROM candidates c CROSS JOIN LATERAL (
        SELECT after FROM complaints_caseevent e WHERE e.case_id = c.id AND e.at <= %(until)s
        ORDER BY e.seq DESC LIMIT 1) was
    WHERE was.after IN ({open}) GROUP BY c.customer_id
"""
REOPENED = """
    SELECT DISTINCT c.customer_id
    FROM complaints_case c JOIN complaints_caseevent e ON e.case_id = c.id
    WHERE c.reopened > 0 AND c.kind = 'complaint' AND {chosen}
        AND e.action = 'reopen' AND e.at <= %(until)s AND e.at > %(reopened_since)s
"""
# The whole where it was made, else the question on all together, else the recommendation.
SCORED = """
    SELECT DISTINCT ON (customer_id) customer_id,
        coalesce(index, overall, recommend * 10.0) AS score
    FROM satisfaction_response
    WHERE {chosen} AND finished_at <= %(until)s AND finished_at > %(scored_since)s
        AND coalesce(index, overall, recommend) IS NOT NULL
    ORDER BY customer_id, finished_at DESC, id DESC
"""
HEARD = f"""
    WITH candidates AS MATERIALIZED ({CANDIDATES}),
        standing AS ({OPEN_THEN}), reopened AS ({REOPENED}), scored AS ({SCORED})
    SELECT customer_id, coalesce(ln(1 + o.cases), 0) AS complaints_open,
        coalesce(o.late::int, 0) AS complaint_late,
        (r.customer_id IS NOT NULL)::int AS complaint_reopened,
        coalesce((s.score - 50) / 50, 0) AS score
    FROM standing o FULL JOIN reopened r USING (customer_id) FULL JOIN scored s USING (customer_id)
    WHERE customer_id IS NOT NULL ORDER BY customer_id
"""  # noqa: S608 -- no value in it


def load(as_of: dt.date, customer_id: np.ndarray, wanted: Chosen | None = None) -> np.ndarray:
    """The columns of `risk.VOICES` for each of the customers, whose ids rise; 0 where nothing.

    `wanted` says where to look for them; without it, by their ids.
    """
    wanted = customer_id if wanted is None else wanted
    midnight = end_of(as_of)
    query = HEARD.format(open=_literals(OPEN), chosen=chosen.condition(wanted))
    values = {
        "until": midnight,
        "reopened_since": midnight - REOPENED_FOR,
        "scored_since": midnight - SCORED_FOR,
        **chosen.values(wanted),
    }
    heard = columns.read(query, values, {"customer_id": "int", **dict.fromkeys(VOICES, "float")})
    found = np.zeros((len(customer_id), len(VOICES)))
    place = np.searchsorted(customer_id, heard["customer_id"])
    known = place < len(customer_id)
    known[known] = customer_id[place[known]] == heard["customer_id"][known]
    found[place[known]] = np.column_stack([heard[name] for name in VOICES])[known]
    return found


def _literals(states: Iterable[str]) -> str:
    """Written out, since a partial index is found only for constants."""
    return ", ".join(f"'{state}'" for state in map(str, states))
