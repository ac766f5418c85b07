"""The statements of care: what is owed, kept, missed, no longer owed, and the tasks of it.

Each works on sets: on all customers at night, on a few by day (`customers`, null for all). What
can't be told without reading all that is owed or asked looks at night only at those of whom one
pass over all found that it may change (`among`, see TOUCH).

An owed row of a rhythm keeps `due_on = starts_on + days - 1`: that tells when a rule's days were
changed.
"""

# Kinds of interactions that keep an action. A visit is a contact too; a call is no visit.
KINDS = """
    CASE action WHEN 'contact' THEN ARRAY['visit', 'call', 'letter', 'email', 'meeting', 'message']
        WHEN 'call' THEN ARRAY['call'] WHEN 'visit' THEN ARRAY['visit']
        WHEN 'executive' THEN ARRAY['visit', 'meeting'] WHEN 'news' THEN ARRAY['news']
        ELSE ARRAY[]::text[] END"""
# Demands that stand until they are met, where the others are something to do again and again.
DEMANDS = "('file', 'club', 'representative')"
# What a person ticked off counts where the data can't know better; a demand is met or it is not.
TICKED = "('contact', 'call', 'visit', 'executive', 'report')"
# A mailing goes to many at once and is nobody's task about one customer.
WITHOUT_TASK = "('news')"

RULE = f"""
rule AS (
    SELECT id, tier, action, trigger, days, ahead_days, least(ahead_days, days - 1) AS ahead,
        sample_percent, since, is_active, who, names, {KINDS} AS kinds,
        action IN {DEMANDS} AS stands
    FROM customers_carerule)"""  # noqa: S608 -- no value in it
OWED_TO = "s.tier = r.tier AND s.is_active AND s.stage <> 'ended'"
# News is owed to those only who agreed to get it.
AGREED = """EXISTS (
    SELECT 1 FROM customers_contact k WHERE k.customer_id = s.customer_id
        AND k.consent = 'given' AND k.email <> '' AND k.erased_at IS NULL
        AND (k.left_on IS NULL OR k.left_on > %(today)s))"""
WILLING = f"(r.action <> 'news' OR {AGREED})"
EXECUTIVE = """(r.action <> 'executive' OR i.by_id = ANY(%(executives)s) OR EXISTS (
    SELECT 1 FROM customers_interaction_colleagues k
    WHERE k.interaction_id = i.id AND k.user_id = ANY(%(executives)s)))"""


def _scope(alias: str) -> str:
    few = "%(customers)s::bigint[]"
    return f"({few} IS NULL OR {alias}.customer_id = ANY({few}))"


def _among(alias: str) -> str:
    return f"{alias}.customer_id IN %(among)s"


def _chance(*parts: str) -> str:
    """A whole number that looks random and is the same each time, on every server."""
    return f"('x' || left(md5(concat_ws(':', {', '.join(parts)})), 8))::bit(32)::bigint"


def _spread(customer: str) -> str:
    """The day within a period on which something falls due, so that not all does on its last."""
    return f"(r.ahead + mod({_chance('r.id', customer)}, r.days - r.ahead))::int"


PERIOD = "(r.since + (%(today)s - r.since) / r.days * r.days)"


def _drawn(start: str) -> str:
    return f"mod({_chance('r.id', start, 's.customer_id')}, 10000) < r.sample_percent * 100"


# Of whom something is demanded and whether it is lacking; whose care may change tonight; and what
# was opened or moved just now.
SCRATCH = """
CREATE TEMP TABLE IF NOT EXISTS care_lacking (customer_id bigint, file boolean, club boolean,
    representative boolean) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS care_touched (customer_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS care_opened (id bigint) ON COMMIT DELETE ROWS;
DELETE FROM care_lacking;
DELETE FROM care_touched;
DELETE FROM care_opened
"""
LACKS = """CASE r.action WHEN 'file' THEN l.file WHEN 'club' THEN l.club
    WHEN 'representative' THEN l.representative END"""

