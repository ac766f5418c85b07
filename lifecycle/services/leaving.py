"""The night's part in leaving customers: who was lost, who came back, what came of rescues.

Done again for the same date it gives the same rows: what it closed on this date or later is opened
again first, and what it found is found anew. What people wrote stays.
"""

import datetime as dt

from django.db import connection

from lifecycle.analytics.winback import DAYS_A_MONTH, FIRST, Chances, chances, silences
from lifecycle.models import NightlyRun, Rescue, UnworkedCell
from lifecycle.services import summaries
from lifecycle.services.business_days import end_of
from lifecycle.services.loss_values import VALUE_MANY
from lifecycle.services.tiering import month_end_before

# Excess risk (risk now less risk just after a purchase) up to which a risk is back to normal.
NORMAL = 0.10
# A purchase within so many days after its begin makes an attempt to win back a success.
WIN_BACK_DAYS = 365
# Rescues of so many months are held against customers on whom nobody worked.
MONTHS = 13

LOSSES = (
    # Back to how things stood before this date, and before a purchase that was undone since,
    """
    DELETE FROM lifecycle_loss l WHERE "on" >= %(as_of)s AND mark_id IS NULL AND NOT is_reviewed
        AND NOT EXISTS (SELECT FROM lifecycle_winback w WHERE w.loss_id = l.id)
        AND NOT EXISTS (SELECT FROM lifecycle_stagechange c
            WHERE c.customer_id = l.customer_id AND c."on" = l."on" AND c.after = 'ended')
    """,
    """
    UPDATE lifecycle_loss l SET closed_on = NULL, closed_as = ''
    WHERE closed_as IN ('returned', 'void')
        AND (closed_on >= %(as_of)s OR closed_as = 'returned' AND NOT EXISTS (
            SELECT FROM customers_dealingday d WHERE d.customer_id = l.customer_id
                AND d.day = l.closed_on AND d.gross > 0))
        AND NOT EXISTS (SELECT FROM lifecycle_lostmark m
            WHERE m.id = l.mark_id AND m.taken_back_by_id IS NOT NULL)
        AND NOT EXISTS (SELECT FROM lifecycle_loss o
            WHERE o.customer_id = l.customer_id AND o.closed_on IS NULL)
        AND id = (SELECT max(id) FROM lifecycle_loss n WHERE n.customer_id = l.customer_id)
    """,
    """
    UPDATE lifecycle_lostmark m SET taken_back_at = NULL
    WHERE taken_back_at IS NOT NULL AND taken_back_by_id IS NULL
        AND EXISTS (SELECT FROM lifecycle_loss l WHERE l.mark_id = m.id AND l.closed_on IS NULL)
        AND NOT EXISTS (SELECT FROM lifecycle_lostmark o
            WHERE o.customer_id = m.customer_id AND o.taken_back_at IS NULL)
    """,
    # then who bought again has come back (whom a person marked, since the day it was marked for),
    """
    UPDATE lifecycle_loss l SET closed_on = f.day, closed_as = 'returned'
    FROM (
        SELECT o.id, (
            SELECT min(d.day) FROM customers_dealingday d
            WHERE d.customer_id = o.customer_id AND d.gross > 0 AND d.day <= %(as_of)s
                AND d.day > o.since) AS day
        FROM (
            SELECT l.id, l.customer_id,
                greatest(coalesce(m."on", l.last_purchase, l."on"), l.last_purchase) AS since
            FROM lifecycle_loss l LEFT JOIN lifecycle_lostmark m ON m.id = l.mark_id
            WHERE l.closed_on IS NULL AND l.kind = 'total') o
        JOIN customers_dealingsummary s ON s.customer_id = o.customer_id
        WHERE s.last_purchase > o.since
    ) f
    WHERE f.id = l.id AND f.day IS NOT NULL
    """,
    # (as of the night, so that those that follow know it, whenever they are computed)
    """
    UPDATE lifecycle_lostmark m SET taken_back_at = %(until)s
    WHERE taken_back_at IS NULL AND EXISTS (
        SELECT FROM lifecycle_loss l WHERE l.mark_id = m.id AND l.closed_as = 'returned')
    """,
    # who is in another stage without having bought was not lost,
    """
    UPDATE lifecycle_loss l SET closed_on = greatest(l."on", %(as_of)s), closed_as = 'void'
    FROM customers_standing s
    WHERE s.customer_id = l.customer_id AND s.stage <> 'ended'
        AND l.closed_on IS NULL AND l.kind = 'total' AND l.mark_id IS NULL
    """,
    # and who was lost in part has gone altogether where it ended.
    """
    UPDATE lifecycle_loss l SET kind = 'total', is_reviewed = false
    FROM customers_standing s
    WHERE s.customer_id = l.customer_id AND s.stage = 'ended'
        AND l.closed_on IS NULL AND l.kind = 'partial'
    """,
)
# One loss for each time that the stage ended, unless it bought since: then a stage is only held.
FIND = """
    INSERT INTO lifecycle_loss (customer_id, "on", kind, by_us, was_gone, last_purchase,
        value_lost, expected, is_reviewed, closed_as)
    SELECT s.customer_id, c."on", 'total', false, c.before = '', NULL, 0, 0, false, ''
    FROM customers_standing s
    JOIN customers_dealingsummary d ON d.customer_id = s.customer_id
    CROSS JOIN LATERAL (
        SELECT "on", before FROM lifecycle_stagechange
        WHERE customer_id = s.customer_id AND "on" <= %(as_of)s ORDER BY "on" DESC LIMIT 1) c
    WHERE s.stage = 'ended' AND d.last_purchase <= c."on" AND NOT EXISTS (
        SELECT FROM lifecycle_loss l WHERE l.customer_id = s.customer_id
            AND (l.closed_on IS NULL OR l."on" >= c."on"))
    ORDER BY s.customer_id
"""
# Those of this date, also where they were found before and stayed.
NEW = """
    SELECT id FROM lifecycle_loss
    WHERE closed_on IS NULL AND mark_id IS NULL AND ("on" >= %(as_of)s OR last_purchase IS NULL)
"""
# Where no chance is known, those who were worth most come first.
RANK = f"""
    UPDATE lifecycle_loss l SET chance = f.chance, expected = f.expected
    FROM (
        SELECT id, chance, (value_lost * coalesce(chance, 1)::numeric)::numeric(30, 2) AS expected
        FROM (
            SELECT id, value_lost, (%(chances)s::float8[])[least(
                greatest(floor((%(as_of)s - last_purchase) / {DAYS_A_MONTH})::int - {FIRST}, 0) + 1,
                %(known)s)] AS chance
            FROM lifecycle_loss WHERE closed_on IS NULL) o
    ) f
    WHERE f.id = l.id AND (l.chance, l.expected) IS DISTINCT FROM (f.chance, f.expected)
"""  # noqa: S608 -- no value in it
RESCUES = (
    """
    UPDATE lifecycle_rescue r SET bought_on = f.day
    FROM (
        SELECT r.id, (
            SELECT min(d.day) FROM customers_dealingday d
            WHERE d.customer_id = r.customer_id AND d.gross > 0
                AND d.day > r.opened_on AND d.day <= %(as_of)s) AS day
        FROM lifecycle_rescue r WHERE r.opened_on > %(as_of)s::date - 2 * r.horizon_days - 365) f
    WHERE f.id = r.id AND f.day IS DISTINCT FROM r.bought_on
    """,
    # Whom only a purchase saved that was undone since, is worked on again.
    """
    UPDATE lifecycle_rescue r SET state = 'open', closed_on = NULL
    WHERE closed_by_id IS NULL AND (closed_on >= %(as_of)s AND state IN ('saved', 'lost')
            OR state = 'saved' AND bought_on IS NULL)
        AND NOT EXISTS (SELECT FROM lifecycle_rescue o
            WHERE o.customer_id = r.customer_id AND o.state = 'open')
        AND id = (SELECT max(id) FROM lifecycle_rescue n WHERE n.customer_id = r.customer_id)
    """,
    """
    UPDATE lifecycle_rescue r SET state = 'saved', closed_on = %(as_of)s
    FROM lifecycle_valuation v
    WHERE v.customer_id = r.customer_id AND r.state = 'open'
        AND r.bought_on <= r.opened_on + r.horizon_days
        AND v.risk - v.risk_after_purchase <= %(normal)s
    """,
    """
    UPDATE lifecycle_rescue r SET state = 'lost', closed_on = %(as_of)s
    FROM customers_standing s
    WHERE s.customer_id = r.customer_id AND r.state = 'open' AND r.opened_on <= %(as_of)s
        AND (s.stage = 'ended'
            OR greatest(r.opened_on, s.last_purchase) + r.horizon_days < %(as_of)s)
    """,
)
WIN_BACKS = (
    """
    UPDATE lifecycle_winback w SET state = 'open', settled_on = NULL
    WHERE (settled_on >= %(as_of)s OR state = 'won' AND EXISTS (
            SELECT FROM lifecycle_loss l WHERE l.id = w.loss_id AND l.closed_on IS NULL))
        AND NOT EXISTS (SELECT FROM lifecycle_winback o
            WHERE o.loss_id = w.loss_id AND o.state = 'open')
        AND id = (SELECT max(id) FROM lifecycle_winback n WHERE n.loss_id = w.loss_id)
    """,
    # What was bought before somebody asked was not won by asking.
    """
    DELETE FROM lifecycle_winback w USING lifecycle_loss l
    WHERE l.id = w.loss_id AND w.state = 'open'
        AND (l.closed_as IN ('void', 'merged')
            OR (l.closed_as = 'returned' AND l.closed_on < w."on"))
    """,
    """
    UPDATE lifecycle_winback w SET state = 'won', settled_on = l.closed_on
    FROM lifecycle_loss l
    WHERE l.id = w.loss_id AND w.state = 'open' AND l.closed_as = 'returned'
        AND l.closed_on <= w."on" + %(win_back_days)s
    """,
    """
    UPDATE lifecycle_winback w SET state = 'failed', settled_on = "on" + %(win_back_days)s
    WHERE w.state = 'open' AND w."on" + %(win_back_days)s <= %(as_of)s
    """,
)
UNWORKED = """
    INSERT INTO lifecycle_unworkedcell (month, horizon_days, tier, risk_band, customers, bought)
    SELECT m.month, %(horizon)s, m.tier, least(9, floor(m.risk * 10))::int, count(*),
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM customers_dealingday d
            WHERE d.customer_id = m.customer_id AND d.gross > 0
                AND d.day > m.month AND d.day <= m.month + %(horizon)s))
    FROM lifecycle_standingmonth m
    WHERE m.month = %(month)s AND m.value_at_risk > 0 AND NOT EXISTS (
        SELECT FROM lifecycle_rescue r
        WHERE r.customer_id = m.customer_id AND r.opened_on <= m.month + %(horizon)s
            AND coalesce(r.closed_on, r.opened_on + r.horizon_days) > m.month)
    GROUP BY m.month, m.tier, least(9, floor(m.risk * 10))::int
    ORDER BY m.tier, 4
"""


