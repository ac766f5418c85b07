"""The track record of risk and signals: what was flagged, and what then happened.

Month-ends are settled once, when their horizon has passed; each week the flags of the last two
years are added up. All of it is read back from what nights froze: figures of month-ends and the
signals' first days.

Who is compared: customers that had bought and were in no ended stage at the month's end. One that
bought nothing within the horizon H after the flag has left. An episode of a signal counts from
its first day, and not at all within H of the customer's former one of the kind: both would tell of
the same absence.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from itertools import groupby

from django.db import connection

from crm.platform.models import Installation
from customers.models.standing import SignalKind
from customers.querysets.standing import RISK_BANDS
from lifecycle.analytics import track_record
from lifecycle.models import MissedLeaver, NightlyRun, TrackMonth, TrackRecord
from lifecycle.models.track_record import FlagKind

WINDOW = dt.timedelta(days=730)
EACH = dt.timedelta(days=7)
# A setting that changes H by more than this part makes the outcomes of former month-ends others.
DRIFT = 0.2
MONTHS_A_YEAR = 12
DIGITS = 6
BANDS = {"high": FlagKind.HIGH, "raised": FlagKind.RAISED, "low": FlagKind.LOW}
LOW_RISK = RISK_BANDS["low"][1]

# Month-ends with figures whose horizon has passed, oldest first; one look into the index for each.
MONTH_ENDS = """
    SELECT month::date FROM (
        SELECT generate_series(date_trunc('month', %(since)s::date), %(until)s::date + 1,
                               interval '1 month')::date - 1 AS month) ends
    WHERE month <= %(until)s AND month > %(since)s
        AND EXISTS (SELECT FROM lifecycle_standingmonth s WHERE s.month = ends.month)
    ORDER BY month
"""
STOOD = """
    CREATE TEMP TABLE track_stood ON COMMIT DROP AS
    SELECT s.customer_id, s.tier, s.risk, s.revenue_12m,
        coalesce(g.kinds, '{{}}') AS kinds, b.customer_id IS NULL AS is_lost,
        {low} AND g.kinds IS NULL AS is_green
    FROM lifecycle_standingmonth s
    JOIN customers_dealingsummary d
        ON d.customer_id = s.customer_id AND d.first_purchase <= %(month)s
    LEFT JOIN (
        SELECT DISTINCT customer_id FROM customers_dealingday
        WHERE day > %(month)s AND day <= %(month)s::date + %(horizon)s AND gross > 0
    ) b ON b.customer_id = s.customer_id
    LEFT JOIN (
        SELECT customer_id, array_agg(DISTINCT kind::text) AS kinds FROM lifecycle_signal
        WHERE first_seen <= %(month)s AND (ended_on IS NULL OR ended_on > %(month)s)
            AND (dismissed_at IS NULL OR (dismissed_at AT TIME ZONE %(zone)s)::date > %(month)s)
        GROUP BY customer_id
    ) g ON g.customer_id = s.customer_id
    WHERE s.month = %(month)s AND s.stage <> 'ended'
"""
COUNT_MONTH = """
    INSERT INTO lifecycle_trackmonth (month, kind, tier, horizon_days, customers, lost)
    SELECT %(month)s, kind, tier, %(horizon)s, count(*), count(*) FILTER (WHERE is_lost)
    FROM track_stood CROSS JOIN LATERAL unnest(
        ARRAY['everybody', {band}] || CASE WHEN is_green THEN ARRAY['green'] END || kinds) AS kind
    GROUP BY kind, tier ORDER BY kind, tier
"""
NOTE_MISSED = """
    INSERT INTO lifecycle_missedleaver (month, customer_id, tier, risk, revenue_12m)
    SELECT %(month)s, customer_id, tier, risk, revenue_12m FROM track_stood
    WHERE is_green AND is_lost ORDER BY customer_id
"""

# The first days of episodes; of those that follow soon after one another only the first. What the
# first night that looked for a kind has found is older than that night, nobody knows by how much.
FLAGS = """
    SELECT customer_id, kind, first_seen, dismissed_at IS NOT NULL AS is_dismissed,
        (date_trunc('month', first_seen + 1) - interval '1 day')::date AS month_before,
        (date_trunc('month', first_seen) + interval '1 month - 1 day')::date AS month_after
    FROM (
        SELECT *, lag(first_seen) OVER (
            PARTITION BY customer_id, kind ORDER BY first_seen, id) AS former
        FROM lifecycle_signal
        WHERE first_seen > %(since)s::date - %(horizon)s AND first_seen <= %(as_of)s
    ) episodes
    JOIN (SELECT kind, min(first_seen) AS begun FROM lifecycle_signal GROUP BY kind) first
        USING (kind)
    WHERE first_seen > begun AND first_seen > %(since)s
        AND (former IS NULL OR former < first_seen - %(horizon)s)
