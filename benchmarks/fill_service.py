"""Fills the service queue and a survey, by SQL alone: cases with their events, and responses."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from complaints.models import Case, RootCause
from complaints.services.terms import current_terms
from complaints.services.words import refresh_words
from customers.models import Product, Source
from satisfaction.models import InstrumentVersion, Wave

OPEN_SHARE = 25  # one case in so many is open
WAVES = 4
PRODUCTS = 40

# How a case comes to each state: the actions and the states they lead to.
WAYS = """
    CREATE TEMP TABLE ways ON COMMIT DROP AS
    SELECT state, seq, action, lag(after, 1, '') OVER (PARTITION BY state ORDER BY seq) AS before,
        after
    FROM (VALUES
        ('new', 1, 'log', 'new'),
        ('acknowledged', 1, 'log', 'new'), ('acknowledged', 2, 'acknowledge', 'acknowledged'),
        ('investigating', 1, 'log', 'new'), ('investigating', 2, 'acknowledge', 'acknowledged'),
        ('investigating', 3, 'assess', 'investigating'),
        ('waiting_customer', 1, 'log', 'new'),
        ('waiting_customer', 2, 'acknowledge', 'acknowledged'),
        ('waiting_customer', 3, 'assess', 'investigating'),
        ('waiting_customer', 4, 'ask_customer', 'waiting_customer'),
        ('proposed', 1, 'log', 'new'), ('proposed', 2, 'acknowledge', 'acknowledged'),
        ('proposed', 3, 'assess', 'investigating'), ('proposed', 4, 'propose', 'proposed'),
        ('closed', 1, 'log', 'new'), ('closed', 2, 'acknowledge', 'acknowledged'),
        ('closed', 3, 'assess', 'investigating'), ('closed', 4, 'propose', 'proposed'),
        ('closed', 5, 'resolve', 'resolved'), ('closed', 6, 'close', 'closed')
    ) AS steps (state, seq, action, after)
"""
CASES = """
    INSERT INTO complaints_case (kind, customer_id, caller_name, caller_phone, caller_email, title,
        description, channel, received_at, category_id, severity, order_reference, remedy_sought,
        scope, is_safety, immediate_action, root_cause_id, root_cause_notes, remedy, remedy_cost,
        state, last_seq, owner_id, tier, reopened, resolved_at, ended_at, terms_id, next_due_at,
        is_breached, wake_at, logged_by_id, created_at, waiting_until, product_id)
    SELECT CASE WHEN n %% 7 = 0 THEN 'request' ELSE 'complaint' END, s.customer_id, '', '', '',
        'Delivery ' || n || ' came late', 'Two boxes were missing and nobody called.', 'phone',
        at, (SELECT min(id) FROM complaints_category) + n %% 9,
        (ARRAY['minor', 'moderate', 'major', 'critical'])[1 + n %% 4], '', '', '', false, '',
        -- The first causes are the most frequent ones.
        CASE WHEN state IN ('closed', 'proposed') THEN (%(causes)s::bigint[])[1 + floor(
            power(abs(hashint4(n + 1)::bigint) %% 1000 / 1000.0, 2)
            * cardinality(%(causes)s::bigint[]))] END,
        '', '', CASE WHEN state = 'closed' THEN n %% 50 END, state,
        (SELECT max(seq) FROM ways w WHERE w.state = c.state),
        CASE WHEN state <> 'new' THEN %(service)s END, s.tier, 0,
        CASE WHEN state = 'closed' THEN at + interval '2 days' END,
        CASE WHEN state = 'closed' THEN at + interval '9 days' END, %(terms)s,
        CASE WHEN state IN ('closed', 'waiting_customer') THEN '9999-12-31 00:00Z'
            ELSE at + interval '3 days' END,
        state <> 'closed' AND at + interval '3 days' < %(now)s,
        CASE WHEN state NOT IN ('closed', 'waiting_customer')
            THEN %(now)s + n %% 10000 * interval '1 minute' END,
        %(service)s, at, CASE WHEN state = 'waiting_customer' THEN %(now)s + interval '5 days' END,
        CASE WHEN n %% 3 = 0 THEN (%(products)s::bigint[])[1 + (n / 3) %% %(kinds)s] END
    FROM (
        SELECT n, CASE WHEN n %% %(open)s <> 0 THEN 'closed' ELSE (ARRAY['new', 'acknowledged',
                'investigating', 'waiting_customer', 'proposed'])[1 + (n / %(open)s) %% 5]
                END AS state,
            CASE WHEN n %% %(open)s <> 0 THEN %(now)s - (10 + random() * 1085) * interval '1 day'
                ELSE %(now)s - random() * 9 * interval '1 day' END AS at,
            %(low)s + abs(hashint4(n)::bigint) %% (%(high)s - %(low)s + 1) AS customer
        FROM generate_series(1, %(cases)s) n
    ) c JOIN customers_standing s ON s.customer_id = c.customer
