"""Fills what surveys lead to, by SQL alone: loops with their tasks, feedback, actions, ratings."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.models import User
from satisfaction.models import InstrumentVersion, Wave

FEEDBACK = 100_000
ACTIONS = 300
# One unhappy answer in so many still waits for somebody.
WAITING = 20

TASKS = """
    INSERT INTO customers_task (customer_id, title, assignee_id, due_on, origin, reason, state,
        notes, created_at, closed_at)
    SELECT r.customer_id, 'Unhappy in the survey: Reliability 1/5', r.owner_id,
        CASE WHEN r.id %% %(waiting)s = 0 THEN %(today)s::date - (r.id %% 9)::int
            ELSE r.finished_at::date + 2 END, 'survey', 'response:' || r.id,
        CASE WHEN r.id %% %(waiting)s = 0 THEN 'open' ELSE 'done' END, '', r.finished_at,
        CASE WHEN r.id %% %(waiting)s <> 0 THEN r.finished_at + interval '1 day' END
    FROM satisfaction_response r
    WHERE r.finished_at IS NOT NULL AND r.owner_id IS NOT NULL
        AND (r.recommend <= 6 OR r.lowest <= 25)
"""
LOOPS = """
    INSERT INTO satisfaction_loop (response_id, customer_id, task_id, opened_at, due_on, acted_at,
        acted_in_time, outcome, closed_at)
    SELECT r.id, r.customer_id, t.id, r.finished_at, t.due_on, t.closed_at,
        CASE WHEN t.closed_at IS NOT NULL THEN r.id %% 4 > 0 END,
        CASE WHEN t.closed_at IS NULL THEN ''
            ELSE (ARRAY['solved', 'called', 'complaint', 'refused'])[1 + r.id %% 4] END,
        t.closed_at
    FROM customers_task t JOIN satisfaction_response r ON r.id = substr(t.reason, 10)::bigint
    WHERE t.origin = 'survey'
"""
SAID = """
    INSERT INTO satisfaction_feedback (source, customer_id, said_on, words, dimension,
        touchpoint_id, tone, origin, link, recorded_by_id, recorded_at, version)
    SELECT source, CASE WHEN source = 'talk' THEN s.customer_id END,
        %(today)s::date - (n %% 700)::int, 'Heard ' || n || ': the hotline answers late',
        (ARRAY['', 'reliability', 'responsiveness', 'empathy'])[1 + n %% 4],
        (SELECT min(id) FROM customers_touchpoint) + n %% 6,
        (ARRAY['good', 'mixed', 'bad'])[1 + n %% 3],
        CASE WHEN source = 'talk' THEN '' ELSE 'Agency ' || n %% 9 END, '', %(by)s, now(), 1
    FROM (SELECT n, CASE WHEN n %% 10 < 8 THEN 'talk'
            ELSE (ARRAY['research', 'media'])[1 + n %% 2] END AS source
        FROM generate_series(1, %(feedback)s) n) f
    LEFT JOIN customers_standing s ON s.customer_id = (%(low)s + f.n * 7 %% %(span)s)
"""
IMPROVEMENTS = """
    INSERT INTO satisfaction_improvementaction (what, measure, owner_id, due_on, aim, state, result,
        gauge, wave_before_id, wave_after_id, affected, affected_value, made_by_id, made_at,
        closed_at, version)
    SELECT 'Answer within a day, step ' || n, (ARRAY['service', 'staff', 'product'])[1 + n %% 3],
        %(by)s, %(today)s::date + (n %% 90 - 45)::int, '',
        CASE WHEN n %% 2 = 0 THEN 'open' ELSE 'done' END,
        CASE WHEN n %% 2 = 0 THEN '' ELSE 'Done.' END, 'responsiveness', %(before)s, %(after)s,
        n * 3, n * 1000, %(by)s, now(), CASE WHEN n %% 2 = 1 THEN now() END, 1
    FROM generate_series(1, %(actions)s) n