def settle(run: NightlyRun) -> int:
    """Find losses and returns, rank who to win back, settle rescues; returns the rows changed."""
    horizon = int(run.models_used["horizon_days"])
    values = {"as_of": run.as_of, "normal": NORMAL, "win_back_days": WIN_BACK_DAYS}
    values["until"] = end_of(run.as_of)
    known = chances_of_month(run.as_of)
    run.models_used["win_back"] = {"chance": known.chance, "reached": known.reached}
    run.save(update_fields=["models_used"])
    rows = 0
    with connection.cursor() as cursor:
        for statement in LOSSES:
            cursor.execute(statement, values)
            rows += cursor.rowcount
        cursor.execute(FIND, values)
        cursor.execute(NEW, values)
        found = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(VALUE_MANY, {"losses": found, "as_of": run.as_of})
        cursor.execute(RANK, _ranks(run.as_of, known))
        rows += len(found) + cursor.rowcount
        for statement in (*RESCUES, *WIN_BACKS):
            cursor.execute(statement, values)
            rows += cursor.rowcount
    return rows + _compare(run.as_of, horizon)


def chances_of_month(as_of: dt.date) -> Chances:
    """Those of the month's first night: else each night would rank all lost customers anew."""
    runs = NightlyRun.objects.done().filter(as_of__gte=as_of.replace(day=1), as_of__lt=as_of)
    first = runs.order_by("as_of").values_list("models_used__win_back", flat=True).first()
    return Chances(**first) if first else chances_now(as_of)


