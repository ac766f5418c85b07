"""Referrals: who recommended us to whom. The same two make the same referral.

The file's rows become `import_people`, as those of contacts do: typed, with the referral of ours
that they mean and their flaws. To whom is a customer of ours, or a name so far; a name that became
a customer is the same referral still.
"""

from django.db import connection

from customers.imports import traces
from customers.imports.fields import Counts, Preview, require
from customers.imports.kinds.contacts import FOLDED
from customers.imports.kinds.parties import FIND_CUSTOMERS, MAKE_KEYS
from customers.imports.kinds.referral_fields import FIELDS
from customers.imports.kinds.typed import differences, typed
from customers.imports.refusals import Refused
from customers.imports.staging import Staged
from customers.models import Referral

REFERRAL = "customers_referral"
PARTS = typed(FIELDS)

KEYS = """
INSERT INTO import_keys SELECT customer, false FROM import_rows
UNION SELECT referred, false FROM import_rows
"""
ROWS = f"""
DROP TABLE IF EXISTS import_people, import_ours, import_matches;
CREATE TEMP TABLE import_people ON COMMIT DROP AS
WITH typed AS (
    SELECT r.row_no, c.customer_id, t.customer_id AS referred_id, {PARTS.columns},
        {FOLDED.format("r.name")} AS folded,
        concat_ws(' ', nullif(r.flaw, ''), {PARTS.flaws},
            CASE WHEN r.customer <> '' AND c.customer_id IS NULL
                 THEN 'unknown_customer:customer' END,
            CASE WHEN r.referred = '' AND r.name = '' THEN 'missing:name'
                 WHEN r.referred <> '' AND t.customer_id IS NULL
                 THEN 'unknown_customer:referred'
                 WHEN t.customer_id = c.customer_id THEN 'to_itself:referred' END) AS flaw
    FROM import_rows r LEFT JOIN import_customers c ON c.key = r.customer
    LEFT JOIN import_customers t ON t.key = r.referred {PARTS.joins})
SELECT typed.*, NULL::bigint AS referral_id, false AS is_repeat,
    ROW(customer_id, referred_id, name, date, state, remarks)::text AS content
FROM typed;
ANALYZE import_people
"""  # noqa: S608 -- no value in it
OURS = f"""
CREATE TEMP TABLE import_ours ON COMMIT DROP AS
SELECT f.id, f.customer_id, f.referred_id, {FOLDED.format("f.name")} AS folded,
    f.removed_at IS NOT NULL AS is_removed
FROM customers_referral f
WHERE f.customer_id IN (SELECT customer_id FROM import_people WHERE flaw = '');
ANALYZE import_ours
"""  # noqa: S608 -- no value in it
# The customer decides; else the name, first among those of whom no customer of ours is known. Of
# what was removed and what is there, what is there is meant.
FIND = """
UPDATE import_people p SET referral_id = CASE WHEN f.flaw = '' THEN f.id END, flaw = f.flaw
FROM (
    SELECT row_no, min(id) AS id, CASE WHEN count(*) > 1 AND NOT bool_and(is_removed)
        THEN 'ambiguous:name' WHEN bool_and(is_removed) THEN 'removed' ELSE '' END AS flaw
    FROM (
        SELECT p.row_no, o.id, o.is_removed, rank() OVER (PARTITION BY p.row_no ORDER BY
            o.is_removed, o.referred_id IS DISTINCT FROM p.referred_id) AS place
        FROM import_people p JOIN import_ours o USING (customer_id)
        WHERE p.flaw = '' AND (o.referred_id = p.referred_id
            OR p.folded <> '' AND o.folded = p.folded
                AND (p.referred_id IS NULL OR o.referred_id IS NULL))
    ) fitting WHERE place = 1 GROUP BY row_no) f
WHERE f.row_no = p.row_no
"""
JUDGE_NEW = """
UPDATE import_people SET flaw = 'missing:date'
WHERE flaw = '' AND referral_id IS NULL AND date IS NULL
"""
JUDGE_REPEATS = """
WITH repeated AS (
    SELECT row_no, content <> first_value(content) OVER same AS differs,
        row_number() OVER same AS turn
    FROM import_people WHERE flaw = ''
    WINDOW same AS (PARTITION BY referral_id,
        CASE WHEN referral_id IS NULL THEN customer_id END,
        CASE WHEN referral_id IS NULL THEN coalesce('=' || referred_id, folded) END
        ORDER BY row_no))
UPDATE import_people p SET is_repeat = true,
    flaw = CASE WHEN repeated.differs THEN 'twice' ELSE '' END
FROM repeated WHERE repeated.row_no = p.row_no AND repeated.turn > 1
"""
MATCH = """
CREATE TEMP TABLE import_matches ON COMMIT DROP AS
SELECT p.row_no, p.referral_id AS id,
    CASE WHEN p.is_repeat THEN 'same' WHEN f.id IS NULL THEN 'new'
         WHEN p.referred_id <> coalesce(f.referred_id, 0) OR p.name NOT IN ('', f.name)
            OR p.date <> f."on" OR p.state NOT IN ('', f.state)
            OR p.remarks NOT IN ('', f.remarks)
         THEN 'changed' ELSE 'same' END AS verdict
FROM import_people p LEFT JOIN customers_referral f ON f.id = p.referral_id
WHERE p.flaw = ''
"""
COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'changed'),
    count(*) FILTER (WHERE verdict = 'same')