"""
# Compared with its tier at the month's end before; the first nights know only the one after.
OF_SIGNALS = f"""
    WITH flags AS MATERIALIZED ({FLAGS}),
    placed AS (
        SELECT f.*, coalesce(b.tier, a.tier) AS tier, coalesce(b.stage, a.stage) AS stage,
            CASE WHEN b.tier IS NULL THEN month_after ELSE month_before END AS month
        FROM flags f
        LEFT JOIN lifecycle_standingmonth b
            ON b.month = f.month_before AND b.customer_id = f.customer_id
        LEFT JOIN lifecycle_standingmonth a
            ON a.month = f.month_after AND a.customer_id = f.customer_id AND b.tier IS NULL
        WHERE f.first_seen <= %(until)s),
    known AS (
        SELECT p.kind, p.is_dismissed, base.lost::numeric / base.customers AS rate,
            p.first_seen - last.day AS silent,
            NOT EXISTS (
                SELECT FROM customers_dealingday d WHERE d.customer_id = p.customer_id
                    AND d.day > p.first_seen AND d.day <= p.first_seen + %(horizon)s
                    AND d.gross > 0) AS is_lost
        FROM placed p
        JOIN lifecycle_trackmonth base
            ON base.month = p.month AND base.tier = p.tier AND base.kind = 'everybody'
        CROSS JOIN LATERAL (
            SELECT max(day) AS day FROM customers_dealingday d
            WHERE d.customer_id = p.customer_id AND d.day <= p.first_seen AND d.gross > 0) last
        WHERE p.stage <> 'ended' AND last.day IS NOT NULL)
    SELECT kind, count(*), count(*) FILTER (WHERE is_lost), round(sum(rate), {DIGITS})::float8,
        count(*) FILTER (WHERE is_dismissed), count(*) FILTER (WHERE is_dismissed AND is_lost),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY %(horizon)s - silent) FILTER (WHERE is_lost)
    FROM known GROUP BY kind ORDER BY kind
"""  # noqa: S608 -- no value in it
WAITING = f"""
    SELECT kind, count(*) FROM ({FLAGS}) flags WHERE first_seen > %(until)s GROUP BY kind
"""  # noqa: S608 -- no value in it


@dataclass
class Sums:
    """What is added up for one kind of flag, as `TrackRecord` has it."""

    flagged: int = 0
    lost: int = 0
    expected: float = 0.0
    waiting: int = 0
    dismissed: int = 0
    dismissed_lost: int = 0
    leavers: int = 0
    leavers_flagged: int = 0
    lead_days: int | None = None
    customer_years: float = 0.0

    @property
    def tally(self) -> track_record.Tally:
        return track_record.Tally(self.flagged, self.lost, self.expected)


def keep(run: NightlyRun) -> int:
    """The night's step: settle month-ends whose horizon has passed, and once a week add up.

    Repeatable: what this night and later ones wrote is written anew. Returns the rows.
    """
    horizon = int(run.models_used["horizon_days"])
    TrackRecord.objects.filter(as_of__gte=run.as_of).delete()
    _forget_months(run, horizon)
    rows = sum(_settle(month, horizon) for month in _due_months(run.as_of, horizon))
    recent = TrackRecord.objects.filter(as_of__gt=run.as_of - EACH)
    return rows if recent.exists() else rows + _add_up(run.as_of, horizon)


def _forget_months(run: NightlyRun, horizon: int) -> None:
    """Month-ends that this night can't know, that a rebuild sums anew, or of another horizon."""
    stale = [
        month
        for month, days in set(TrackMonth.objects.values_list("month", "horizon_days"))
        if run.rebuild
        or month + dt.timedelta(days=days) > run.as_of
        or abs(days - horizon) > DRIFT * horizon
    ]
    for model in (TrackMonth, MissedLeaver):
        model.objects.filter(month__in=stale).delete()


