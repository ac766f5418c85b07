"""What speaks for customers' leaving on a date: their dealings, complaints and answers.

One query makes a shard's signals of a date. It reads no more than what was known at the end of
that business day, so that a date computed again gives the same rows: a case's state is that of its
last event by then, not the one it is in now.
"""

import datetime as dt
from collections.abc import Iterable

from complaints.states import OPEN, SOLVED
from crm.platform.models import Installation
from lifecycle.models import NightlyRun
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.signal_words import DETRACTOR

# Strengths decide which of a customer's signals stands on the list. Silence begins at 0.95 and
# volume at what fell, and what people do weighs more than what they say: these stay below a sure
# silence. Of customers with a major complaint 81 of 100 didn't buy again where it wasn't resolved,
# and 46 of 100 where it was, but not quickly (TARP, Consumer Complaint Handling in America: An
# Update Study, 1986).
UNRESOLVED, RESOLVED_SLOWLY = 0.81, 0.46
# An open complaint may still end well. A graver one is less likely to be forgiven, but one in time
# stays below one that is late.
OPEN_IN_TIME = {"minor": 0.40, "moderate": 0.46, "major": 0.58, "critical": 0.70}
GRAVE = ("major", "critical")
# A complaint that is not grave is only then a reason to fear.
PATIENCE = dt.timedelta(days=2)
# So long a late solution is remembered.
AFTERMATH = dt.timedelta(days=30)
# An answer older than this says nothing about now.
FRESH = dt.timedelta(days=180)
VERY_LOW = 25  # of 100: the second lowest of five points

FROM_DEALINGS = """
    SELECT customer_id, 'silent'::text AS kind, silent AS strength,
        jsonb_build_object('days_since', %(as_of)s::date - last_purchase,
            'usual_gap', nullif(usual_gap, 0)) AS evidence
    FROM lifecycle_scored WHERE {in_shard} AND silent > 0
    UNION ALL
    SELECT customer_id, 'volume_down', volume_down,
        jsonb_build_object('kind', volume_kind::text, 'change', volume_change,
            'level_before', volume_before, 'level_now', volume_now,
            'season_adjusted', %(season_adjusted)s::boolean)
    FROM lifecycle_scored WHERE {in_shard} AND volume_down > 0
"""

# Complaints that may have been open, or just solved, at the moment. Each half has a partial index
# of its own: what was open then is open now or has ended since.
CANDIDATES = """
    SELECT id, customer_id, severity, received_at FROM complaints_case
    WHERE state IN ({open}) AND kind = 'complaint' AND {in_shard} AND received_at <= %(until)s
    UNION ALL
    SELECT id, customer_id, severity, received_at FROM complaints_case
    WHERE ended_at > %(solved_since)s AND kind = 'complaint' AND {in_shard}
        AND received_at <= %(until)s
"""
# How each stood at the moment, and for how many hours the worst of its clocks had run out by then.
# Of a solved one only the clock of the resolution counts: the solution makes up for a late word.
STOOD = """
    SELECT c.customer_id, c.received_at, was.open AS is_open, late.hours,
        coalesce(assessed.severity, c.severity) AS severity
    FROM candidates c
    CROSS JOIN LATERAL (
        SELECT after IN ({open}) AS open, after IN ({solved}) AS solved
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
"""
# A customer has one signal of them: late ones that are open come before others that are open, and
# these before what is solved.
RANKED = """
    SELECT customer_id, received_at, hours,
        array_position(%(severities)s::text[], severity::text) AS severity,
        CASE WHEN is_open AND hours IS NOT NULL THEN 1
            WHEN is_open AND (received_at <= %(patient_since)s OR severity = ANY(%(grave)s)) THEN 2
            WHEN NOT is_open AND hours IS NOT NULL THEN 3 END AS rank
    FROM stood
"""
FROM_COMPLAINTS = """
    SELECT customer_id,
        CASE rank WHEN 2 THEN 'complaint_open' ELSE 'complaint_late' END,
        CASE rank WHEN 1 THEN %(unresolved)s::float8
            WHEN 2 THEN (%(open_in_time)s::float8[])[severity]
            ELSE %(resolved_slowly)s::float8 END,
        CASE rank WHEN 2 THEN jsonb_build_object('cases', cases,
                'days', floor(extract(epoch FROM %(until)s - oldest) / 86400)::int,
                'severity', (%(severities)s::text[])[severity])
            ELSE jsonb_build_object('cases', cases, 'hours', ceil(hours)::int,
                'solved', rank = 3) END
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, rank, count(*) AS cases,
            min(received_at) AS oldest, max(severity) AS severity, max(hours) AS hours
        FROM ranked WHERE rank IS NOT NULL GROUP BY customer_id, rank ORDER BY customer_id, rank
    ) of_customer
"""
# Words weigh least: a detractor's 6 is 0.27 and a 0 is 0.67, as is the worst answer to a question.
FROM_ANSWERS = """
    SELECT r.customer_id, 'low_score',
        greatest(CASE WHEN r.recommend <= %(detractor)s THEN (10 - r.recommend) / 15.0 END,
            CASE WHEN r.lowest <= %(very_low)s THEN (50 - r.lowest) / 75.0 END)::float8,
        jsonb_build_object('on', (r.finished_at AT TIME ZONE %(zone)s)::date,
            'recommend', r.recommend, 'index', round(r.index::numeric), 'lowest', r.lowest)
    FROM (
        SELECT DISTINCT ON (customer_id) * FROM satisfaction_response
        WHERE {in_shard} AND finished_at <= %(until)s AND finished_at > %(fresh_since)s
        ORDER BY customer_id, finished_at DESC, id DESC) r
    WHERE r.recommend <= %(detractor)s OR r.lowest <= %(very_low)s
"""
SIGNALS_NOW = f"""
    CREATE TEMP TABLE signals_now ON COMMIT DROP AS
    WITH candidates AS MATERIALIZED ({CANDIDATES}), stood AS ({STOOD}), ranked AS ({RANKED})
    {FROM_DEALINGS} UNION ALL {FROM_COMPLAINTS} UNION ALL {FROM_ANSWERS}
"""


def gather(cursor, run: NightlyRun, shard: Shard) -> None:
    """Make the temporary table `signals_now`: the shard's signals of the run's date."""
    query = SIGNALS_NOW.format(in_shard=IN_SHARD, open=_literals(OPEN), solved=_literals(SOLVED))
    cursor.execute(query, {**shard.ids, **parameters(run)})
    cursor.execute("ANALYZE signals_now")


def _literals(states: Iterable[str]) -> str:
    """Written out, since a partial index is found only for constants."""
    return ", ".join(f"'{state}'" for state in map(str, states))


def parameters(run: NightlyRun) -> dict:
    """What the query needs to know of the run, and the marks."""
    zone = Installation.get().zone
    midnight = dt.datetime.combine(run.as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    until = midnight.astimezone(dt.UTC)
    return {
        "as_of": run.as_of,
        "season_adjusted": run.models_used["season"] is not None,
        "until": until,
        "zone": zone.key,
        "patient_since": until - PATIENCE,
        "solved_since": until - AFTERMATH,
        "fresh_since": until - FRESH,
        "severities": list(OPEN_IN_TIME),
        "open_in_time": list(OPEN_IN_TIME.values()),
        "grave": list(GRAVE),
        "unresolved": UNRESOLVED,
        "resolved_slowly": RESOLVED_SLOWLY,
        "detractor": DETRACTOR,
        "very_low": VERY_LOW,
    }
