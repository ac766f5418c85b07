"""Customers: made or updated by their key; an empty cell erases nothing.

The file's rows become `import_people`: typed, with the customer they mean and their flaws. A
parent may be a customer of ours or another row of the file, before or after it.
"""

from django.db import connection

from customers.imports import traces
from customers.imports.fields import Counts, Preview, require
from customers.imports.kinds.customer_fields import FIELDS
from customers.imports.kinds.parties import (
    FIND_CUSTOMERS,
    MAKE_KEYS,
    insert_customers,
    refresh_all,
)
from customers.imports.staging import Staged
from customers.models import Customer

KEYS = """
INSERT INTO import_keys SELECT key, true FROM import_rows
WHERE length(key) <= CASE WHEN %(own)s THEN 60 ELSE 120 END;
INSERT INTO import_keys SELECT DISTINCT parent, false FROM import_rows
"""

# Owners are named by their user name or, failing that, by their mail address.
OWNERS = """
DROP TABLE IF EXISTS import_owners, import_people, import_matches;
CREATE TEMP TABLE import_owners ON COMMIT DROP AS
SELECT r.owner, coalesce(by_name.id, by_mail.id) AS owner_id,
    coalesce(by_name.team_id, by_mail.team_id) AS team_id
FROM (SELECT DISTINCT owner FROM import_rows WHERE owner <> '') r
LEFT JOIN accounts_user by_name
    ON lower(by_name.username) = lower(r.owner) AND by_name.is_active
LEFT JOIN accounts_user by_mail ON lower(by_mail.email) = lower(r.owner) AND by_mail.is_active
"""

PEOPLE = """
CREATE TEMP TABLE import_people ON COMMIT DROP AS
WITH typed AS (
    SELECT r.row_no, r.key, c.customer_id, coalesce(c.is_new, false) AS is_new, r.name,
        coalesce(kind.word, '') AS kind, p.customer_id AS parent_id, r.region, r.industry,
        r.phone, coalesce(email.word, '') AS email, coalesce(website.word, '') AS website,
        r.address, r.tax_number, o.owner_id, o.team_id,
        concat_ws(' ', nullif(r.flaw, ''),
            CASE WHEN r.key = '' THEN 'missing:key'
                 WHEN c.customer_id IS NULL THEN 'too_long:key' END,
            CASE WHEN r.name = '' AND c.is_new THEN 'missing:name'
                 WHEN length(r.name) > 200 THEN 'too_long:name' END,
            kind.flaw || ':kind',
            CASE WHEN r.parent <> '' AND p.customer_id IS NULL
                 THEN 'unknown_customer:parent' END,
            CASE WHEN length(r.region) > 60 THEN 'too_long:region' END,
            CASE WHEN length(r.industry) > 60 THEN 'too_long:industry' END,
            CASE WHEN length(r.phone) > 60 THEN 'too_long:phone' END,
            email.flaw || ':email', website.flaw || ':website',
            CASE WHEN length(r.address) > 300 THEN 'too_long:address' END,
            CASE WHEN length(r.tax_number) > 40 THEN 'too_long:tax_number' END,
            CASE WHEN r.owner <> '' AND o.owner_id IS NULL THEN 'unknown_user:owner' END) AS flaw
    FROM import_rows r
    LEFT JOIN import_customers c ON c.key = r.key
    LEFT JOIN import_customers p ON p.key = r.parent
    LEFT JOIN import_owners o ON o.owner = r.owner
    LEFT JOIN import_values kind ON kind.field = 'kind' AND kind.text = r.kind
    LEFT JOIN import_values email ON email.field = 'email' AND email.text = r.email
    LEFT JOIN import_values website ON website.field = 'website' AND website.text = r.website
)
SELECT typed.*, false AS is_repeat,
    ROW(name, kind, parent_id, region, industry, phone, email, website, address, tax_number,
        owner_id)::text AS content
FROM typed;
ANALYZE import_people
"""
JUDGE_REPEATS = """
WITH repeated AS (
    SELECT row_no, content <> first_value(content) OVER same AS differs,
        row_number() OVER same AS turn
    FROM import_people WHERE flaw = ''
    WINDOW same AS (PARTITION BY customer_id ORDER BY row_no))
UPDATE import_people p SET is_repeat = true,
    flaw = CASE WHEN repeated.differs THEN 'key_twice' ELSE '' END
FROM repeated WHERE repeated.row_no = p.row_no AND repeated.turn > 1
"""
# A row whose parent is made by a wrong row has no parent to stand under.
JUDGE_PARENTS = """
UPDATE import_people p SET flaw = 'unknown_customer:parent'
FROM import_customers c
WHERE p.flaw = '' AND c.customer_id = p.parent_id AND c.is_new AND NOT EXISTS (
    SELECT 1 FROM import_people o WHERE o.customer_id = c.customer_id AND o.flaw = '')
"""
# Each row's next row upwards, through customers of ours that the file says nothing about.
STEPS_UP = """
DROP TABLE IF EXISTS import_parents;
CREATE TEMP TABLE import_parents ON COMMIT DROP AS
WITH RECURSIVE given AS (
    SELECT customer_id, parent_id FROM import_people
    WHERE flaw = '' AND NOT is_repeat AND parent_id IS NOT NULL),
up AS (
    SELECT DISTINCT parent_id AS start, parent_id AS at FROM given
    UNION
    SELECT up.start, c.parent_id FROM up JOIN customers_customer c ON c.id = up.at
    WHERE c.parent_id IS NOT NULL AND up.at NOT IN (SELECT customer_id FROM given))
SELECT g.customer_id, up.at AS up
FROM given g LEFT JOIN up
    ON up.start = g.parent_id AND up.at IN (SELECT customer_id FROM given)
"""
# Twice as far each time; who never arrives goes round in a circle, or into one.
STEP_FURTHER = """
UPDATE import_parents p SET up = further.up FROM import_parents further
WHERE p.up = further.customer_id
"""
JUDGE_CIRCLES = """
UPDATE import_people p SET flaw = 'parent_cycle:parent' FROM import_parents c
WHERE c.customer_id = p.customer_id AND c.up IS NOT NULL AND p.flaw = ''
"""