def _due_months(as_of: dt.date, horizon: int) -> list[dt.date]:
    until = as_of - dt.timedelta(days=horizon)
    settled = set(TrackMonth.objects.values_list("month", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(MONTH_ENDS, {"since": until - WINDOW, "until": until})
        return [month for (month,) in cursor.fetchall() if month not in settled]


def _settle(month: dt.date, horizon: int) -> int:
    """Count what became of the customers of a month's end; returns the rows."""
    zone = Installation.get().zone.key
    values = {"month": month, "horizon": horizon, "zone": zone}
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(STOOD.format(low=f"s.risk < {LOW_RISK}"), values)
        for query in (COUNT_MONTH.format(band=_band()), NOTE_MISSED):
            cursor.execute(query, values)
            rows += cursor.rowcount
        cursor.execute("DROP TABLE track_stood")
    return rows


def _band() -> str:
    """The band of a customer's risk as SQL."""
    bounds = sorted(((RISK_BANDS[name][0], kind) for name, kind in BANDS.items()), reverse=True)
    cases = " ".join(f"WHEN risk >= {low} THEN '{kind}'" for low, kind in bounds)
    return f"CASE {cases} END"


def _add_up(as_of: dt.date, horizon: int) -> int:
    """The record of each signal and band as of the date."""
    months = _months(as_of - dt.timedelta(days=horizon) - WINDOW)
    found = _of_bands(months, horizon) | _of_signals(as_of, horizon, months)
    average = track_record.average_lift(
        found[kind].tally for kind in SignalKind.values if kind in found
    )
    made = []
    for kind in (*SignalKind.values, *BANDS.values(), FlagKind.GREEN):
        sums = found.get(kind, Sums())
        weight = 1.0
        if kind in SignalKind.values:
            weight = round(track_record.weight(sums.tally, average), DIGITS)
        made.append(
            TrackRecord(as_of=as_of, kind=kind, horizon_days=horizon, weight=weight, **asdict(sums))
        )
    return len(TrackRecord.objects.bulk_create(made))


# Settled month-ends: month -> kind -> tier -> (customers, lost).
Months = dict[dt.date, dict[str, dict[str, tuple[int, int]]]]


def _months(since: dt.date) -> Months:
    rows = TrackMonth.objects.filter(month__gt=since).order_by("month", "kind", "tier")
    rows = rows.values_list("month", "kind", "tier", "customers", "lost")
    return {
        month: {
            kind: {tier: (customers, lost) for *_key, tier, customers, lost in of_kind}
            for kind, of_kind in groupby(of_month, key=lambda row: row[1])
        }
        for month, of_month in groupby(rows, key=lambda row: row[0])
    }


def _apart(months: Months, horizon: int) -> list[dt.date]:
    """The newest month-end and those before it that lie a horizon apart: no absence counts twice,
    which would make intervals too narrow.
    """
    found: list[dt.date] = []
    for month in sorted(months, reverse=True):
        if not found or (found[-1] - month).days >= horizon:
            found.append(month)
    return found


def _of_bands(months: Months, horizon: int) -> dict[str, Sums]:
    """Bands of risk, and who had no warning, at month-ends a horizon apart."""
    chosen = _apart(months, horizon)
    found = {}
    for kind in (*BANDS.values(), FlagKind.GREEN):
        sums = Sums()
        for month in chosen:
            everybody, flagged = months[month][FlagKind.EVERYBODY], months[month].get(kind, {})
            for tier, (customers, lost) in flagged.items():
                all_of_tier, all_lost = everybody[tier]
                sums.flagged += customers
                sums.lost += lost
                sums.expected += customers * all_lost / all_of_tier
        sums.expected = round(sums.expected, DIGITS)
        sums.leavers, sums.leavers_flagged = _caught(months, chosen, kind)
        found[kind] = sums
    return found


def _of_signals(as_of: dt.date, horizon: int, months: Months) -> dict[str, Sums]:
    """Signals from their first days on."""
    until = as_of - dt.timedelta(days=horizon)
    values = {"as_of": as_of, "until": until, "since": until - WINDOW, "horizon": horizon}
    found: dict[str, Sums] = {}
    with connection.cursor() as cursor:
        cursor.execute(OF_SIGNALS, values)
        for kind, flagged, lost, expected, dismissed, dismissed_lost, lead in cursor.fetchall():
            found[kind] = Sums(
                flagged=flagged,
                lost=lost,
                expected=expected,
                dismissed=dismissed,
                dismissed_lost=dismissed_lost,
                lead_days=lead,
            )
        cursor.execute(WAITING, values)
        for kind, waiting in cursor.fetchall():
            found.setdefault(kind, Sums()).waiting = waiting
    chosen = _apart(months, horizon)
    for kind, sums in found.items():
        sums.leavers, sums.leavers_flagged = _caught(months, chosen, kind)
        sums.customer_years = _customer_years(months)
    return found


def _caught(months: Months, chosen: list[dt.date], kind: str) -> tuple[int, int]:
    """All that left after the month-ends, and those of them that had the flag then."""

    def lost(month, kind):
        return sum(lost for _customers, lost in months[month].get(kind, {}).values())

    return (
        sum(lost(month, FlagKind.EVERYBODY) for month in chosen),
        sum(lost(month, kind) for month in chosen),
    )


def _customer_years(months: Months) -> float:
    """Customers under watch times years: a month for each customer at a month's end."""
    counts = (
        customers
        for of_kinds in months.values()
        for customers, _lost in of_kinds[FlagKind.EVERYBODY].values()
    )
    return round(sum(counts) / MONTHS_A_YEAR, DIGITS)
