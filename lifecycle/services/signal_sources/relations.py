"""The people behind the customer, and whether we keep what we owe them."""

import datetime as dt

from customers.models import CareRule, Interaction
from lifecycle.models import NightlyRun

# What we left undone weighs less than what the customer does: it may not have minded.
CONTACT_YEARS = dt.timedelta(days=730)
# A rhythm of N days is kept with up to nearly 2 N between two contacts, if one falls early and the
# next one late; half as long again is no slip.
RHYTHMS, HABITS, LEAST_HABIT = 1.5, 3, 30
CONTACT_DAYS = 4  # that make a habit
OVERDUE, MOST_OVERDUE = 0.20, 0.40
CONTACTS = (
    CareRule.Action.CONTACT,
    CareRule.Action.CALL,
    CareRule.Action.VISIT,
    CareRule.Action.EXECUTIVE,
)
# Who decides took the relationship along, unless another one who decides is still there.
LEFT_DAYS = 182
ALONE_LEFT, ONE_OF_SEVERAL_LEFT = 0.55, 0.30
ONE_CONTACT = 0.15
# Of care that is owed as something to do; a file that is not complete is no reason to leave.
OWED = (*CONTACTS, CareRule.Action.REPORT)
MISSED_DAYS, CARE_MISSED_ENOUGH = 91, 2
CARE_MISSED, PROMISE_MISSED, MOST_MISSED = 0.10, 0.30, 0.60
# What was heard is remembered so long.
HEARD = dt.timedelta(days=90)
ENDING, COMPARES = 0.75, 0.50

LIVE = """
    JOIN customers_customer c ON c.id = {alias}.customer_id AND c.is_active
    JOIN lifecycle_scored s ON s.customer_id = {alias}.customer_id AND s.stage <> 'ended'
    JOIN lifecycle_placed p ON p.customer_id = {alias}.customer_id
"""

NO_CONTACT = f"""
    WITH rhythm AS (
        SELECT tier, min(days) AS days FROM customers_carerule
        WHERE is_active AND trigger = 'every' AND sample_percent IS NULL
            AND action = ANY(%(contact_actions)s) AND since <= %(as_of)s GROUP BY tier
    ), spoken AS (
        SELECT customer_id, max(day) AS last,
            CASE WHEN count(*) >= {CONTACT_DAYS}
                THEN (max(day) - min(day))::float8 / (count(*) - 1) END AS habit
        FROM (
            SELECT DISTINCT customer_id, (at AT TIME ZONE %(zone)s)::date AS day
            FROM customers_interaction
            WHERE {{in_shard}} AND at < %(until)s AND at > %(contact_since)s
                AND kind <> ALL(%(no_contact)s)) days
        GROUP BY customer_id
    ), due AS (
        SELECT k.customer_id, %(as_of)s - k.last AS days, k.habit, r.days AS rhythm, p.tier,
            least({RHYTHMS} * r.days, CASE WHEN k.habit IS NOT NULL
                THEN greatest({LEAST_HABIT}, {HABITS} * k.habit) END) AS mark
        FROM spoken k {LIVE.format(alias="k")} LEFT JOIN rhythm r ON r.tier = p.tier)
    SELECT customer_id, 'no_contact',
        round(least({MOST_OVERDUE}, {OVERDUE} * days / mark)::numeric, 9)::float8,
        jsonb_build_object('days', days, 'habit', round(habit), 'rhythm', rhythm, 'tier', tier)
    FROM due WHERE days > mark
"""  # noqa: S608 -- constants of ours

DECISION_MAKER_LEFT = f"""
    SELECT g.customer_id, 'decision_maker_left',
        CASE WHEN others.known > 0 THEN {ONE_OF_SEVERAL_LEFT} ELSE {ALONE_LEFT} END,
        jsonb_build_object('contact', g.id, 'on', g.left_on, 'others', others.known)
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, id, left_on FROM customers_contact
        WHERE {{in_shard}} AND role = 'decision_maker' AND left_on <= %(as_of)s
            AND left_on > %(as_of)s - {LEFT_DAYS}
        ORDER BY customer_id, left_on DESC, id DESC) g
    CROSS JOIN LATERAL (
        SELECT count(*) AS known FROM customers_contact o
        WHERE o.customer_id = g.customer_id AND o.role = 'decision_maker' AND o.id <> g.id
            AND (o.left_on IS NULL OR o.left_on > %(as_of)s) AND o.erased_at IS NULL) others
"""  # noqa: S608 -- constants of ours