MATCH = """
CREATE TEMP TABLE import_matches ON COMMIT DROP AS
SELECT p.row_no, p.customer_id AS id,
    CASE WHEN p.is_repeat THEN 'same' WHEN p.is_new THEN 'new'
         WHEN p.name NOT IN ('', c.name) OR p.kind NOT IN ('', c.kind)
            OR p.region NOT IN ('', c.region) OR p.industry NOT IN ('', c.industry)
            OR p.phone NOT IN ('', c.phone) OR p.email NOT IN ('', c.email)
            OR p.website NOT IN ('', c.website) OR p.address NOT IN ('', c.address)
            OR p.tax_number NOT IN ('', c.tax_number)
            OR p.parent_id IS NOT NULL AND p.parent_id IS DISTINCT FROM c.parent_id
            OR p.owner_id IS NOT NULL AND p.owner_id IS DISTINCT FROM c.account_manager_id
         THEN 'changed' ELSE 'same' END AS verdict
FROM import_people p LEFT JOIN customers_customer c ON c.id = p.customer_id
WHERE p.flaw = ''
"""
COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'changed'),
    count(*) FILTER (WHERE verdict = 'same')
FROM import_matches
"""

# A row says nothing about a field where its cell is empty.
DIFFERENCES = """
SELECT p.row_no, f.field, f.before, f.after
FROM import_people p JOIN import_rows r USING (row_no)
JOIN customers_customer c ON c.id = p.customer_id
LEFT JOIN customers_customer parent ON parent.id = c.parent_id
LEFT JOIN accounts_user owner ON owner.id = c.account_manager_id
CROSS JOIN LATERAL (VALUES ('name', c.name, p.name), ('kind', c.kind, p.kind),
    ('parent', parent.number,
        CASE WHEN p.parent_id <> coalesce(c.parent_id, 0) THEN r.parent END),
    ('region', c.region, p.region), ('industry', c.industry, p.industry),
    ('phone', c.phone, p.phone), ('email', c.email, p.email), ('website', c.website, p.website),
    ('address', c.address, p.address), ('tax_number', c.tax_number, p.tax_number),
    ('owner', owner.username,
        CASE WHEN p.owner_id <> coalesce(c.account_manager_id, 0) THEN r.owner END)
    ) f (field, before, after)
