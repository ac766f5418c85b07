"""Whether its peers fall too: a mark that it is not only us, and no reason by itself."""

import datetime as dt
import json

from lifecycle.models import NightlyRun

FALL = 0.10
MOST = 0.50

# Those whose own volume fell and, without it, that of its industry or else of its region. Amounts
# of groups are without season, so the customer's are made so as well.
PEERS_FALL = f"""
    WITH groups AS (
        SELECT 'industry' AS which, industry AS name, customers, now, level
        FROM jsonb_to_recordset(%(industries)s::jsonb)
            AS g (industry text, customers int, now float8, level float8)
        UNION ALL
        SELECT 'region', region, customers, now, level FROM jsonb_to_recordset(%(regions)s::jsonb)
            AS g (region text, customers int, now float8, level float8)
    ), fallen AS (
        SELECT s.customer_id, g.which, g.name, g.customers - 1 AS peers,
            (g.now - s.volume_now / %(season_now)s) / (g.level - s.volume_before / %(season_now)s)
                - 1 AS change
        FROM lifecycle_scored s
        JOIN customers_customer c ON c.id = s.customer_id
        JOIN groups g ON g.which = 'industry' AND g.name = c.industry
            OR g.which = 'region' AND g.name = c.region
        WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
            AND s.volume_before > 0 AND s.volume_now <= {1 - FALL} * s.volume_before
            AND g.level > s.volume_before / %(season_now)s)
    SELECT DISTINCT ON (customer_id) customer_id, 'peers_fall',
        round(least({MOST}, -change)::numeric, 9)::float8,
        jsonb_build_object('of', which, 'name', name, 'peers', peers,
            'change', round(change::numeric, 4))
    FROM fallen WHERE change <= -{FALL} ORDER BY customer_id, which
"""  # noqa: S608 -- constants of ours

QUERIES = (PEERS_FALL,)


def marks(run: NightlyRun, _until: dt.datetime) -> dict:
    used = run.models_used
    return {
        "industries": json.dumps(used["industries"]),
        "regions": json.dumps(used.get("regions", [])),
        "season_now": used["season"][-1] if used["season"] else 1.0,
    }