# Whose care is not as it should be by what is known tonight, in one pass over all that is owed and
# all that is asked: each rule is a bit, so that a customer's rhythms are compared at once. Whoever
# is owed what is no longer asked, or met, or not owed what is, is touched; so is who is owed
# anything that is overdue, by other days than its rule's, or by a rule that is no mere rhythm.
TOUCH = f"""
WITH {RULE}, plain AS (
    SELECT id, tier, action, is_active, days,
        set_bit(repeat('0', count(*) OVER ()::int)::varbit,
            row_number() OVER (ORDER BY id)::int - 1, 1)::bit varying AS place
    FROM rule WHERE trigger = 'every' AND sample_percent IS NULL
), none AS (
    SELECT repeat('0', count(*)::int)::varbit AS place FROM plain
), asks AS (
    SELECT tier,
        bit_or(place) FILTER (WHERE action <> 'news' AND action NOT IN {DEMANDS}) AS always,
        bit_or(place) FILTER (WHERE action = 'news') AS news,
        bit_or(place) FILTER (WHERE action = 'file') AS file,
        bit_or(place) FILTER (WHERE action = 'club') AS club,
        bit_or(place) FILTER (WHERE action = 'representative') AS representative
    FROM plain WHERE is_active GROUP BY tier
), owed AS (
    SELECT d.customer_id, bit_or(plain.place) AS places, bool_or(plain.id IS NULL
        OR d.due_on < %(today)s OR d.due_on - d.starts_on + 1 <> plain.days) AS moves
    FROM customers_caredue d LEFT JOIN plain ON plain.id = d.rule_id
    WHERE d.state = 'owed' GROUP BY d.customer_id
), asked AS (
    SELECT s.customer_id, coalesce(asks.always, none.place)
        | CASE WHEN asks.news IS NOT NULL AND {AGREED} THEN asks.news ELSE none.place END
        | coalesce(CASE WHEN l.file THEN asks.file END, none.place)
        | coalesce(CASE WHEN l.club THEN asks.club END, none.place)
        | coalesce(CASE WHEN l.representative THEN asks.representative END, none.place) AS places
    FROM customers_standing s JOIN asks USING (tier) CROSS JOIN none
    LEFT JOIN care_lacking l ON l.customer_id = s.customer_id
    WHERE s.is_active AND s.stage <> 'ended'
)
INSERT INTO care_touched (customer_id)
SELECT customer_id FROM owed FULL JOIN asked USING (customer_id) CROSS JOIN none
WHERE owed.moves OR coalesce(owed.places, none.place) <> coalesce(asked.places, none.place)
"""  # noqa: S608 -- no value in it


# Proofs in the order in which they count: what was logged, given, met, and last what was ticked.
# A demand is met where nothing lacks; of whom nothing is demanded any more nobody looked. What was
# logged before the first day of all that a rule has open is passed over at once.
def _proofs(which: str) -> str:
    return f"""
WITH {RULE}, owed AS NOT MATERIALIZED (
    SELECT d.id, d.customer_id, d.starts_on, d.due_on, d.task_id, d.rule_id,
        d.starts_on::timestamp AT TIME ZONE %(zone)s AS begins,
        (d.due_on + 1)::timestamp AT TIME ZONE %(zone)s AS ends,
        r.tier, r.action, r.kinds, r.stands
    FROM customers_caredue d JOIN rule r ON r.id = d.rule_id
    WHERE {which}
), first AS MATERIALIZED (
    SELECT f.rule_id, unnest(r.kinds) AS kind, f.day::timestamp AT TIME ZONE %(zone)s AS begins
    FROM (SELECT rule_id, min(starts_on) AS day FROM owed WHERE kinds <> '{{}}' GROUP BY rule_id) f
    JOIN rule r ON r.id = f.rule_id
), proof AS (
    SELECT r.id, 1 AS place, (i.at AT TIME ZONE %(zone)s)::date AS day, i.id AS interaction_id
    FROM customers_interaction i JOIN first ON first.kind = i.kind AND i.at >= first.begins
    JOIN owed r ON r.rule_id = first.rule_id AND r.customer_id = i.customer_id
        AND i.at >= r.begins AND i.at < r.ends
    WHERE r.kinds <> '{{}}' AND {EXECUTIVE}
    UNION ALL
    SELECT r.id, 2, p.given_on, NULL
    FROM owed r JOIN customers_reviewreport p ON p.customer_id = r.customer_id
        AND p.given_on BETWEEN r.starts_on AND least(r.due_on, %(today)s)
    WHERE r.action = 'report'
    UNION ALL
    SELECT r.id, 3, least(%(today)s, r.due_on), NULL
    FROM owed r LEFT JOIN care_lacking l USING (customer_id)
    JOIN customers_standing s ON s.customer_id = r.customer_id AND {OWED_TO}
    WHERE r.stands AND {_among("r")} AND {LACKS} IS NOT TRUE
    UNION ALL
    SELECT r.id, 4, greatest(r.starts_on,
        least((t.closed_at AT TIME ZONE %(zone)s)::date, r.due_on)), NULL
    FROM owed r JOIN customers_task t ON t.id = r.task_id AND t.state = 'done'
        AND t.closed_at < %(ticked_before)s
    WHERE r.action IN {TICKED}
), best AS (
    SELECT DISTINCT ON (id) id, least(day, %(today)s) AS day, interaction_id
    FROM proof ORDER BY id, place, day DESC, interaction_id DESC)
"""  # noqa: S608 -- no value in it


