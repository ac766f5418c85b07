"""The SQL that compares the complaints of a file with ours, and what is wrong with them.

`import_cases` has the file's rows typed, with the case that each means, the moments worked out
and the state that it leads to. `CaseIdentity` remembers, field by field, a digest of what the
source said last and with which event that ended: so a repeated row is the same whatever became of
the case here, and a changed one is only taken where nobody has worked on the case since.
"""

from complaints.imports.fields import FIELDS
from complaints.states import ENDED, OPEN, State
from customers.imports.kinds.typed import typed

PARTS = typed(FIELDS)
# An open complaint that came in within this time is no history yet.
FRESH = "interval '1 day'"
AHEAD = "interval '5 minutes'"


def _among(states) -> str:
    return ", ".join(f"'{state}'" for state in states)


OPEN_STATES, ENDED_STATES = _among(OPEN), _among(ENDED)
RESOLVED = str(State.RESOLVED)

KEYS = "INSERT INTO import_keys SELECT DISTINCT customer, false FROM import_rows"
WAYS = """
DROP TABLE IF EXISTS import_ways, import_entries, import_cases, import_matches;
CREATE TEMP TABLE import_ways (start text, target text, step integer, action text, before text,
    after text) ON COMMIT DROP
"""
# Entries of lists by their code or their name in any language; those in use first.
ENTRIES = """
CREATE TEMP TABLE import_entries ON COMMIT DROP AS
SELECT DISTINCT ON (given.field, given.text) given.field, given.text, listed.id
FROM (SELECT DISTINCT 'category' AS field, category AS text FROM import_rows WHERE category <> ''
      UNION SELECT DISTINCT 'root_cause', root_cause FROM import_rows WHERE root_cause <> '') given
JOIN (SELECT 'category' AS field, id, code, names, is_active FROM complaints_category
      UNION ALL
      SELECT 'root_cause', id, code, names, is_active FROM complaints_rootcause) listed
    ON listed.field = given.field AND (lower(listed.code) = lower(given.text)
        OR EXISTS (SELECT FROM jsonb_each_text(listed.names) name
                   WHERE lower(name.value) = lower(given.text)))
ORDER BY given.field, given.text, listed.is_active DESC, listed.id
"""


def _moment(name: str) -> str:
    """With its time as it is, else the beginning of the day; a zone that is named holds."""
    text = f"t.{name}_text"
    return (
        f"CASE WHEN {text} ~ '[+-]\\d\\d:\\d\\d$' THEN {text}::timestamptz"
        f" WHEN {text} IS NOT NULL THEN {text}::timestamp AT TIME ZONE %(zone)s"
        f" ELSE t.{name}::timestamp AT TIME ZONE %(zone)s END"
    )


def _not_before(moment: str, name: str, earlier: str) -> str:
    """A day without a time is not before what happened on that day."""
    return (
        f"CASE WHEN {name}_text IS NULL AND ({earlier} AT TIME ZONE %(zone)s)::date = {name}"
        f" THEN greatest({moment}, {earlier}) ELSE {moment} END"
    )


