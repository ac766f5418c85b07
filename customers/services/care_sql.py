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
DEMANDED = "'file', 'club', 'representative'"
DEMANDS = f"({DEMANDED})"
# What a person ticked off counts where the data can't know better; a demand is met or it is not.
TICKED = "('contact', 'call', 'visit', 'executive', 'report')"

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


def scope(alias: str) -> str:
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


# Who is asked after and what lacks of what is demanded; whose care may change tonight; and what was
# opened or moved just now.
SCRATCH = """
CREATE TEMP TABLE IF NOT EXISTS care_asked (customer_id bigint, tier text, file boolean,
    club boolean, representative boolean) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS care_touched (customer_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS care_opened (id bigint) ON COMMIT DELETE ROWS;
DELETE FROM care_asked;
DELETE FROM care_touched;
DELETE FROM care_opened
"""
LACKS = """CASE r.action WHEN 'file' THEN l.file WHEN 'club' THEN l.club
    WHEN 'representative' THEN l.representative END"""

# Whose care is not as it should be by what is known tonight, in one pass over all that is owed and
# all that is asked: each rule is a bit, and where just what is asked is owed, each comes twice.
# Whoever is owed what is no longer asked, or met, or not owed what is, is touched; so is who is
# owed anything that is overdue, by other days than its rule's, or by a rule that is no mere rhythm,
# and all whom rules concern beyond those that a whole number holds. What a random part is owed is
# looked at row by row.
TOUCH = f"""
WITH {RULE}, rhythm AS (
    SELECT id, tier, action, days, since, sample_percent, is_active,
        CASE WHEN place <= 63 THEN 1::bigint << place - 1 END AS place
    FROM (
        SELECT *, row_number() OVER (ORDER BY id)::int AS place FROM rule
        WHERE trigger = 'every'
            AND (sample_percent IS NULL OR action NOT IN ('news', {DEMANDED}))) AS numbered
), asks AS (
    SELECT tier, bit_or(place) FILTER (WHERE sample_percent IS NOT NULL) AS sometimes,
        bit_or(place) FILTER (
            WHERE sample_percent IS NULL AND action NOT IN ('news', {DEMANDED})) AS always,
        bit_or(place) FILTER (WHERE action = 'news') AS news,
        bit_or(place) FILTER (WHERE action = 'file') AS file,
        bit_or(place) FILTER (WHERE action = 'club') AS club,
        bit_or(place) FILTER (WHERE action = 'representative') AS representative,
        bool_or(place IS NULL) AS more
    FROM rhythm WHERE is_active GROUP BY tier
), found AS (
    SELECT s.customer_id, CASE WHEN r.sample_percent IS NULL THEN r.place END AS places,
        CASE WHEN r.sample_percent IS NOT NULL THEN r.place END AS drawn, NULL::bigint AS sometimes,
        CASE WHEN r.place IS NULL OR s.due_on < %(today)s THEN true
            WHEN r.sample_percent IS NULL THEN s.due_on - s.starts_on + 1 <> r.days
            ELSE mod(s.starts_on - r.since, r.days) <> 0 OR NOT {_drawn("s.starts_on")}
            END AS moves
    FROM customers_caredue s LEFT JOIN rhythm r ON r.id = s.rule_id
    WHERE s.state = 'owed'
    UNION ALL
    SELECT s.customer_id, coalesce(asks.always, 0)
        | CASE WHEN asks.news IS NOT NULL AND {AGREED} THEN asks.news ELSE 0 END
        | coalesce(CASE WHEN s.file THEN asks.file END, 0)
        | coalesce(CASE WHEN s.club THEN asks.club END, 0)
        | coalesce(CASE WHEN s.representative THEN asks.representative END, 0),
        NULL, asks.sometimes, asks.more
    FROM care_asked s JOIN asks USING (tier)
)
INSERT INTO care_touched (customer_id)
SELECT customer_id FROM found GROUP BY customer_id
HAVING coalesce(bit_xor(places), 0) <> 0 OR bool_or(moves)
    OR coalesce(bit_or(drawn), 0) & ~coalesce(bit_or(sometimes), 0) <> 0
"""  # noqa: S608 -- no value in it


