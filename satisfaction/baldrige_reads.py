"""What the system itself knows of each item of satisfaction management, counted as it is now."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, F, OuterRef

from crm.platform.models import Installation
from satisfaction.models import QuestionFigure, SelfAssessment, Wave, WaveFigure

YEAR = dt.timedelta(days=365)
QUARTER = dt.timedelta(days=90)
MOST_QUESTIONS = 20  # of a survey, about other suppliers

# Each counts by an index, or a table of a few rows.
COUNTS = """
    SELECT
        (SELECT coalesce(json_object_agg(source, number), '{}') FROM (
            SELECT source, count(*) AS number FROM satisfaction_feedback
            WHERE said_on > %(year)s GROUP BY source) f) AS feedback,
        (SELECT count(*) FROM customers_carerule WHERE is_active) AS rules,
        (SELECT count(*) FROM customers_caredue WHERE state = 'owed' AND due_on < %(today)s)
            AS care_late,
        (SELECT count(*) FROM customers_accountplan WHERE is_current) AS plans,
        t.touchpoints, t.with_standard, t.with_owner, p.kept, p.broken,
        (SELECT count(*) FROM customers_promise
            WHERE state = 'open' AND removed_at IS NULL AND due_on < %(today)s) AS promises_late,
        c.met, c.in_time, i.actions_open, i.actions_late, i.actions_done, l.loops, l.loops_in_time,
        w.waves, w.sent, w.responses,
        (SELECT count(*) FROM satisfaction_collectionplan WHERE in_charge_id IS NOT NULL)
            AS sources
    FROM
        (SELECT count(*) AS touchpoints, count(*) FILTER (WHERE standard <> '') AS with_standard,
            count(owner_id) AS with_owner FROM customers_touchpoint WHERE is_active) t,
        (SELECT count(*) FILTER (WHERE state = 'kept') AS kept,
            count(*) FILTER (WHERE state = 'broken') AS broken FROM customers_promise
            WHERE settled_on > %(year)s AND state IN ('kept', 'broken') AND removed_at IS NULL) p,
        (SELECT count(*) AS met, count(*) FILTER (WHERE k.breached_at IS NULL) AS in_time
            FROM complaints_clock k JOIN complaints_case e ON e.id = k.case_id
            WHERE k.kind = 'resolution' AND k.state = 'met' AND k.stopped_at >= %(quarter)s
                AND e.kind = 'complaint') c,
        (SELECT count(*) FILTER (WHERE state = 'open') AS actions_open,
            count(*) FILTER (WHERE state = 'open' AND due_on < %(today)s) AS actions_late,
            count(*) FILTER (WHERE state = 'done' AND closed_at >= %(year)s) AS actions_done
            FROM satisfaction_improvementaction) i,
        (SELECT coalesce(sum(number), 0)::int AS loops,
            coalesce(sum(number) FILTER (WHERE in_time), 0)::int AS loops_in_time
            FROM satisfaction_loopcount WHERE opened_on >= %(year)s AND due_on < %(today)s) l,
        (SELECT count(*) AS waves, coalesce(sum(g.sent), 0) AS sent,
            coalesce(sum(g.responses), 0) AS responses
            FROM satisfaction_wave v LEFT JOIN satisfaction_wavefigure g
                ON g.wave_id = v.id AND g."group" = 'all'
            WHERE v.state <> 'planned' AND v.opens_on > %(year)s) w
"""


def counts(today: dt.date) -> dict:
    """One row of counts: of a year, of a quarter for complaints, the rest as it stands."""
    zone = Installation.cached().zone

    def beginning(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time.min, tzinfo=zone)

    values = {
        "today": today,
        "year": today - YEAR,
        "quarter": beginning(today - QUARTER),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, values)
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def newest_waves(user) -> list[Wave]:
    """The last closed survey of customers that somebody answered, and the one of the same
    questionnaire before it: of another one they can't be compared."""
    answered = WaveFigure.objects.filter(wave=OuterRef("pk"), group="all", customers__gt=0)
    closed = Wave.objects.visible_to(user).filter(Exists(answered), state=Wave.State.CLOSED)
    of_customers = closed.filter(version__instrument__audience="customers", occasion="plan")
    of_customers = of_customers.select_related("version").order_by("-closes_on", "-pk")
    newest = of_customers.first()
    if newest is None:
        return []
    alike = of_customers.filter(version__instrument=newest.version.instrument_id)
    return [newest, *alike.exclude(pk=newest.pk)[:1]]


@dataclass(frozen=True)
class Compared:
    """How the customers of a survey set us against other suppliers, over all its questions."""

    wave: Wave
    score: float  # 0 to 100
    customers: int


def newest_comparison() -> Compared | None:
    """Of the newest survey of customers that asks it."""
    asks = "wave__version__questions"
    rows = QuestionFigure.objects.filter(group="all", customers__gt=0).select_related("wave")
    rows = rows.filter(**{f"{asks}__measure": "compared", f"{asks}__code": F("code")})
    rows = list(rows.order_by("-wave__closes_on", "-wave_id")[:MOST_QUESTIONS])
    if not rows:
        return None
    rows = [row for row in rows if row.wave_id == rows[0].wave_id]
    answered = sum(row.customers for row in rows)
    score = sum(row.total for row in rows) / answered
    return Compared(rows[0].wave, score, max(row.customers for row in rows))


def assessments() -> dict[str, SelfAssessment]:
    """The newest judgement of each item."""
    newest = SelfAssessment.objects.select_related("by").order_by("item", "-at", "-pk")
    return {row.item: row for row in newest.distinct("item")}