# Who was kept something is touched: the next period begins.
def _keep(which: str) -> str:
    return f"""
{_proofs(f"d.state = 'owed' AND r.is_active AND {_scope('d')} AND {which}")}, kept AS (
    UPDATE customers_caredue d
    SET state = 'kept', settled_on = best.day, interaction_id = best.interaction_id
    FROM best WHERE d.id = best.id AND d.state = 'owed' RETURNING d.customer_id)
INSERT INTO care_touched (customer_id) SELECT customer_id FROM kept
"""  # noqa: S608 -- no value in it


KEEP = _keep("true")
KEEP_OPENED = _keep("d.id IN (SELECT id FROM care_opened)")

VOID = f"""
WITH {RULE}, gone AS (
    SELECT d.id
    FROM customers_caredue d JOIN rule r ON r.id = d.rule_id
    LEFT JOIN customers_standing s ON s.customer_id = d.customer_id AND {OWED_TO}
    WHERE d.state = 'owed' AND {_among("d")} AND (
        NOT r.is_active OR s.customer_id IS NULL OR NOT {WILLING}
        OR r.trigger = 'no_second' AND EXISTS (
            SELECT 1 FROM customers_dealingsummary y
            WHERE y.customer_id = d.customer_id AND y.purchase_days > 1)
        OR r.trigger = 'every' AND r.sample_percent IS NOT NULL AND (
            mod(d.starts_on - r.since, r.days) <> 0 OR NOT {_drawn("d.starts_on")})))
UPDATE customers_caredue d SET state = 'void', settled_on = greatest(%(today)s, d.starts_on)
FROM gone WHERE d.id = gone.id AND d.state = 'owed'
"""  # noqa: S608

MISS = """
UPDATE customers_caredue SET state = 'missed', settled_on = due_on + 1
WHERE state = 'owed' AND due_on < %(today)s
"""

# What is owed by a rule whose days were changed follows it.
RETIME = f"""
WITH {RULE}, anew AS (
    SELECT s.id, r.days, CASE WHEN s.starts_on + r.days > %(today)s THEN s.starts_on + r.days - 1
        ELSE %(today)s + {_spread("s.customer_id")} END AS due_on
    FROM customers_caredue s JOIN rule r ON r.id = s.rule_id
    WHERE s.state = 'owed' AND r.trigger = 'every' AND r.sample_percent IS NULL
        AND s.due_on - s.starts_on + 1 <> r.days AND {_among("s")}
), retimed AS (
    UPDATE customers_caredue d
    SET starts_on = anew.due_on - anew.days + 1, due_on = anew.due_on
    FROM anew WHERE d.id = anew.id RETURNING d.id)
INSERT INTO care_opened SELECT id FROM retimed
"""  # noqa: S608