WHERE p.row_no = ANY(%(shown)s) AND f.after <> ''
"""

NEW = """
INSERT INTO import_new_customers (id, key, name, kind, region, industry, address, phone, email,
    website, tax_number, account_manager_id, team_id, parent_id)
SELECT p.customer_id, p.key, p.name, coalesce(nullif(p.kind, ''), 'company'), p.region,
    p.industry, p.address, p.phone, p.email, p.website, p.tax_number, p.owner_id, p.team_id,
    p.parent_id
FROM import_matches m JOIN import_people p USING (row_no) WHERE m.verdict = 'new'
"""
CHANGE = """
UPDATE customers_customer c SET name = coalesce(nullif(p.name, ''), c.name),
    kind = coalesce(nullif(p.kind, ''), c.kind),
    region = coalesce(nullif(p.region, ''), c.region),
    industry = coalesce(nullif(p.industry, ''), c.industry),
    phone = coalesce(nullif(p.phone, ''), c.phone),
    email = coalesce(nullif(p.email, ''), c.email),
    website = coalesce(nullif(p.website, ''), c.website),
    address = coalesce(nullif(p.address, ''), c.address),
    tax_number = coalesce(nullif(p.tax_number, ''), c.tax_number),
    parent_id = coalesce(p.parent_id, c.parent_id),
    account_manager_id = coalesce(p.owner_id, c.account_manager_id),
    -- The team follows a new owner's.
    team_id = CASE WHEN p.owner_id IS DISTINCT FROM c.account_manager_id
        THEN coalesce(p.team_id, c.team_id) ELSE c.team_id END,
    version = c.version + 1, updated_at = now()
FROM import_matches m JOIN import_people p USING (row_no)
WHERE m.verdict = 'changed' AND c.id = p.customer_id
"""
CHANGED = """
DROP TABLE IF EXISTS import_changed;
CREATE TEMP TABLE import_changed ON COMMIT DROP AS
SELECT id FROM import_matches WHERE verdict = 'changed'
"""


class CustomersKind:
    """Customers with what is known of them."""

    name = "customers"
    fields = FIELDS
    wrong_rows = "SELECT row_no, flaw FROM import_people WHERE flaw <> '' ORDER BY row_no"
    preview = Preview(
        "SELECT row_no, verdict FROM import_matches",
        DIFFERENCES,
        words={"kind": dict(Customer.Kind.choices)},
    )

    def check_columns(self, mapped: frozenset[str]) -> None:
        require(FIELDS, mapped)

    def plan(self, staged: Staged) -> Counts:
        params = staged.params
        with connection.cursor() as cursor:
            cursor.execute(MAKE_KEYS)
            cursor.execute(KEYS, params)
            cursor.execute(FIND_CUSTOMERS, params)
            cursor.execute(OWNERS)
            cursor.execute(PEOPLE)
            staged.report("comparing", 0.5)
            cursor.execute(JUDGE_REPEATS)
            self._judge_parents(cursor)
            cursor.execute(MATCH)
            cursor.execute(COUNTS)
            new, changed, same = cursor.fetchone()
        wrong = staged.rows - new - changed - same
        return Counts(staged.rows, new, changed, same, wrong, customers_created=new)

    def _judge_parents(self, cursor) -> None:
        """Refuse parents that don't come, and circles, until no refusal makes another."""
        found = True
        while found:
            cursor.execute(JUDGE_PARENTS)
            found = cursor.rowcount > 0
            cursor.execute(STEPS_UP)
            length = max(cursor.rowcount, 1)
            for _ in range(length.bit_length() + 1):
                cursor.execute(STEP_FURTHER)
                if not cursor.rowcount:
                    break
            cursor.execute(JUDGE_CIRCLES)
            found = found or cursor.rowcount > 0

    def write(self, staged: Staged) -> None:
        with connection.cursor() as cursor:
            cursor.execute(NEW)
            insert_customers(staged)
            staged.report("writing", 0.6)
            cursor.execute(CHANGED)
            with traces.watch(staged, "customers_customer", "SELECT id FROM import_changed"):
                cursor.execute(CHANGE)

    def derive(self, staged: Staged) -> None:
        refresh_all("import_new_customers")
        refresh_all("import_changed")