FROM import_matches
"""
# As everybody who writes about customers does: first they are locked, in order.
LOCK = """
SELECT c.id FROM customers_customer c WHERE c.id IN (
    SELECT p.customer_id FROM import_matches m JOIN import_people p USING (row_no)
    WHERE m.verdict <> 'same') ORDER BY c.id FOR NO KEY UPDATE
"""
NEW = """
INSERT INTO customers_referral (customer_id, referred_id, name, "on", state, remarks,
    created_by_id, created_at, version)
SELECT p.customer_id, p.referred_id, p.name, p.date,
    coalesce(nullif(p.state, ''), CASE WHEN p.referred_id IS NULL THEN 'new' ELSE 'customer' END),
    p.remarks, nullif(current_setting('perennial.actor', true), '')::bigint, now(), 1
FROM import_matches m JOIN import_people p USING (row_no) WHERE m.verdict = 'new'
ORDER BY p.row_no
"""
CHANGE = """
UPDATE customers_referral f SET referred_id = coalesce(p.referred_id, f.referred_id),
    name = coalesce(nullif(p.name, ''), f.name), "on" = coalesce(p.date, f."on"),
    state = coalesce(nullif(p.state, ''), f.state),
    remarks = coalesce(nullif(p.remarks, ''), f.remarks), version = f.version + 1
FROM import_matches m JOIN import_people p USING (row_no)
WHERE m.verdict = 'changed' AND f.id = p.referral_id AND f.removed_at IS NULL
"""
CHANGED = "SELECT id FROM import_matches WHERE verdict = 'changed'"
REFERRED = "(SELECT c.number FROM customers_customer c WHERE c.id = {}.referred_id)"
DIFFERENCES = differences(
    {
        "customer": ("NULL", "CASE WHEN f.id IS NULL THEN p.customer END"),
        "referred": (REFERRED.format("f"), REFERRED.format("p")),
        "name": ("f.name", "p.name"),
        "date": ('f."on"', "p.date"),
        "state": ("f.state", "p.state"),
        "remarks": ("f.remarks", "p.remarks"),
    },
    "JOIN import_people p USING (row_no) LEFT JOIN customers_referral f ON f.id = p.referral_id",
)


class ReferralsKind:
    """Whom customers recommended us to."""

    name = "referrals"
    fields = FIELDS
    wrong_rows = "SELECT row_no, flaw FROM import_people WHERE flaw <> '' ORDER BY row_no"
    preview = Preview(
        "SELECT row_no, verdict FROM import_matches",
        DIFFERENCES,
        words={"state": dict(Referral.State.choices)},
    )

    def check_columns(self, mapped: frozenset[str]) -> None:
        require(FIELDS, mapped)
        if not mapped & {"referred", "name"}:
            raise Refused("missing_column", field="name")

    def plan(self, staged: Staged) -> Counts:
        params = staged.params
        with connection.cursor() as cursor:
            for step in (MAKE_KEYS, KEYS, FIND_CUSTOMERS, ROWS):
                cursor.execute(step, params)
            staged.report("comparing", 0.5)
            for step in (OURS, FIND, JUDGE_NEW, JUDGE_REPEATS, MATCH, COUNTS):
                cursor.execute(step)
            new, changed, same = cursor.fetchone()
        return Counts(staged.rows, new, changed, same, staged.rows - new - changed - same)

    def write(self, staged: Staged) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
            traces.insert(staged, REFERRAL, NEW, staged.params)
            staged.report("writing", 0.5)
            with traces.watch(staged, REFERRAL, CHANGED):
                cursor.execute(CHANGE)

    def derive(self, staged: Staged) -> None:
        """Nothing is made from referrals."""
