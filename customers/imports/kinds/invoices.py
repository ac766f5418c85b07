"""Invoices whose lines have no numbers: the invoice is the unit, its lines are a multiset.

An invoice that came with wrong lines is held back: its good lines are added where we lack them,
nothing of it is removed, and `HeldLine` remembers which of the file's lines are in and which were
wrong. A file of wrong rows, known by its column of original line numbers, then completes those
invoices line by line; with the last one mended the invoice is compared as a whole.
"""

from psycopg2 import sql

from customers.models import ImportRun

TABLE = "customers_transaction"

INVOICES = """
DROP TABLE IF EXISTS import_invoices, import_wrong, import_matches;
CREATE TEMP TABLE import_matches (row_no integer, reference text, ours bigint, verdict text,
    numbered boolean) ON COMMIT DROP;
CREATE TEMP TABLE import_invoices ON COMMIT DROP AS
WITH theirs AS (
    SELECT reference, bool_or(line IS NOT NULL) AS numbered FROM import_lines
    WHERE reference IS NOT NULL GROUP BY reference),
ours AS (
    SELECT t.reference, bool_or(t.line IS NOT NULL) AS numbered, bool_or(t.line IS NULL) AS bare
    FROM customers_transaction t JOIN theirs USING (reference)
    WHERE t.source_id = %(source)s GROUP BY t.reference)
SELECT theirs.reference, theirs.numbered,
    coalesce(ours.bare, false) AND theirs.numbered
        OR coalesce(ours.numbered, false) AND NOT theirs.numbered AS differs
FROM theirs LEFT JOIN ours USING (reference);
ANALYZE import_invoices
"""
# An invoice is numbered or not, in the file as in our table: otherwise its lines would double.
JUDGE_NUMBERING = """
UPDATE import_lines l SET flaw = concat_ws(' ', nullif(l.flaw, ''),
    CASE WHEN i.differs THEN 'numbering:line' ELSE 'missing:line' END)
FROM import_invoices i
WHERE i.reference = l.reference AND (i.differs OR i.numbered AND l.line IS NULL)
"""
JUDGE_REPEATS = """
WITH repeated AS (
    SELECT row_no, content <> first_value(content) OVER same AS differs,
        row_number() OVER same AS turn
    FROM import_lines WHERE flaw = '' AND (line IS NOT NULL OR %(mended)s)
    WINDOW same AS (PARTITION BY reference, coalesce(line, position::text) ORDER BY row_no))
UPDATE import_lines l SET is_repeat = true,
    flaw = CASE WHEN repeated.differs THEN 'line_twice' ELSE '' END
FROM repeated WHERE repeated.row_no = l.row_no AND repeated.turn > 1;
INSERT INTO import_matches (row_no, reference, verdict, numbered)
SELECT row_no, reference, 'same', line IS NOT NULL FROM import_lines WHERE is_repeat AND flaw = ''
"""

# Which invoices have wrong lines, and where. A line without a readable invoice may belong to the
# invoice before or after it.
WRONG = """
CREATE TEMP TABLE import_wrong ON COMMIT DROP AS
SELECT reference, coalesce(position, 0) AS position FROM import_lines
WHERE flaw <> '' AND reference IS NOT NULL AND line IS NULL
"""
COUNT_STRAYS = """
SELECT count(*) FROM import_lines
WHERE (reference IS NULL OR flaw LIKE 'cells%%') AND NOT %(mended)s
"""
WRONG_NEIGHBOURS = """
CREATE INDEX import_lines_named ON import_lines (row_no) WHERE reference IS NOT NULL;
INSERT INTO import_wrong
SELECT near.reference, l.file_line FROM import_lines l CROSS JOIN LATERAL (
    (SELECT b.reference FROM import_lines b
     WHERE b.reference IS NOT NULL AND b.row_no < l.row_no ORDER BY b.row_no DESC LIMIT 1)
    UNION
    (SELECT a.reference FROM import_lines a
     WHERE a.reference IS NOT NULL AND a.row_no > l.row_no ORDER BY a.row_no LIMIT 1)) near
WHERE l.reference IS NULL OR l.flaw LIKE 'cells%'
"""