"""
RATINGS = """
    INSERT INTO satisfaction_staffcompetence (user_id, "on", company_values, product, market,
        selling, procedures, remarks, rated_by_id)
    SELECT u.id, %(today)s::date - 91 * q, 1 + (u.id + q) %% 5, 1 + u.id %% 5, 3,
        1 + q %% 5, 2, '', %(by)s
    FROM accounts_user u, generate_series(0, 7) q WHERE u.id <> %(by)s
"""
ASSESSED = """
    INSERT INTO satisfaction_selfassessment (item, score, words, by_id, at)
    SELECT item, 10 * (n %% 11), 'As far as we can tell', %(by)s, now() - n * interval '30 days'
    FROM unnest(ARRAY['knowledge', 'relationships', 'standards', 'commitments', 'resolution',
        'determining', 'results', 'comparison']) item, generate_series(0, 5) n
"""
TARGETS = """
    INSERT INTO satisfaction_satisfactiontarget (tier, measure, value, from_on, version)
    SELECT tier, measure, 70, DATE '2020-01-01', 1
    FROM unnest(ARRAY['', 'A', 'B']) tier, unnest(ARRAY['index', 'nps', 'reliability']) measure
"""
STAFF_ASKED = """
    INSERT INTO satisfaction_invitation (wave_id, user_id, email, language, state, tier, stage,
        team_id, sent_at, reminders)
    SELECT %(wave)s, id, email, 'en', 'finished', '', '', team_id, now() - interval '60 days', 0
    FROM accounts_user
"""
STAFF_RESPONSES = """
    INSERT INTO satisfaction_response (wave_id, tier, stage, team_id, language, page, started_at,
        finished_at, index, overall, comment)
    SELECT %(wave)s, '', '', team_id, '', 1, w.opens_on, w.opens_on, 25 * (u.id %% 5),
        25 * (u.id %% 5), '' FROM accounts_user u JOIN satisfaction_wave w ON w.id = %(wave)s
"""
STAFF_ANSWERS = """
    INSERT INTO satisfaction_answer (response_id, question_id, score, text)
    SELECT r.id, q.id, 1 + (r.id + q.position) %% 5, ''
    FROM satisfaction_response r JOIN satisfaction_question q ON q.version_id = %(version)s
    WHERE r.wave_id = %(wave)s AND q.kind IN ('scale_5', 'scale_7')
"""


@transaction.atomic
def fill_voices() -> None:
    """Every unhappy answer has its loop; the newest wave is the one that actions look back on."""
    waves = list(Wave.objects.filter(name__startswith="Filled").order_by("opens_on"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(customer_id), count(*) FROM customers_standing")
        low, span = cursor.fetchone()
        values = {
            "by": User.objects.get(username="manager").pk,
            "today": timezone.now().date(),
            "waiting": WAITING,
            "feedback": FEEDBACK,
            "actions": ACTIONS,
            "before": waves[0].pk,
            "after": waves[-1].pk if len(waves) > 1 else None,
            "low": low,
            "span": span,
        }
        for statement in (TASKS, LOOPS, SAID, IMPROVEMENTS, RATINGS, ASSESSED, TARGETS):
            cursor.execute(statement, values)


def fill_staff() -> Wave:
    """A survey of everybody here: anonymous, closed, its answers out of the box."""
    version = InstrumentVersion.objects.get(instrument__code="employees", number=1)
    today = timezone.now().date()
    wave = Wave.objects.create(
        name="Our people",
        version=version,
        is_anonymous=True,
        opens_on=today - dt.timedelta(days=60),
        closes_on=today - dt.timedelta(days=30),
        state=Wave.State.CLOSED,
    )
    with connection.cursor() as cursor:
        for statement in (STAFF_ASKED, STAFF_RESPONSES, STAFF_ANSWERS):
            cursor.execute(statement, {"wave": wave.pk, "version": version.pk})
    return wave
