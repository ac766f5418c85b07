"""Fills contacts and a survey that was answered, by SQL alone."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from customers.models import Touchpoint
from satisfaction.models import Instrument, InstrumentVersion, Measure, Question, Wave

PEOPLE = 3  # of each customer
QUESTIONS = 20
TAGGED = 6  # questions with a touchpoint of their own
SKIPPED = 10  # one customer in so many fits a wave and is not asked
BEFORE = dt.timedelta(days=400)  # waves that nobody has answered
AGO = dt.timedelta(days=200)  # long enough ago to be asked again
# What the questions measure, in turn; the first is about all, the last two are said otherwise.
MEASURES = (
    *(Measure.RELIABILITY, Measure.RESPONSIVENESS, Measure.ASSURANCE, Measure.EMPATHY),
    *(Measure.TANGIBLES, Measure.OF_PRODUCT, Measure.OF_SERVICE, Measure.OF_STAFF),
    *(Measure.RESULT, Measure.PROCESS),
)

CONTACTS = """
    INSERT INTO customers_contact (customer_id, name, title, department, role, attitude, phone,
        mobile, email, language, channel, customs, remarks, consent, version)
    SELECT id, 'Person ' || n || ' of ' || id, '', '',
        (ARRAY['decision_maker', 'buyer', 'user'])[n], '', '', '',
        'p' || n || '@c' || id || '.example',
        (ARRAY['', 'en', 'zh-hans'])[1 + id %% 3], '', '', '', '', 1
    FROM customers_customer, generate_series(1, %(people)s) n
"""
# What the search box knows customers by, their people's names and addresses among it.
WORDS = """
    UPDATE customers_customertokens t SET tokens = (SELECT array_agg(DISTINCT word ORDER BY word)
        FROM unnest(t.tokens || ARRAY['person', 'of', '1', '2', '3', 'p1', 'p2', 'p3', 'example',
            'c' || customer_id, customer_id::text]::varchar[]) word)
"""
DICTIONARY = """
    INSERT INTO customers_searchtoken (token)
    SELECT DISTINCT unnest(tokens) FROM customers_customertokens ON CONFLICT DO NOTHING
"""
INVITATIONS = """
    INSERT INTO satisfaction_invitation (wave_id, customer_id, contact_id, email, language, state,
        tier, stage, owner_id, team_id, sent_at, reminders)
    SELECT %(wave)s, contact.customer_id, contact.id, contact.email,
        CASE contact.language WHEN '' THEN 'en' ELSE contact.language END, 'sent', s.tier,
        s.stage, s.owner_id, s.team_id, %(sent)s, 0
    FROM customers_contact contact JOIN customers_standing s USING (customer_id)
    WHERE contact.customer_id %% %(skipped)s <> 0 ORDER BY contact.id
"""
SKIPS = """
    INSERT INTO satisfaction_skip (wave_id, customer_id, reason)
    SELECT %(wave)s, customer_id, (ARRAY['asked', 'no_email', 'opted_out'])[1 + customer_id %% 3]
    FROM customers_standing WHERE customer_id %% %(skipped)s = 0
"""
# Of each asked person what it feels, and of that what it says to each question, a bit off.
DRAWN = """
    CREATE TEMP TABLE drawn ON COMMIT DROP AS
    SELECT asked.id AS invitation, question.id AS question, question.measure, question.kind,
        CASE question.kind WHEN 'scale_5'
            THEN least(5, greatest(1, round(1 + 4 * (feels + 0.3 * (random() - 0.5)))))
            ELSE least(10, greatest(0, round(10 * (feels + 0.3 * (random() - 0.5))))) END AS score
    FROM (SELECT id, sqrt(random()) AS feels FROM satisfaction_invitation
          WHERE wave_id = %(wave)s ORDER BY id LIMIT %(responses)s) asked
    CROSS JOIN satisfaction_question question
    WHERE question.version_id = %(version)s AND question.kind <> 'text'