# What is remembered of the invoices in a file of wrong rows. A position that was a good line the
# last time comes from another file: it is a further line, kept under a number of its own.
REMEMBERED = """
DROP TABLE IF EXISTS import_remembered;
CREATE TEMP TABLE import_remembered ON COMMIT DROP AS
SELECT h.reference, h.position, h.state, h.transaction_id, false AS is_given
FROM customers_heldline h JOIN import_invoices i USING (reference)
WHERE %(mended)s AND h.source_id = %(source)s;
UPDATE import_lines l SET position = -l.position FROM import_remembered h
WHERE h.reference = l.reference AND h.position = l.position AND h.state = 'good';
UPDATE import_remembered h SET is_given = true FROM import_lines l
WHERE l.reference = h.reference AND l.position = h.position AND l.flaw = '' AND l.line IS NULL;
ANALYZE import_remembered
"""
# Whose lines may be removed: of an ordinary file, invoices without wrong lines; of a file of wrong
# rows, invoices of which nothing is missing any more.
FREE = """
DROP TABLE IF EXISTS import_free;
CREATE TEMP TABLE import_free ON COMMIT DROP AS
SELECT i.reference FROM import_invoices i
WHERE CASE WHEN %(mended)s
    THEN EXISTS (SELECT 1 FROM import_remembered h WHERE h.reference = i.reference)
        AND NOT EXISTS (SELECT 1 FROM import_remembered h
                        WHERE h.reference = i.reference AND h.state = 'wrong' AND NOT h.is_given)
        AND NOT EXISTS (SELECT 1 FROM import_wrong w
                        LEFT JOIN import_remembered h USING (reference, position)
                        WHERE w.reference = i.reference AND h.state IS DISTINCT FROM 'mended')
    ELSE NOT EXISTS (SELECT 1 FROM import_wrong w WHERE w.reference = i.reference) END;
ANALYZE import_free
"""

# The n-th of equal lines meets the n-th of ours. Lines that are remembered under a number that is
# not in the file are neither compared nor removed.
MATCH = """
WITH theirs AS (
    SELECT row_no, reference, content,
        row_number() OVER (PARTITION BY reference, content ORDER BY row_no) AS turn
    FROM import_lines WHERE flaw = '' AND line IS NULL AND NOT is_repeat),
lines AS (
    SELECT t.id, t.reference, {ours} AS content
    FROM customers_transaction t JOIN import_invoices i USING (reference)
    WHERE t.source_id = %(source)s AND t.line IS NULL AND NOT i.numbered AND NOT i.differs
        AND NOT EXISTS (SELECT 1 FROM import_remembered h
                        WHERE h.transaction_id = t.id AND NOT h.is_given)),
ours AS (
    SELECT id, reference, content,
        row_number() OVER (PARTITION BY reference, content ORDER BY id) AS turn
    FROM lines),
matches AS (
    SELECT row_no, reference, id,
        CASE WHEN id IS NULL THEN 'new' WHEN row_no IS NULL THEN 'removed' ELSE 'same' END
            AS verdict
    FROM theirs FULL JOIN ours USING (reference, content, turn))
INSERT INTO import_matches (row_no, reference, ours, verdict, numbered)
SELECT row_no, reference, coalesce(id, nextval('customers_transaction_id_seq')), verdict, false
FROM matches
WHERE verdict <> 'removed'
    OR EXISTS (SELECT 1 FROM import_free f WHERE f.reference = matches.reference)
    OR EXISTS (SELECT 1 FROM import_remembered h WHERE h.transaction_id = matches.id)
ORDER BY row_no
"""

