"""Complaints open, late, repeated, reopened, and followed by silence."""

import datetime as dt
from collections.abc import Iterable

from complaints.states import OPEN, SOLVED
from lifecycle.models import NightlyRun

# Of customers with a major complaint 81 of 100 didn't buy again where it wasn't resolved, and 46
# of 100 where it was, but not quickly (TARP, Consumer Complaint Handling in America: An Update
# Study, 1986).
UNRESOLVED, RESOLVED_SLOWLY = 0.81, 0.46
# An open complaint may still end well. A graver one is less likely to be forgiven, but one in time
# stays below one that is late.
OPEN_IN_TIME = {"minor": 0.40, "moderate": 0.46, "major": 0.58, "critical": 0.70}
GRAVE = ("major", "critical")
# A complaint that is not grave is only then a reason to fear.
PATIENCE = dt.timedelta(days=2)
# So long a late solution is remembered, and one that did not hold.
AFTERMATH = dt.timedelta(days=30)
REOPENING = dt.timedelta(days=60)
# What did not hold is worse than what took long, and still better than what is never solved.
REOPENED = 0.60
# Complaints are repeated where two of a year are about the same, or three of half a year about
# anything; the newest within a quarter, since what is over for longer has been lived with.
YEAR, HALF_YEAR, QUARTER = dt.timedelta(days=365), dt.timedelta(days=182), dt.timedelta(days=91)
REPEATED, EACH_MORE, MOST_REPEATED = 0.50, 0.05, 0.65
# Silent since a complaint: so many of the customer's own gaps and days without an order, where it
# had bought within as many gaps before it complained.
SILENT_GAPS, SILENT_DAYS = 2, 30


def _literals(states: Iterable[str]) -> str:
    """Written out, since a partial index is found only for constants."""
    return ", ".join(f"'{state}'" for state in map(str, states))


IS_OPEN, IS_SOLVED = _literals(OPEN), _literals(SOLVED)