# Whom a rule asks something of that is not owed yet; then, joined to these as one set, what they
# had before. In the order of what is worked out last, so that all is read before the first row is
# written: written row by row, each look at what a customer had would go through all that is new.
OPEN = f"""
WITH {RULE}, r AS MATERIALIZED (
    SELECT r.id, r.action, r.days, r.ahead, r.ahead_days, r.since, r.kinds, r.stands,
        s.customer_id, {{known}}
    FROM rule r JOIN customers_standing s ON {OWED_TO} {{summed}}
    LEFT JOIN care_lacking l ON r.stands AND l.customer_id = s.customer_id
    WHERE r.is_active AND {{which}} AND {_scope("s")} AND {WILLING}
        AND NOT EXISTS (
            SELECT 1 FROM customers_caredue d
            WHERE d.rule_id = r.id AND d.customer_id = s.customer_id AND d.state = 'owed')
        AND (NOT r.stands OR {LACKS})
), fresh AS (
    SELECT r.id AS rule_id, r.customer_id, {{starts_on}} AS starts_on, {{due_on}} AS due_on
    FROM r {{joined}}
), opened AS (
    INSERT INTO customers_caredue (rule_id, customer_id, starts_on, due_on, state)
    SELECT rule_id, customer_id, starts_on, due_on, 'owed' FROM fresh
    WHERE due_on >= %(today)s AND starts_on <= due_on ORDER BY due_on, customer_id, rule_id
    ON CONFLICT (rule_id, customer_id, starts_on) DO UPDATE
    SET state = 'owed', settled_on = NULL, due_on = EXCLUDED.due_on, task_id = NULL
    WHERE customers_caredue.state = 'void'
    RETURNING id)
INSERT INTO care_opened SELECT id FROM opened
"""  # noqa: S608 -- no value in it
SUMMED = "LEFT JOIN customers_dealingsummary y ON y.customer_id = s.customer_id"
LAST = """
    LEFT JOIN (
        SELECT DISTINCT ON (rule_id, customer_id) rule_id, d.customer_id, state, starts_on,
            settled_on, due_on
        FROM customers_caredue d JOIN r ON r.id = d.rule_id AND r.customer_id = d.customer_id
        WHERE state <> 'void' ORDER BY rule_id, d.customer_id, starts_on DESC
        ) l ON l.rule_id = r.id AND l.customer_id = r.customer_id"""
# The rhythm goes on from what was kept last, or the period that was missed. Where neither tells,
# or it would be overdue at once, the first date is spread over a whole period: whoever switches
# care on does not find everything due on the same day.
RHYTHM = f"""{LAST}
    LEFT JOIN (
        SELECT r.id AS rule_id, r.customer_id, max((i.at AT TIME ZONE %(zone)s)::date) AS day
        FROM r JOIN customers_interaction i ON i.customer_id = r.customer_id
            AND i.kind = ANY(r.kinds) AND {EXECUTIVE}
            AND i.at > (%(today)s - r.days - 1)::timestamp AT TIME ZONE %(zone)s
        GROUP BY r.id, r.customer_id) e ON e.rule_id = r.id AND e.customer_id = r.customer_id
    LEFT JOIN (
        SELECT r.id AS rule_id, r.customer_id, max(p.given_on) AS day
        FROM r JOIN customers_reviewreport p ON p.customer_id = r.customer_id
            AND r.action = 'report'
        GROUP BY r.id, r.customer_id) p ON p.rule_id = r.id AND p.customer_id = r.customer_id
    CROSS JOIN LATERAL (
        SELECT greatest(
            CASE WHEN l.state = 'kept' AND NOT r.stands THEN l.settled_on
                WHEN l.state = 'missed' THEN l.due_on END,
            e.day, p.day,
            CASE WHEN r.first_purchase > r.since THEN r.first_purchase END) + r.days AS natural
        ) n
    CROSS JOIN LATERAL (
        SELECT CASE WHEN n.natural >= %(today)s THEN n.natural
            ELSE %(today)s + {_spread("r.customer_id")} END AS day OFFSET 0) due"""  # noqa: S608 -- no value in it
BOUGHT = """
    JOIN LATERAL (
        SELECT min(day) AS day FROM customers_dealingday b
        WHERE b.customer_id = r.customer_id AND b.gross > 0 AND b.day <= %(today)s
            AND b.day >= greatest(r.since, %(today)s - r.days, l.starts_on + 1, l.settled_on)
        ) b ON b.day IS NOT NULL"""


def _open(*, known: str = "y.first_purchase", summed: str = SUMMED, joined: str = "", **parts):
    return OPEN.format(known=known, summed=summed, joined=joined, **parts)