# All that is remembered of the file's invoices, before it and after.
HELD = """
SELECT h.id FROM customers_heldline h JOIN import_invoices i USING (reference)
WHERE h.source_id = %(source)s
"""
FORGET = """
DELETE FROM customers_heldline h USING import_invoices i
WHERE NOT %(mended)s AND NOT i.numbered AND h.source_id = %(source)s
    AND h.reference = i.reference
"""
# Of an invoice with no good line and none in the table there is nothing to remember.
HOLD_WRONG = """
INSERT INTO customers_heldline (source_id, reference, position, state)
SELECT DISTINCT %(source)s, w.reference, w.position, 'wrong'
FROM import_wrong w JOIN import_invoices i USING (reference)
WHERE NOT i.numbered AND NOT i.differs AND EXISTS (
    SELECT 1 FROM customers_transaction t
    WHERE t.source_id = %(source)s AND t.reference = w.reference)
ON CONFLICT (source_id, reference, position) DO NOTHING
"""
HOLD_GOOD = """
INSERT INTO customers_heldline (source_id, reference, position, state, transaction_id)
SELECT %(source)s, m.reference, l.position, 'good', m.ours
FROM import_matches m JOIN import_lines l USING (row_no)
WHERE NOT %(mended)s AND NOT m.numbered AND m.ours IS NOT NULL
    AND m.reference IN (SELECT reference FROM import_wrong)
"""
# A mended line of an invoice of which nothing was remembered: position 0 stands for its others.
HOLD_MENDED = """
INSERT INTO customers_heldline (source_id, reference, position, state)
SELECT DISTINCT %(source)s, m.reference, 0, 'wrong'
FROM import_matches m
WHERE %(mended)s AND NOT m.numbered AND NOT EXISTS (
    SELECT 1 FROM import_remembered h WHERE h.reference = m.reference)
ON CONFLICT (source_id, reference, position) DO NOTHING;
INSERT INTO customers_heldline (source_id, reference, position, state, transaction_id)
SELECT %(source)s, m.reference, l.position, 'mended', m.ours
FROM import_matches m JOIN import_lines l USING (row_no)
WHERE %(mended)s AND NOT m.numbered AND m.ours IS NOT NULL
ON CONFLICT (source_id, reference, position) DO UPDATE SET
    state = EXCLUDED.state, transaction_id = EXCLUDED.transaction_id
"""


# Where the invoice is the unit, what came to it or went from it later stands on all its lines.
LATER_LINES = """
WITH own AS (
    SELECT t.reference FROM undo_rows r JOIN customers_transaction t
        ON t.id = r.row_id AND {near}
    WHERE r."table" = %(table)s AND {which} AND t.line IS NULL
    UNION
    SELECT r.before ->> 'reference' FROM undo_rows r
    WHERE r."table" = %(table)s AND r.digest IS NULL)
INSERT INTO undo_conflicts ("table", row_id, code)
SELECT %(table)s, t.id, 'invoice' FROM customers_transaction t JOIN own USING (reference)
WHERE t.id > %(last)s AND t.source_id = %(source)s AND t.line IS NULL
UNION
SELECT %(table)s, r.row_id, 'invoice'
FROM customers_importedrow r JOIN own ON own.reference = r.before ->> 'reference'
WHERE r.import_run_id > %(run)s AND r."table" = %(table)s AND r.before IS NOT NULL
    AND r.digest IS NULL AND (r.before ->> 'source_id')::bigint = %(source)s
"""


def judge_undo(cursor, import_run: ImportRun, names: dict) -> None:
    """What later imports did to the same invoices stands against an undo."""
    params = {
        "run": import_run.pk,
        "table": TABLE,
        "last": import_run.traced[TABLE]["last"],
        "source": import_run.source_id,
    }
    cursor.execute(sql.SQL(LATER_LINES).format(**names), params)


def judge_lines(cursor, params: dict) -> None:
    """Find the flaws that only show beside the invoice's other lines."""
    cursor.execute(INVOICES, params)
    cursor.execute(JUDGE_NUMBERING)
    if params["has_line"] or params["mended"]:
        cursor.execute(JUDGE_REPEATS, params)
    cursor.execute(WRONG)
    cursor.execute(COUNT_STRAYS, params)
    if cursor.fetchone()[0]:
        cursor.execute(WRONG_NEIGHBOURS)
    cursor.execute("ANALYZE import_wrong")


def match_unnumbered(cursor, params: dict, ours: str) -> None:
    """Decide what becomes of each line; `ours` is the SQL of our line's content."""
    cursor.execute(REMEMBERED, params)
    cursor.execute(FREE, params)
    cursor.execute(MATCH.format(ours=ours), params)


def forget_held(cursor, params: dict) -> None:
    """An invoice that comes anew in an ordinary file is known by that file from now on."""
    cursor.execute(FORGET, params)


def hold(cursor, params: dict) -> None:
    """Remember the invoices that are incomplete, after their good lines are in."""
    cursor.execute(HOLD_GOOD, params)
    cursor.execute(HOLD_MENDED, params)
    cursor.execute(HOLD_WRONG, params)