# Complaints that may have been open, or just solved, at the moment. Each half has a partial index
# of its own: what was open then is open now or has ended since.
CANDIDATES = f"""
    SELECT id, customer_id, severity, received_at FROM complaints_case
    WHERE state IN ({IS_OPEN}) AND kind = 'complaint' AND {{in_shard}} AND received_at <= %(until)s
    UNION ALL
    SELECT id, customer_id, severity, received_at FROM complaints_case
    WHERE ended_at > %(solved_since)s AND kind = 'complaint' AND {{in_shard}}
        AND received_at <= %(until)s
"""  # noqa: S608 -- constants of ours
# How each stood at the moment, and for how many hours the worst of its clocks had run out by then.
# Of a solved one only the clock of the resolution counts: the solution makes up for a late word.
STOOD = f"""
    SELECT c.id, c.customer_id, c.received_at, was.open AS is_open, late.hours,
        coalesce(assessed.severity, c.severity) AS severity
    FROM candidates c
    CROSS JOIN LATERAL (
        SELECT after IN ({IS_OPEN}) AS open, after IN ({IS_SOLVED}) AS solved
        FROM complaints_caseevent e WHERE e.case_id = c.id AND e.at <= %(until)s
        ORDER BY e.seq DESC LIMIT 1) was
    LEFT JOIN LATERAL (
        SELECT e.data->'values'->>'severity' AS severity FROM complaints_caseevent e
        WHERE e.case_id = c.id AND e.at <= %(until)s AND e.data->'values' ? 'severity'
        ORDER BY e.seq DESC LIMIT 1) assessed ON true
    LEFT JOIN LATERAL (
        SELECT max(e.at) AS at FROM complaints_caseevent e
        WHERE was.solved AND e.case_id = c.id AND e.action = 'resolve' AND e.at <= %(until)s
    ) solution ON true
    CROSS JOIN LATERAL (
        SELECT max(extract(epoch FROM
            least(k.stopped_at, solution.at, %(until)s) - breach.at)) / 3600 AS hours
        FROM complaints_clock k
        CROSS JOIN LATERAL (
            -- What runs past its deadline is late, whether or not somebody has noticed.
            SELECT coalesce(k.breached_at, CASE WHEN k.state = 'running' THEN k.due_at END) AS at
        ) breach
        WHERE k.case_id = c.id AND breach.at <= least(solution.at, %(until)s)
            AND (was.open OR k.kind = 'resolution')) late
    WHERE was.open OR solution.at > %(solved_since)s
"""  # noqa: S608 -- constants of ours
# A customer has one signal of them: late ones that are open come before others that are open, and
# these before what is solved.
RANKED = """
    SELECT id, customer_id, received_at, hours,
        array_position(%(severities)s::text[], severity::text) AS severity,
        CASE WHEN is_open AND hours IS NOT NULL THEN 1
            WHEN is_open AND (received_at <= %(patient_since)s OR severity = ANY(%(grave)s)) THEN 2
            WHEN NOT is_open AND hours IS NOT NULL THEN 3 END AS rank
    FROM stood
"""
# The cases themselves, the oldest first: what the signal opens to.
ROWS = "(array_agg(id ORDER BY received_at, id))[:10]"
OPEN_OR_LATE = f"""
    WITH candidates AS MATERIALIZED ({CANDIDATES}), stood AS ({STOOD}), ranked AS ({RANKED})
    SELECT customer_id,
        CASE rank WHEN 2 THEN 'complaint_open' ELSE 'complaint_late' END,
        CASE rank WHEN 1 THEN %(unresolved)s::float8
            WHEN 2 THEN (%(open_in_time)s::float8[])[severity]
            ELSE %(resolved_slowly)s::float8 END,
        CASE rank WHEN 2 THEN jsonb_build_object('cases', cases,
                'days', floor(extract(epoch FROM %(until)s - oldest) / 86400)::int,
                'severity', (%(severities)s::text[])[severity], 'rows', rows)
            ELSE jsonb_build_object('cases', cases, 'hours', ceil(hours)::int,
                'solved', rank = 3, 'rows', rows) END
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, rank, count(*) AS cases, {ROWS} AS rows,
            min(received_at) AS oldest, max(severity) AS severity, max(hours) AS hours
        FROM ranked WHERE rank IS NOT NULL GROUP BY customer_id, rank ORDER BY customer_id, rank
    ) of_customer
"""  # noqa: S608 -- constants of ours

# Complaints as they came in; what was taken back or was another one's double is none.
HEARD = """
    SELECT id, customer_id, category_id, received_at FROM complaints_case
    WHERE {in_shard} AND kind = 'complaint' AND received_at <= %(until)s
        AND received_at > %(year_since)s
        AND NOT (state IN ('withdrawn', 'merged') AND ended_at <= %(until)s)
"""
REPEATED_ONES = f"""
    WITH heard AS ({HEARD}), same AS (
        SELECT customer_id, count(*) AS cases, {ROWS} AS rows, min(received_at) AS oldest,
            max(received_at) AS newest
        FROM heard WHERE category_id IS NOT NULL GROUP BY customer_id, category_id
        HAVING count(*) >= 2 AND max(received_at) > %(quarter_since)s
    ), any_of_them AS (
        SELECT customer_id, count(*) AS cases, {ROWS} AS rows, min(received_at) AS oldest,
            max(received_at) AS newest
        FROM heard WHERE received_at > %(half_year_since)s GROUP BY customer_id
        HAVING count(*) >= 3 AND max(received_at) > %(quarter_since)s
    )
    SELECT customer_id, 'complaint_repeated',
        least(%(most_repeated)s, %(repeated)s + %(each_more)s * (cases - 1))::float8,
        jsonb_build_object('cases', cases, 'same', same, 'rows', rows,
            'days', (newest AT TIME ZONE %(zone)s)::date - (oldest AT TIME ZONE %(zone)s)::date)
    FROM (
        SELECT DISTINCT ON (customer_id) * FROM (
            SELECT *, true AS same FROM same UNION ALL SELECT *, false FROM any_of_them) found
        ORDER BY customer_id, cases DESC, same DESC, newest DESC) most
"""  # noqa: S608 -- constants of ours