def chances_now(as_of: dt.date) -> Chances:
    """The chances of return, from the silences of a year and more in the fixed sample."""
    days = summaries.sampled_days(as_of)
    bought = days["gross"] > 0
    return chances(*silences(days["customer"][bought], days["day"][bought], as_of.toordinal()))


def _ranks(as_of: dt.date, known: Chances) -> dict:
    """Rounded, so that most rows stay as they are from one night to the next."""
    shares = [round(float(chance), 3) for chance in known.chance]
    return {"as_of": as_of, "chances": shares or [None], "known": max(1, len(shares))}


def _compare(as_of: dt.date, horizon: int) -> int:
    """Month by month, once H has passed: those at risk on whom nobody worked.

    Only months after which somebody was worked on need them.
    """
    day = dt.timedelta(days=horizon)
    UnworkedCell.objects.filter(month__gte=as_of - day).delete()
    month, rows = month_end_before(as_of - day + dt.timedelta(days=1)), 0
    for _back in range(MONTHS):
        rows += _compare_month(month, horizon)
        month = month_end_before(month)
    return rows


def _compare_month(month: dt.date, horizon: int) -> int:
    following = month + dt.timedelta(days=31)
    opened = Rescue.objects.filter(opened_on__gt=month, opened_on__lte=following)
    if UnworkedCell.objects.filter(month=month).exists() or not opened.exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(UNWORKED, {"month": month, "horizon": horizon})
        return cursor.rowcount