ALL_SAID = f"""), first AS MATERIALIZED (
    SELECT f.rule_id, unnest(r.kinds) AS kind, f.day::timestamp AT TIME ZONE %(zone)s AS begins
    FROM (SELECT rule_id, min(starts_on) AS day FROM owed WHERE kinds <> '{{}}' GROUP BY rule_id) f
    JOIN rule r ON r.id = f.rule_id
), said AS MATERIALIZED (
    SELECT i.id, i.customer_id, i.at, r.id AS rule_id
    FROM customers_interaction i JOIN first ON first.kind = i.kind AND i.at >= first.begins
    JOIN rule r ON r.id = first.rule_id
    WHERE i.at >= (SELECT min(begins) FROM first) AND {scope("i")} AND {EXECUTIVE}
"""  # noqa: S608 -- no value in it
SAID = f"""), said AS NOT MATERIALIZED (
    SELECT i.id, i.customer_id, i.at, r.id AS rule_id
    FROM customers_interaction i JOIN rule r ON i.kind = ANY(r.kinds)
    WHERE {EXECUTIVE}
"""  # noqa: S608 -- no value in it


# Proofs in the order in which they count: what was logged, given, met, and last what was ticked.
# A demand is met where nothing lacks; of whom nothing is demanded any more nobody looked. What was
# logged before the first day of all that a rule has open is passed over at once (`ALL_SAID`).
def _proofs(which: str, said: str = SAID) -> str:
    return f"""
WITH {RULE}, owed AS NOT MATERIALIZED (
    SELECT d.id, d.customer_id, d.starts_on, d.due_on, d.task_id, d.rule_id,
        d.starts_on::timestamp AT TIME ZONE %(zone)s AS begins,
        (d.due_on + 1)::timestamp AT TIME ZONE %(zone)s AS ends,
        r.tier, r.action, r.kinds, r.stands
    FROM customers_caredue d JOIN rule r ON r.id = d.rule_id
    WHERE {which}
{said}), proof AS (
    SELECT r.id, 1 AS place, (i.at AT TIME ZONE %(zone)s)::date AS day, i.id AS interaction_id
    FROM owed r JOIN said i ON i.rule_id = r.rule_id AND i.customer_id = r.customer_id
        AND i.at >= r.begins AND i.at < r.ends
    WHERE r.kinds <> '{{}}'
    UNION ALL
    SELECT r.id, 2, p.given_on, NULL
    FROM owed r JOIN customers_reviewreport p ON p.customer_id = r.customer_id
        AND p.given_on BETWEEN r.starts_on AND least(r.due_on, %(today)s)
    WHERE r.action = 'report'
    UNION ALL
    SELECT r.id, 3, least(%(today)s, r.due_on), NULL
    FROM owed r LEFT JOIN care_asked l USING (customer_id)
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
def _keep(which: str, **said: str) -> str:
    return f"""
{_proofs(f"d.state = 'owed' AND r.is_active AND {scope('d')} AND {which}", **said)}, kept AS (
    UPDATE customers_caredue d
    SET state = 'kept', settled_on = best.day, interaction_id = best.interaction_id
    FROM best WHERE d.id = best.id AND d.state = 'owed' RETURNING d.customer_id)
INSERT INTO care_touched (customer_id) SELECT customer_id FROM kept
"""  # noqa: S608 -- no value in it


KEEP = _keep("true", said=ALL_SAID)
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
    LEFT JOIN care_asked l ON r.stands AND l.customer_id = s.customer_id
    WHERE r.is_active AND {{which}} AND {scope("s")} AND {WILLING}
        AND (SELECT d.id FROM customers_caredue d
            WHERE d.rule_id = r.id AND d.customer_id = s.customer_id AND d.state = 'owed') IS NULL
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