OPENINGS = (
    _open(
        which=f"r.trigger = 'every' AND r.sample_percent IS NULL AND {_among('s')}",
        joined=RHYTHM,
        starts_on="due.day - r.days + 1",
        due_on="due.day",
    ),
    _open(
        which="r.trigger = 'every' AND r.sample_percent IS NOT NULL"
        f" AND r.since <= %(today)s AND {_drawn(PERIOD)}",
        known="s.last_purchase",
        summed="",
        starts_on=PERIOD,
        due_on=f"{PERIOD} + {_spread('r.customer_id')}",
    ),
    _open(
        which="r.trigger = 'first' AND y.first_purchase >= r.since",
        starts_on="r.first_purchase",
        due_on="r.first_purchase + r.days",
    ),
    _open(
        which="r.trigger = 'delivery' AND s.last_purchase >= %(today)s - r.days",
        known="s.last_purchase",
        summed="",
        joined=LAST + BOUGHT,
        starts_on="b.day",
        due_on="b.day + r.days",
    ),
    _open(
        which="r.trigger = 'no_second' AND y.purchase_days = 1"
        " AND y.first_purchase + r.days BETWEEN r.since AND %(today)s - 1",
        starts_on="r.first_purchase + r.days + 1",
        due_on="r.first_purchase + r.days + greatest(r.ahead_days, 1)::int",
    ),
)

CLOSE = f"""
UPDATE customers_task t
SET state = CASE d.state WHEN 'kept' THEN 'done' ELSE 'dropped' END, closed_at = %(now)s
FROM customers_caredue d
WHERE d.task_id = t.id AND t.state = 'open' AND t.origin = 'care' AND d.state IN ('kept', 'void')
    AND {_scope("d")}
"""  # noqa: S608 -- no value in it