REOPENED_ONES = f"""
    SELECT DISTINCT ON (c.customer_id) c.customer_id, 'complaint_reopened',
        CASE WHEN was.open THEN %(reopened)s ELSE %(resolved_slowly)s END::float8,
        jsonb_build_object('case', c.id, 'open', was.open, 'times', again.times,
            'on', (again.at AT TIME ZONE %(zone)s)::date)
    FROM complaints_case c
    CROSS JOIN LATERAL (
        SELECT max(e.at) AS at, count(*) AS times FROM complaints_caseevent e
        WHERE e.case_id = c.id AND e.action = 'reopen' AND e.at <= %(until)s) again
    CROSS JOIN LATERAL (
        SELECT after IN ({IS_OPEN}) AS open FROM complaints_caseevent e
        WHERE e.case_id = c.id AND e.at <= %(until)s ORDER BY e.seq DESC LIMIT 1) was
    WHERE c.reopened > 0 AND c.kind = 'complaint' AND c.customer_id >= %(low)s
        AND c.customer_id < %(high)s AND c.received_at <= %(until)s
        AND again.at > %(reopened_since)s
    ORDER BY c.customer_id, was.open DESC, again.at DESC, c.id DESC
"""  # noqa: S608 -- constants of ours

# With orders as by chance, 1 - e^(-days / gap) of the gaps are shorter: so much of the share that
# leaves after a complaint without solution.
SILENT_SINCE = f"""
    WITH heard AS ({HEARD})
    SELECT customer_id, 'complaint_silence',
        round((%(unresolved)s * (1 - exp(-(%(as_of)s - day) / usual_gap)))::numeric, 9)::float8,
        jsonb_build_object('case', id, 'on', day, 'days', %(as_of)s - day,
            'usual_gap', usual_gap)
    FROM (
        SELECT DISTINCT ON (h.customer_id) h.customer_id, h.id, s.usual_gap, s.last_purchase,
            (h.received_at AT TIME ZONE %(zone)s)::date AS day
        FROM heard h JOIN lifecycle_scored s ON s.customer_id = h.customer_id
        WHERE s.repeats >= 2 AND s.usual_gap > 0
            AND (h.received_at AT TIME ZONE %(zone)s)::date >= s.last_purchase
        ORDER BY h.customer_id, h.received_at, h.id) first_since
    WHERE day - last_purchase <= {SILENT_GAPS} * usual_gap
        AND %(as_of)s - day > greatest({SILENT_DAYS}, {SILENT_GAPS} * usual_gap)
"""  # noqa: S608 -- constants of ours

QUERIES = (OPEN_OR_LATE, REPEATED_ONES, REOPENED_ONES, SILENT_SINCE)


def marks(_run: NightlyRun, until: dt.datetime) -> dict:
    return {
        "patient_since": until - PATIENCE,
        "solved_since": until - AFTERMATH,
        "reopened_since": until - REOPENING,
        "year_since": until - YEAR,
        "half_year_since": until - HALF_YEAR,
        "quarter_since": until - QUARTER,
        "severities": list(OPEN_IN_TIME),
        "open_in_time": list(OPEN_IN_TIME.values()),
        "grave": list(GRAVE),
        "unresolved": UNRESOLVED,
        "resolved_slowly": RESOLVED_SLOWLY,
        "reopened": REOPENED,
        "repeated": REPEATED,
        "each_more": EACH_MORE,
        "most_repeated": MOST_REPEATED,
    }
