"""What answers say: a low score, a falling one, that others are better, and no answer any more."""

import datetime as dt

from lifecycle.models import NightlyRun
from lifecycle.signal_words import DETRACTOR
from satisfaction.services.sums import SCALE_ROWS

# An answer older than this says nothing about now.
FRESH = dt.timedelta(days=180)
VERY_LOW = 25  # of 100: the second lowest of five points
# The wave before, against which the latest is set.
COMPARED = dt.timedelta(days=730)
FALL = 15  # points of 100
EQUAL = 50  # of 100: neither better nor worse than other suppliers
# Somebody who is asked has so long to answer before the silence counts.
TIME_TO_ANSWER = dt.timedelta(days=21)
ASKED_IN_VAIN = 2
UNANSWERED, EACH_MORE, MOST_UNANSWERED = 0.25, 0.10, 0.45

# Words weigh least: a detractor's 6 is 0.27 and a 0 is 0.67, as is the worst answer to a question.
LOW = """
    SELECT r.customer_id, 'low_score',
        greatest(CASE WHEN r.recommend <= %(detractor)s THEN (10 - r.recommend) / 15.0 END,
            CASE WHEN r.lowest <= %(very_low)s THEN (50 - r.lowest) / 75.0 END)::float8,
        jsonb_build_object('response', r.id, 'on', (r.finished_at AT TIME ZONE %(zone)s)::date,
            'recommend', r.recommend, 'index', round(r.index::numeric), 'lowest', r.lowest)
    FROM (
        SELECT DISTINCT ON (customer_id) * FROM satisfaction_response
        WHERE {in_shard} AND finished_at <= %(until)s AND finished_at > %(fresh_since)s
        ORDER BY customer_id, finished_at DESC, id DESC) r
    WHERE r.recommend <= %(detractor)s OR r.lowest <= %(very_low)s
"""
# The mean index of all who answered for the customer, by wave: the latest against the one before.
# What is said after a complaint or a loss is said of that, and no point of the same line.
FALLING = """
    WITH waves AS (
        SELECT customer_id, avg(index) AS index, max(finished_at) AS at,
            (array_agg(id ORDER BY finished_at DESC, id DESC))[1] AS response,
            row_number() OVER (
                PARTITION BY customer_id ORDER BY max(finished_at) DESC, wave_id DESC) AS place
        FROM satisfaction_response
        WHERE {in_shard} AND finished_at <= %(until)s AND finished_at > %(compared_since)s
            AND index IS NOT NULL
            AND wave_id IN (SELECT id FROM satisfaction_wave WHERE occasion = 'plan')
        GROUP BY customer_id, wave_id)
    SELECT l.customer_id, 'score_falling', round(((b.index - l.index) / 75)::numeric, 9)::float8,
        jsonb_build_object('response', l.response,
            'on', (l.at AT TIME ZONE %(zone)s)::date, 'now', round(l.index::numeric),
            'before', round(b.index::numeric),
            'before_on', (b.at AT TIME ZONE %(zone)s)::date)
    FROM waves l JOIN waves b ON b.customer_id = l.customer_id AND b.place = 2
    WHERE l.place = 1 AND l.at > %(fresh_since)s AND b.index - l.index >= %(score_fall)s
"""
# Asked in so many waves since the last answer, by mail that went out and did not come back.
STOPPED = """
    SELECT a.customer_id, 'stopped_answering',
        least(%(most_unanswered)s, %(unanswered)s + %(unanswered_more)s
            * (asked.waves - %(asked_in_vain)s))::float8,
        jsonb_build_object('asked', asked.waves,
            'last_answer', (a.at AT TIME ZONE %(zone)s)::date)
    FROM (
        SELECT customer_id, max(finished_at) AS at FROM satisfaction_response
        WHERE {in_shard} AND finished_at <= %(until)s GROUP BY customer_id) a
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT i.wave_id) AS waves FROM satisfaction_invitation i
        WHERE i.customer_id = a.customer_id AND i.sent_at > a.at AND i.sent_at <= %(asked_until)s
            AND i.sent_at > %(compared_since)s AND i.state <> 'bounced'
            AND (i.finished_at IS NULL OR i.finished_at > %(until)s)) asked
    WHERE asked.waves >= %(asked_in_vain)s
"""

# The newest answer to the question how we compare with the customer's other suppliers, of the waves
# that ask it. The worst of all answers weighs what the worst answer to any question does.
BELOW = f"""
    SELECT customer_id, 'below_others', round(((%(equal)s - score) / 75)::numeric, 9)::float8,
        jsonb_build_object('response', id, 'on', (finished_at AT TIME ZONE %(zone)s)::date,
            'score', round(score::numeric))
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, id, finished_at, score FROM (
            SELECT r.customer_id, r.id, r.finished_at,
                avg(100.0 * (a.score - scale.low) / (scale.high - scale.low)) AS score
            FROM satisfaction_question q
            JOIN (VALUES {SCALE_ROWS}) AS scale (kind, low, high) ON scale.kind = q.kind
            JOIN satisfaction_wave w ON w.version_id = q.version_id
            JOIN satisfaction_response r ON r.wave_id = w.id
            JOIN satisfaction_answer a ON a.response_id = r.id AND a.question_id = q.id
            WHERE q.measure = 'compared' AND {{in_shard}} AND a.score IS NOT NULL
                AND r.finished_at <= %(until)s AND r.finished_at > %(fresh_since)s
            GROUP BY r.id) compared
        ORDER BY customer_id, finished_at DESC, id DESC) newest
    WHERE score < %(equal)s
"""  # noqa: S608 -- the scales as we declare them

QUERIES = (LOW, FALLING, STOPPED, BELOW)


def marks(_run: NightlyRun, until: dt.datetime) -> dict:
    return {
        "detractor": DETRACTOR,
        "very_low": VERY_LOW,
        "fresh_since": until - FRESH,
        "compared_since": until - COMPARED,
        "score_fall": FALL,
        "equal": EQUAL,
        "asked_until": until - TIME_TO_ANSWER,
        "asked_in_vain": ASKED_IN_VAIN,
        "unanswered": UNANSWERED,
        "unanswered_more": EACH_MORE,
        "most_unanswered": MOST_UNANSWERED,
    }