# Where it matters: of tier A and of key accounts.
ONE_CONTACT_ONLY = f"""
    SELECT k.customer_id, 'one_contact', {ONE_CONTACT}, jsonb_build_object('contact', k.contact)
    FROM (
        SELECT customer_id, min(id) AS contact FROM customers_contact
        WHERE {{in_shard}} AND (left_on IS NULL OR left_on > %(as_of)s) AND erased_at IS NULL
        GROUP BY customer_id HAVING count(*) = 1) k
    {LIVE.format(alias="k")}
    WHERE p.tier = 'A' OR c.is_key_account
"""  # noqa: S608 -- constants of ours

MISSED = f"""
    WITH care AS (
        SELECT d.customer_id, count(*) AS missed FROM customers_caredue d
        JOIN customers_carerule r ON r.id = d.rule_id AND r.action = ANY(%(owed_actions)s)
        WHERE d.customer_id >= %(low)s AND d.customer_id < %(high)s
            AND d.state IN ('owed', 'missed') AND d.due_on < %(as_of)s
            AND d.due_on >= %(as_of)s - {MISSED_DAYS}
        GROUP BY d.customer_id HAVING count(*) >= {CARE_MISSED_ENOUGH}
    ), promised AS (
        SELECT customer_id, count(*) AS missed, max(id) AS promise
        FROM customers_promise
        WHERE {{in_shard}} AND (removed_at IS NULL OR removed_at > %(until)s) AND (
            state = 'broken' AND settled_on <= %(as_of)s
                AND settled_on > %(as_of)s - {MISSED_DAYS}
            OR due_on < %(as_of)s AND due_on >= %(as_of)s - {MISSED_DAYS}
                AND (state = 'open' OR settled_on > %(as_of)s))
        GROUP BY customer_id)
    SELECT customer_id, 'care_missed',
        least({MOST_MISSED}, {CARE_MISSED} * coalesce(care.missed, 0)
            + {PROMISE_MISSED} * coalesce(promised.missed, 0))::float8,
        jsonb_build_object('care', coalesce(care.missed, 0),
            'promises', coalesce(promised.missed, 0), 'days', {MISSED_DAYS})
    FROM care FULL JOIN promised USING (customer_id)
"""  # noqa: S608 -- constants of ours

SPEAKS_OF_ENDING = f"""
    SELECT DISTINCT ON (customer_id) customer_id, 'speaks_of_ending',
        CASE WHEN 'ending' = ANY(heard) THEN {ENDING} ELSE {COMPARES} END,
        jsonb_build_object('interaction', id, 'on', (at AT TIME ZONE %(zone)s)::date,
            'heard', CASE WHEN 'ending' = ANY(heard) THEN 'ending' ELSE 'compares' END)
    FROM customers_interaction
    WHERE {{in_shard}} AND at < %(until)s AND at > %(heard_since)s
        AND heard && ARRAY['ending', 'compares']::varchar[]
    ORDER BY customer_id, ('ending' = ANY(heard)) DESC, at DESC, id DESC
"""  # noqa: S608 -- constants of ours

QUERIES = (NO_CONTACT, DECISION_MAKER_LEFT, ONE_CONTACT_ONLY, MISSED, SPEAKS_OF_ENDING)


def marks(_run: NightlyRun, until: dt.datetime) -> dict:
    return {
        "contact_since": until - CONTACT_YEARS,
        "contact_actions": list(CONTACTS),
        "owed_actions": list(OWED),
        "no_contact": list(Interaction.NO_CONTACT),
        "heard_since": until - HEARD,
    }