"""
SHARE = "CASE kind WHEN 'scale_5' THEN 25.0 * (score - 1) ELSE 10.0 * score END"
RESPONSES = f"""
    INSERT INTO satisfaction_response (wave_id, invitation_id, customer_id, contact_id, tier,
        stage, owner_id, team_id, language, page, started_at, finished_at, index, overall,
        recommend, lowest, comment)
    SELECT wave_id, asked.id, customer_id, contact_id, tier, stage, owner_id, team_id, language,
        1, sent_at + interval '1 day', sent_at + asked.id %% 20 * interval '1 day', said.index,
        said.overall, said.recommend, said.lowest,
        CASE WHEN asked.id %% 3 = 0 THEN 'Delivery ' || asked.id || ' came late, call back sooner'
            ELSE '' END
    FROM satisfaction_invitation asked JOIN (
        SELECT invitation, avg({SHARE}) FILTER (WHERE kind = 'scale_5') AS index,
            max({SHARE}) FILTER (WHERE measure = 'overall') AS overall,
            max(score) FILTER (WHERE measure = 'recommend') AS recommend, min({SHARE}) AS lowest
        FROM drawn GROUP BY invitation) said ON said.invitation = asked.id
"""
ANSWERS = """
    INSERT INTO satisfaction_answer (response_id, question_id, score, text)
    SELECT response.id, question, score, '' FROM drawn
    JOIN satisfaction_response response ON response.invitation_id = drawn.invitation
    UNION ALL
    SELECT response.id, question.id, NULL, comment FROM satisfaction_response response
    JOIN satisfaction_question question
        ON question.version_id = %(version)s AND question.kind = 'text'
    WHERE response.wave_id = %(wave)s AND comment <> ''
"""
FINISHED = """
    UPDATE satisfaction_invitation asked SET state = 'finished', finished_at = response.finished_at
    FROM satisfaction_response response WHERE response.invitation_id = asked.id
        AND asked.wave_id = %(wave)s
"""


def fill_contacts() -> None:
    """Three people of each customer, each with an address of its own."""
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS, {"people": PEOPLE})
        cursor.execute(WORDS)
        cursor.execute(DICTIONARY)


def fill_silent(waves: int = 3) -> None:
    """Waves of a ready questionnaire to those who were skipped, which nobody has answered."""
    version = InstrumentVersion.objects.filter(instrument__code="recommendation").first()
    for number in range(waves):
        sent = timezone.now() - BEFORE - number * dt.timedelta(days=91)
        wave = Wave.objects.create(
            name=f"Unanswered {number + 1}",
            version=version,
            opens_on=sent.date(),
            closes_on=sent.date() + dt.timedelta(days=30),
            state=Wave.State.CLOSED,
            sent_at=sent,
        )
        with connection.cursor() as cursor:
            values = {"wave": wave.pk, "sent": sent, "skipped": SKIPPED}
            cursor.execute(INVITATIONS.replace("<> 0", "= 0"), values)


def fill_waves(responses: int, waves: int) -> Sequence[Wave]:
    """Waves a quarter apart, each asking everybody; so many people have answered each."""
    version = _version()
    made = []
    for number in range(waves):
        sent = timezone.now() - AGO - number * dt.timedelta(days=91)
        wave = Wave.objects.create(
            name=f"Filled {number + 1}",
            version=version,
            opens_on=sent.date(),
            closes_on=sent.date() + dt.timedelta(days=30),
            state=Wave.State.CLOSED,
            sent_at=sent,
        )
        _answer(wave, sent, responses)
        made.append(wave)
    return made


@transaction.atomic
def _answer(wave: Wave, sent: dt.datetime, responses: int) -> None:
    values = {"wave": wave.pk, "version": wave.version_id, "sent": sent, "responses": responses}
    values["skipped"] = SKIPPED
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.4711)")
        for statement in (INVITATIONS, SKIPS, DRAWN, RESPONSES, ANSWERS, FINISHED):
            cursor.execute(statement, values)


def _version() -> InstrumentVersion:
    """Twenty questions: on all, eighteen on its parts and the recommendation, and words."""
    instrument = Instrument.objects.create(code="bench", names={"en": "Bench", "zh-hans": "测量"})
    version = InstrumentVersion.objects.create(instrument=instrument)
    parts = [MEASURES[number % len(MEASURES)] for number in range(QUESTIONS - 3)]
    kinds = ["scale_5"] * (QUESTIONS - 2) + ["scale_10", "text"]
    touchpoints = list(Touchpoint.objects.order_by("pk")[:TAGGED])
    for place, measure in enumerate([Measure.OVERALL, *parts, Measure.RECOMMEND, ""], start=1):
        Question.objects.create(
            version=version,
            code=f"q{place}",
            position=place,
            page=1 + place // 8,
            kind=kinds[place - 1],
            measure=measure,
            touchpoint=touchpoints[place - 2] if 0 <= place - 2 < len(touchpoints) else None,
            texts={"en": f"Question {place}", "zh-hans": f"问题 {place}"},
        )
    return version