# A task that is open still for the same customer and rule, such as that of a period that was
# missed, goes on for this one.
LINK = """
UPDATE customers_caredue d SET task_id = t.id
FROM customers_task t
WHERE t.state = 'open' AND t.origin = 'care' AND t.customer_id = d.customer_id
    AND t.reason = 'care:' || d.rule_id AND d.state = 'owed' AND d.task_id IS NULL
"""
# Who does it: never somebody who is inactive, and as many new ones a person as one can bear. What
# stands as a demand waits for its turn, the most valuable customers first; what falls due comes
# ahead of its day.
MAKE = f"""
WITH {RULE}, person AS (
    SELECT id, team_id, language, role, is_team_lead FROM accounts_user WHERE is_active
), lead AS (
    SELECT DISTINCT ON (team_id) team_id, id FROM person
    WHERE is_team_lead AND role <> 'service' ORDER BY team_id, id
), boss AS (
    SELECT DISTINCT ON (team_id) team_id, id FROM person WHERE role = 'manager'
    ORDER BY team_id, id
), load AS (
    SELECT t.assignee_id, r.stands, count(*) FILTER (WHERE t.state = 'open') AS open,
        count(*) FILTER (WHERE t.created_at >= %(midnight)s) AS fresh
    FROM customers_task t JOIN rule r ON t.reason = 'care:' || r.id
    WHERE t.origin = 'care' AND (t.state = 'open' OR t.created_at >= %(midnight)s)
    GROUP BY 1, 2
), room AS (
    SELECT person.id AS assignee_id, kind.stands, CASE WHEN kind.stands
        THEN %(most_demands)s - coalesce(load.open, 0)
        ELSE %(most_a_day)s - coalesce(load.fresh, 0) END AS places
    FROM person CROSS JOIN (VALUES (true), (false)) AS kind (stands)
    LEFT JOIN load ON load.assignee_id = person.id AND load.stands = kind.stands
), waiting AS (
    SELECT d.customer_id, d.due_on, r.id AS rule_id, r.stands, s.tier,
        s.lifetime_value, CASE r.who
            WHEN 'service' THEN coalesce(rep.id, owner.id, lead.id, boss.id)
            WHEN 'executive' THEN coalesce(boss.id, owner.id, lead.id)
            ELSE coalesce(owner.id, lead.id, boss.id) END AS assignee_id
    FROM customers_caredue d JOIN rule r ON r.id = d.rule_id
    JOIN customers_standing s ON s.customer_id = d.customer_id
    JOIN customers_customer c ON c.id = d.customer_id
    LEFT JOIN person owner ON owner.id = c.account_manager_id
    LEFT JOIN person rep ON rep.id = c.service_representative_id
    LEFT JOIN lead ON lead.team_id = c.team_id
    LEFT JOIN boss ON boss.team_id = c.team_id
    WHERE d.state = 'owed' AND d.task_id IS NULL AND r.action NOT IN {WITHOUT_TASK}
        AND (r.stands OR d.due_on <= %(today)s + r.ahead_days)
), turn AS (
    SELECT customer_id, rule_id, due_on, assignee_id, places, row_number() OVER (
        PARTITION BY assignee_id, stands
        ORDER BY CASE WHEN stands THEN DATE '0001-01-01' ELSE due_on END,
            lifetime_value DESC, tier, rule_id, customer_id) AS place
    FROM waiting JOIN room USING (assignee_id, stands) WHERE places > 0)
INSERT INTO customers_task (customer_id, title, assignee_id, kind, due_on, place, origin, reason,
    state, notes, created_at, version)
SELECT turn.customer_id, left(coalesce(
        nullif(r.names ->> coalesce(nullif(person.language, ''), %(language)s), ''),
        nullif(r.names ->> 'en', ''), nullif(r.names ->> 'zh-hans', ''), r.action), 200),
    turn.assignee_id, CASE WHEN r.action IN ('visit', 'executive') THEN 'visit'
        WHEN r.action IN ('contact', 'call') THEN 'call' ELSE 'todo' END,
    turn.due_on, '', 'care', 'care:' || r.id, 'open', '', %(now)s, 1
FROM turn JOIN person ON person.id = turn.assignee_id JOIN rule r ON r.id = turn.rule_id
WHERE turn.place <= turn.places
ORDER BY turn.customer_id, turn.rule_id
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- no value in it

# What was kept by something that was corrected or taken back (`doubted`): by something else, or
# not kept after all. Where its days are not over it is owed again, and what began after it gives
# way; its task is open again, unless it was ticked before what kept it was written down.
PROVE_AGAIN = f"""
{_proofs("d.id = ANY(%(doubted)s) AND d.state = 'kept'")}
UPDATE customers_caredue d SET settled_on = best.day, interaction_id = best.interaction_id
FROM best WHERE d.id = best.id RETURNING d.id
"""  # noqa: S608 -- no value in it
GIVE_WAY = """
UPDATE customers_caredue later
SET state = 'void', settled_on = greatest(%(today)s, later.starts_on), task_id = NULL
FROM customers_caredue d
WHERE d.id = ANY(%(unproven)s) AND d.due_on >= %(today)s AND later.state = 'owed'
    AND later.rule_id = d.rule_id AND later.customer_id = d.customer_id
"""
TAKE_TASK = """
UPDATE customers_caredue d SET task_id = t.id
FROM customers_task t
WHERE d.id = ANY(%(unproven)s) AND d.due_on >= %(today)s AND t.state = 'open'
    AND t.origin = 'care' AND t.customer_id = d.customer_id AND t.reason = 'care:' || d.rule_id
"""
REOPEN = """
UPDATE customers_task t SET state = 'open', closed_at = NULL
FROM customers_caredue d
WHERE d.id = ANY(%(unproven)s) AND t.id = d.task_id AND t.state = 'done'
    AND t.closed_at >= %(ticked_before)s AND NOT EXISTS (
        SELECT 1 FROM customers_task other WHERE other.state = 'open'
            AND other.customer_id = t.customer_id AND other.origin = t.origin
            AND other.reason = t.reason)
"""
UNKEEP = """
UPDATE customers_caredue d
SET state = CASE WHEN due_on >= %(today)s THEN 'owed' ELSE 'missed' END,
    settled_on = CASE WHEN due_on >= %(today)s THEN NULL ELSE due_on + 1 END,
    interaction_id = NULL
WHERE d.id = ANY(%(unproven)s)
"""
UNDO = (GIVE_WAY, TAKE_TASK, REOPEN, UNKEEP)