"""
EVENTS = """
    INSERT INTO complaints_caseevent (case_id, seq, follows, action, before, after, at, by_id,
        actor, reason, data)
    SELECT c.id, w.seq, nullif(w.seq - 1, 0), w.action, w.before, w.after,
        c.received_at + (w.seq - 1) * interval '9 hours', %(service)s, 'user', '',
        CASE w.action
            WHEN 'log' THEN jsonb_build_object('values', jsonb_strip_nulls(jsonb_build_object(
                'customer', c.customer_id, 'severity', c.severity, 'category', c.category_id,
                'owner', c.owner_id, 'tier', c.tier)))
            WHEN 'ask_customer' THEN jsonb_build_object(
                'waiting_for', 'a picture', 'until', c.waiting_until)
            ELSE '{}' END
    FROM complaints_case c JOIN ways w ON w.state = c.state
"""
CLOCKS = """
    INSERT INTO complaints_clock (case_id, kind, state, target, minutes, due_at, warn_at,
        stopped_at, warned_at, breached_at, reminders)
    SELECT c.id, k.kind, k.state, k.target,
        CASE WHEN k.state = 'met' THEN k.target * 2 * luck ELSE 0 END, due,
        due - k.target / 4 * interval '1 minute',
        CASE WHEN k.state = 'met' THEN c.received_at + luck * interval '4 days' END,
        NULL, CASE WHEN k.state = 'met' AND luck > 0.5 THEN due END, 0
    FROM (
        SELECT id, state, received_at, random() AS luck, received_at + interval '3 days' AS due
        FROM complaints_case
    ) c, LATERAL (VALUES
        ('acknowledge', 120, CASE WHEN c.state = 'new' THEN 'running' ELSE 'met' END),
        ('first_response', 480, CASE WHEN c.state = 'closed' THEN 'met' ELSE 'running' END),
        ('resolution', 2400, CASE WHEN c.state = 'closed' THEN 'met'
            WHEN c.state = 'waiting_customer' THEN 'paused' ELSE 'running' END)
    ) AS k (kind, target, state)
"""
INVITATIONS = """
    INSERT INTO satisfaction_invitation (wave_id, customer_id, email, language, state, tier, stage,
        owner_id, team_id, sent_at, reminders, finished_at)
    SELECT %(wave)s, customer_id, 'someone@bench.example', 'en',
        CASE WHEN customer_id %% 5 < 2 THEN 'finished' ELSE 'sent' END, tier, stage, owner_id,
        team_id, %(at)s, 0, CASE WHEN customer_id %% 5 < 2 THEN %(at)s END
    FROM customers_standing ORDER BY md5(customer_id::text) LIMIT %(invitations)s
"""
RESPONSES = """
    INSERT INTO satisfaction_response (wave_id, invitation_id, customer_id, tier, stage, owner_id,
        team_id, language, page, started_at, finished_at, index, overall, recommend, lowest,
        comment)
    SELECT wave_id, id, customer_id, tier, stage, owner_id, team_id, language, 2, %(at)s, %(at)s,
        25 * (id %% 4 + 1), 25 * (id %% 4 + 1), id %% 11, 25 * (id %% 4), ''
    FROM satisfaction_invitation WHERE wave_id = %(wave)s AND state = 'finished'
"""
ANSWERS = """
    INSERT INTO satisfaction_answer (response_id, question_id, score, text)
    SELECT r.id, q.id, CASE q.kind WHEN 'scale_5' THEN 1 + (r.id + q.id) %% 5
        WHEN 'scale_10' THEN r.id %% 11 END, ''
    FROM satisfaction_response r JOIN satisfaction_question q ON q.version_id = %(version)s
    WHERE r.wave_id = %(wave)s AND q.kind <> 'text'
"""


@transaction.atomic
def fill_cases(cases: int, service: int) -> None:
    """Cases of every state, one in `OPEN_SHARE` open, over three years."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(customer_id), max(customer_id) FROM customers_standing")
        low, high = cursor.fetchone()
        values = {
            "cases": cases,
            "open": OPEN_SHARE,
            "low": low,
            "high": high,
            "service": service,
            "terms": current_terms().pk,
            "now": timezone.now(),
            "causes": list(RootCause.objects.order_by("position").values_list("pk", flat=True)),
            "products": _products(),
            "kinds": PRODUCTS,
        }
        for statement in (WAYS, CASES, EVENTS, CLOCKS):
            cursor.execute(statement, values)
    refresh_words(list(Case.objects.order_by("pk").values_list("pk", flat=True)))


def _products() -> list[int]:
    source = Source.objects.get_or_create(code="bench")[0]
    made = Product.objects.bulk_create(
        Product(source=source, code=f"P{number:03d}") for number in range(PRODUCTS)
    )
    return [product.pk for product in made]


@transaction.atomic
def fill_waves(responses: int) -> None:
    """Waves a half-year apart, each with its share of the finished responses."""
    version = InstrumentVersion.objects.order_by("pk").first()
    today = timezone.now()
    for number in range(WAVES):
        at = today - dt.timedelta(days=30 + 182 * number)
        wave = Wave.objects.create(
            name=f"Wave {WAVES - number}",
            version=version,
            opens_on=at.date(),
            closes_on=at.date() + dt.timedelta(days=21),
            state="closed",
            sent_at=at,
        )
        values = {
            "wave": wave.pk,
            "version": version.pk,
            "at": at,
            # Two of five invitations are answered.
            "invitations": responses * 5 // (2 * WAVES),
        }
        with connection.cursor() as cursor:
            for statement in (INVITATIONS, RESPONSES, ANSWERS):
                cursor.execute(statement, values)
