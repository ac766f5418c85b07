"""The SQL that writes complaints of a file: cases with the events that lead to their state.

Events are added, never changed, and the database holds their chain together. What came by a file
happened without a user: the system is who did it.
"""

from complaints.imports.plan import OPEN_STATES, RESOLVED
from complaints.models.cases import NEVER_DUE

CASE, EVENT, IDENTITY = "complaints_case", "complaints_caseevent", "complaints_caseidentity"

# As whoever acts on cases does: they are locked first, in order.
LOCK = """
SELECT c.id FROM complaints_case c
WHERE c.id IN (SELECT id FROM import_matches WHERE verdict = 'changed')
ORDER BY c.id FOR NO KEY UPDATE
"""
# Only an open one that came in within a day is no history: its clocks run.
NEW = f"""
INSERT INTO complaints_case (id, kind, customer_id, caller_name, caller_phone, caller_email, title,
    description, channel, received_at, category_id, severity, order_reference, remedy_sought,
    scope, is_safety, immediate_action, root_cause_id, root_cause_notes, remedy, remedy_cost,
    state, last_seq, tier, reopened, resolved_at, ended_at, terms_id, next_due_at, is_breached,
    wake_at, logged_by_id, created_at)
SELECT p.case_id, coalesce(nullif(p.kind, ''), 'complaint'), p.customer_id, '', '', '', p.title,
    coalesce(nullif(p.description, ''), p.title), coalesce(nullif(p.channel, ''), 'phone'),
    p.received, p.category_id, coalesce(nullif(p.severity, ''), 'moderate'), p.order_reference,
    '', '', false, '', p.root_cause_id, '', p.remedy, p.cost, p.target,
    (SELECT max(w.step) FROM import_ways w WHERE w.start = '' AND w.target = p.target),
    coalesce(s.tier, 'C'), 0,
    CASE WHEN p.target IN ('{RESOLVED}', 'closed') THEN coalesce(p.resolved, p.closed) END,
    CASE WHEN p.target NOT IN ({OPEN_STATES}) THEN coalesce(p.closed, p.resolved) END,
    %(terms)s, '{NEVER_DUE.isoformat()}', false,
    CASE WHEN p.target = '{RESOLVED}' THEN p.resolved + %(closing)s END,
    nullif(current_setting('perennial.actor', true), '')::bigint, now()
FROM import_cases p LEFT JOIN customers_standing s ON s.customer_id = p.customer_id
WHERE p.verdict = 'new' AND p.is_live = %(live)s ORDER BY p.row_no
"""  # noqa: S608 -- no value in it
CHANGES = """
DROP TABLE IF EXISTS import_changes;
CREATE TEMP TABLE import_changes ON COMMIT DROP AS
SELECT p.case_id, jsonb_object_agg(d.key, d.after) AS news,
    jsonb_object_agg(d.key, d.before) AS was
FROM import_cases p JOIN complaints_case c ON c.id = p.case_id
CROSS JOIN LATERAL (VALUES
    ('customer', to_jsonb(c.customer_id), to_jsonb(p.customer_id)),
    ('kind', to_jsonb(c.kind), to_jsonb(nullif(p.kind, ''))),
    ('title', to_jsonb(c.title), to_jsonb(nullif(p.title, ''))),
    ('description', to_jsonb(c.description), to_jsonb(nullif(p.description, ''))),
    ('channel', to_jsonb(c.channel), to_jsonb(nullif(p.channel, ''))),
    ('category', to_jsonb(c.category_id), to_jsonb(p.category_id)),
    ('severity', to_jsonb(c.severity), to_jsonb(nullif(p.severity, ''))),
    ('order_reference', to_jsonb(c.order_reference), to_jsonb(nullif(p.order_reference, ''))),
    ('root_cause', to_jsonb(c.root_cause_id), to_jsonb(p.root_cause_id)),
    ('remedy', to_jsonb(c.remedy), to_jsonb(nullif(p.remedy, ''))),
    ('remedy_cost', to_jsonb(c.remedy_cost::text), to_jsonb(p.cost::text))
) AS d (key, before, after)
WHERE p.verdict = 'changed' AND d.after IS NOT NULL AND d.after IS DISTINCT FROM d.before
GROUP BY p.case_id
"""
CHANGE = """
UPDATE complaints_case c SET customer_id = p.customer_id,
    kind = coalesce(nullif(p.kind, ''), c.kind),
    title = coalesce(nullif(p.title, ''), c.title),
    description = coalesce(nullif(p.description, ''), c.description),
    channel = coalesce(nullif(p.channel, ''), c.channel),
    category_id = coalesce(p.category_id, c.category_id),
    severity = coalesce(nullif(p.severity, ''), c.severity),
    order_reference = coalesce(nullif(p.order_reference, ''), c.order_reference),
    root_cause_id = coalesce(p.root_cause_id, c.root_cause_id),
    remedy = coalesce(nullif(p.remedy, ''), c.remedy),
    remedy_cost = coalesce(p.cost, c.remedy_cost)
FROM import_cases p WHERE p.verdict = 'changed' AND c.id = p.case_id
"""
# The first says what the case is and whether it is history; then the way to the state. A change of
# the customer brings its tier. What the customer was told belongs to the resolution, or to the last
# that is known; alone it is a reply.
EVENTS = """
INSERT INTO complaints_caseevent (case_id, seq, follows, action, before, after, at, actor, reason,
    data)
WITH last AS (
    SELECT p.*, c.last_seq, c.state AS state_now, l.at AS last_at, ch.news, ch.was,
        c.severity AS severity_now, coalesce(s.tier, 'C') AS tier_now,
        (ch.news IS NOT NULL)::int AS changes,
        coalesce(way.steps, 0) > 0 AS moves, coalesce(way.solution, way.steps) AS telling
    FROM import_cases p JOIN complaints_case c ON c.id = p.case_id
    LEFT JOIN customers_standing s ON s.customer_id = p.customer_id
    LEFT JOIN complaints_caseevent l ON l.case_id = p.case_id AND l.seq = c.last_seq
        AND p.verdict = 'changed'
    LEFT JOIN import_changes ch ON ch.case_id = p.case_id
    LEFT JOIN LATERAL (
        SELECT max(w.step) AS steps, max(w.step) FILTER (WHERE w.action = 'resolve') AS solution
        FROM import_ways w WHERE w.target = p.target
            AND w.start = CASE WHEN p.verdict = 'new' THEN '' ELSE c.state END) way ON true
    WHERE p.verdict IN ('new', 'changed')),
steps AS (
    SELECT case_id, last_seq + 1 AS seq, 'change' AS action, state_now AS before,
        state_now AS after, '' AS reason,
        greatest(last_at, CASE WHEN moves THEN coalesce(resolved, closed, now()) ELSE now() END)
            AS at,
        jsonb_build_object('values', news || CASE WHEN news ? 'customer'
            THEN jsonb_build_object('tier', tier_now) ELSE '{}' END, 'was', was) AS data
    FROM last WHERE changes = 1
    UNION ALL
    SELECT case_id, last_seq + changes + 1, 'reply', state_now, state_now, '',
        greatest(last_at, now()), jsonb_build_object('told', told)
    FROM last WHERE verdict = 'changed' AND NOT moves AND told <> ''
        AND known_digests->'told' IS DISTINCT FROM digests->'told'
    UNION ALL
    SELECT l.case_id,
        w.step + CASE WHEN l.verdict = 'new' THEN 0 ELSE l.last_seq + l.changes END,
        w.action, w.before, w.after,
        CASE WHEN w.action IN ('withdraw', 'reject') THEN l.told ELSE '' END,
        CASE WHEN w.action IN ('propose', 'resolve')
                THEN greatest(l.last_at, coalesce(l.resolved, l.closed, l.begun))
            WHEN w.action IN ('close', 'withdraw', 'reject')
                THEN greatest(l.last_at, coalesce(l.closed, l.resolved, l.begun))
            ELSE greatest(l.last_at, CASE WHEN l.verdict = 'new' THEN l.received
                ELSE coalesce(l.resolved, l.closed, now()) END) END,
        jsonb_strip_nulls(CASE w.action
            WHEN 'log' THEN jsonb_build_object('values', jsonb_build_object(
                'customer', l.customer_id, 'severity', l.severity_now,
                'category', l.category_id, 'tier', l.tier_now),
                'history', CASE WHEN NOT l.is_live THEN true END)
            WHEN 'propose' THEN jsonb_build_object('values', jsonb_build_object(
                'root_cause', l.root_cause_id, 'remedy', nullif(l.remedy, ''),
                'remedy_cost', l.cost::text))
            ELSE '{}' END || CASE
                WHEN w.step = l.telling AND l.told <> '' AND w.action NOT IN ('withdraw', 'reject')
                THEN jsonb_build_object('told', l.told) ELSE '{}' END)
    FROM last l JOIN import_ways w ON w.step > 0 AND w.target = l.target
        AND w.start = CASE WHEN l.verdict = 'new' THEN '' ELSE l.state_now END)
SELECT case_id, seq, nullif(seq - 1, 0), action, before, after, at, 'system', reason,
    data || '{"imported": true}'
FROM steps ORDER BY case_id, seq
"""
LEARN = """
INSERT INTO complaints_caseidentity (source_id, key, case_id, digests, seq)
SELECT %(source)s, p.reference, p.case_id, p.digests, c.last_seq
FROM import_cases p JOIN complaints_case c ON c.id = p.case_id
WHERE p.verdict = 'new' ORDER BY p.row_no
"""
REMEMBER = """
UPDATE complaints_caseidentity i SET digests = i.digests || p.digests, seq = (
    SELECT max(e.seq) FROM complaints_caseevent e WHERE e.case_id = i.case_id)
FROM import_cases p WHERE p.verdict = 'changed' AND i.id = p.identity_id
"""
CHANGED_IDENTITIES = "SELECT identity_id FROM import_cases WHERE verdict = 'changed'"
# Whose row and clocks are made from their events: what changed, and what is no history.
TO_DERIVE = """
SELECT id FROM import_matches WHERE verdict = 'changed'
UNION
SELECT case_id FROM import_cases WHERE verdict = 'new' AND is_live
"""
