"""SQL of the check page for transactions: which line takes the place of which, and what differs."""

# A removed line makes room for an added one of its invoice: together they are one change.
PAIRS = """
DROP TABLE IF EXISTS import_pairs;
CREATE TEMP TABLE import_pairs ON COMMIT DROP AS
WITH gone AS (
    SELECT reference, ours, row_number() OVER (PARTITION BY reference ORDER BY ours) AS turn
    FROM import_matches WHERE verdict = 'removed'),
come AS (
    SELECT reference, row_no, row_number() OVER (PARTITION BY reference ORDER BY row_no) AS turn
    FROM import_matches
    WHERE verdict = 'new' AND NOT numbered AND reference IN (SELECT reference FROM gone))
SELECT row_no, ours FROM come JOIN gone USING (reference, turn)
"""
VERDICTS = """
SELECT m.row_no, CASE WHEN p.row_no IS NULL THEN m.verdict ELSE 'changed' END
FROM import_matches m LEFT JOIN import_pairs p USING (row_no) WHERE m.row_no IS NOT NULL
"""
# Of customers and products we know whether they are others; their keys are the source's own.
DIFFERENCES = """
SELECT l.row_no, f.field, f.before, f.after
FROM (
    SELECT row_no, ours FROM import_matches
    WHERE verdict = 'changed' AND row_no = ANY(%(shown)s)
    UNION ALL
    SELECT row_no, ours FROM import_pairs WHERE row_no = ANY(%(shown)s)) m
JOIN import_lines l USING (row_no) JOIN import_rows r USING (row_no)
JOIN customers_transaction t ON t.id = m.ours
JOIN customers_customer c ON c.id = t.customer_id
LEFT JOIN customers_product p ON p.id = t.product_id
CROSS JOIN LATERAL (VALUES
    ('customer', c.number,
        CASE WHEN l.customer_id = t.customer_id THEN c.number ELSE l.customer_key END, true),
    ('date', t.date::text, l.date::text, true),
    ('quantity', trim_scale(t.quantity)::text, trim_scale(l.quantity)::text, %(has_quantity)s),
    ('unit_price', trim_scale(t.unit_price)::text, trim_scale(l.unit_price)::text,
        %(has_unit_price)s),
    ('amount', trim_scale(t.amount)::text, trim_scale(l.amount)::text, true),
    ('cost', trim_scale(t.cost)::text, trim_scale(l.cost)::text, %(has_cost)s),
    ('discount', trim_scale(t.discount)::text, trim_scale(l.discount)::text, %(has_discount)s),
    ('product', p.code, CASE WHEN l.product_id = t.product_id THEN p.code ELSE r.product END,
        %(has_product)s),
    ('contract', t.contract, l.contract, %(has_contract)s),
    ('period_start', t.period_start::text, l.period_start::text, %(has_period_start)s),
    ('period_end', t.period_end::text, l.period_end::text, %(has_period_end)s)
    ) f (field, before, after, is_compared)
WHERE f.is_compared
"""
REMOVALS = """
SELECT t.id, f.field, f.before
FROM (
    SELECT ours FROM import_matches m WHERE verdict = 'removed'
        AND NOT EXISTS (SELECT FROM import_pairs p WHERE p.ours = m.ours)
    ORDER BY ours LIMIT %(most)s) m
JOIN customers_transaction t ON t.id = m.ours
JOIN customers_customer c ON c.id = t.customer_id
LEFT JOIN customers_product p ON p.id = t.product_id
CROSS JOIN LATERAL (VALUES ('customer', c.number), ('reference', t.reference),
    ('date', t.date::text), ('product', p.code), ('quantity', trim_scale(t.quantity)::text),
    ('amount', trim_scale(t.amount)::text)) f (field, before)
"""