CASES = f"""
CREATE TEMP TABLE import_cases ON COMMIT DROP AS
WITH typed AS (
    SELECT r.row_no, c.customer_id, category.id AS category_id, cause.id AS root_cause_id,
        {PARTS.columns},
        concat_ws(' ', nullif(r.flaw, ''), {PARTS.flaws},
            CASE WHEN r.customer <> '' AND c.customer_id IS NULL
                 THEN 'unknown_customer:customer' END,
            CASE WHEN r.category <> '' AND category.id IS NULL THEN 'unknown_entry:category' END,
            CASE WHEN r.root_cause <> '' AND cause.id IS NULL
                 THEN 'unknown_entry:root_cause' END,
            CASE WHEN v_cost.number < 0 THEN 'negative:cost' END) AS flaw
    FROM import_rows r LEFT JOIN import_customers c ON c.key = r.customer
    LEFT JOIN import_entries category ON category.field = 'category' AND category.text = r.category
    LEFT JOIN import_entries cause ON cause.field = 'root_cause' AND cause.text = r.root_cause
    {PARTS.joins}),
known AS (
    SELECT t.*, {_moment("received_at")} AS received, {_moment("resolved_at")} AS resolved_moment,
        {_moment("closed_at")} AS closed_moment, i.id AS identity_id, i.case_id,
        i.digests AS known_digests, i.seq AS known_seq, o.received_at AS received_here
    FROM typed t
    LEFT JOIN complaints_caseidentity i ON i.source_id = %(source)s AND i.key = t.reference
    LEFT JOIN complaints_case o ON o.id = i.case_id),
solved AS (
    SELECT known.*, coalesce(received, received_here) AS begun,
        {_not_before("resolved_moment", "resolved_at", "coalesce(received, received_here)")}
            AS resolved
    FROM known),
ended AS (
    SELECT solved.*, {_not_before("closed_moment", "closed_at", "coalesce(resolved, begun)")}
        AS closed
    FROM solved)
SELECT ended.*, case_id IS NULL AS is_new, false AS is_repeat, false AS is_live,
    ''::text AS verdict,
    -- What was solved so long ago is closed by itself.
    CASE WHEN state IN ('', '{RESOLVED}') AND closed IS NOT NULL THEN 'closed'
        WHEN state IN ('', '{RESOLVED}') AND resolved + %(closing)s <= now() THEN 'closed'
        WHEN state = '' AND resolved IS NOT NULL THEN '{RESOLVED}'
        WHEN state = '' AND case_id IS NULL THEN 'new'
        ELSE state END AS target,
    (SELECT coalesce(jsonb_object_agg(given.key, left(md5(given.value), 12)), '{{}}')
     FROM jsonb_each_text(jsonb_build_object('customer', lower(customer), 'kind', kind,
        'title', title, 'description', description, 'channel', channel, 'category', category_id,
        'severity', severity, 'received_at', received, 'resolved_at', resolved,
        'closed_at', closed, 'state', state, 'remedy', remedy, 'cost', cost,
        'root_cause', root_cause_id, 'order_reference', order_reference, 'told', told)) given
     WHERE given.value <> '') AS digests
FROM ended;
-- When it ended, whatever column says so.
UPDATE import_cases SET closed = coalesce(closed, CASE
    WHEN target = 'closed' AND resolved + %(closing)s <= now() AND state IN ('', '{RESOLVED}')
    THEN resolved + %(closing)s ELSE resolved END)
WHERE target IN ('closed', 'withdrawn', 'rejected');
ANALYZE import_cases
"""  # noqa: S608 -- no value in it
JUDGE = f"""
UPDATE import_cases SET flaw = concat_ws(' ', nullif(flaw, ''),
    CASE WHEN is_new AND received IS NULL THEN 'missing:received_at' END,
    CASE WHEN is_new AND title = '' AND description = '' THEN 'missing:description' END,
    CASE WHEN received > now() + {AHEAD} THEN 'date_future:received_at'
         WHEN resolved > now() + {AHEAD} THEN 'date_future:resolved_at'
         WHEN closed > now() + {AHEAD} THEN 'date_future:closed_at'
         WHEN resolved < begun THEN 'time_order:resolved_at'
         WHEN closed < coalesce(resolved, begun) THEN 'time_order:closed_at'
         WHEN state IN ({OPEN_STATES}) AND (resolved IS NOT NULL OR closed IS NOT NULL)
         THEN 'state_times:state'
         WHEN is_new AND target = '{RESOLVED}' AND resolved IS NULL
         THEN 'missing:resolved_at'
         WHEN is_new AND target IN ({ENDED_STATES}) AND closed IS NULL AND resolved IS NULL
         THEN 'missing:closed_at' END)
WHERE flaw !~ ':(received_at|resolved_at|closed_at|state)( |$)';
WITH repeated AS (
    SELECT row_no, digests <> first_value(digests) OVER same AS differs,
        row_number() OVER same AS turn
    FROM import_cases WHERE flaw = ''
    WINDOW same AS (PARTITION BY reference ORDER BY row_no))
UPDATE import_cases p SET is_repeat = true, verdict = 'same',
    flaw = CASE WHEN repeated.differs THEN 'twice' ELSE '' END
FROM repeated WHERE repeated.row_no = p.row_no AND repeated.turn > 1
"""  # noqa: S608 -- no value in it
# What is different from what the source said last. The times of a case are those of its events,
# which nobody changes.
JUDGE_CHANGED = """
UPDATE import_cases p SET verdict = 'changed', flaw = CASE
    WHEN EXISTS (SELECT FROM complaints_caseevent e WHERE e.case_id = p.case_id
                 AND e.seq > p.known_seq AND e.actor <> 'system') THEN 'worked_on'
    WHEN p.received <> c.received_at THEN 'times_fixed:received_at'
    WHEN NOT EXISTS (SELECT FROM import_ways w
                     WHERE w.start = c.state AND w.target = coalesce(nullif(p.target, ''), c.state))
    THEN 'state_back:state'
    WHEN p.resolved <> c.resolved_at THEN 'times_fixed:resolved_at'
    WHEN c.state = p.target AND p.closed_at IS NOT NULL AND p.closed <> c.ended_at
    THEN 'times_fixed:closed_at'
    WHEN p.target IN ('closed', 'withdrawn', 'rejected') AND c.state <> p.target
        AND coalesce(p.closed, c.resolved_at) IS NULL THEN 'missing:closed_at'
    WHEN p.target = 'resolved' AND c.resolved_at IS NULL AND p.resolved IS NULL
    THEN 'missing:resolved_at'
    ELSE '' END
FROM complaints_case c
WHERE c.id = p.case_id AND p.flaw = '' AND NOT p.is_repeat
    AND NOT p.known_digests @> p.digests
"""
MATCH = f"""
UPDATE import_cases SET verdict = '' WHERE flaw <> '';
UPDATE import_cases SET case_id = nextval('complaints_case_id_seq'), verdict = 'new',
    is_live = target IN ({OPEN_STATES}) AND received > now() - {FRESH}
WHERE is_new AND flaw = '' AND NOT is_repeat;
CREATE TEMP TABLE import_matches ON COMMIT DROP AS
SELECT row_no, case_id AS id, coalesce(nullif(verdict, ''), 'same') AS verdict
FROM import_cases WHERE flaw = '';
ANALYZE import_cases;
ANALYZE import_matches
"""  # noqa: S608 -- no value in it
COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'changed'),
    count(*) FILTER (WHERE verdict = 'same')
FROM import_matches
"""
UNTITLED = """
SELECT row_no, left(description, 2000) FROM import_cases
WHERE verdict = 'new' AND title = '' ORDER BY row_no
"""
GIVE_TITLES = """
UPDATE import_cases c SET title = t.title FROM import_titles t WHERE t.row_no = c.row_no
"""
