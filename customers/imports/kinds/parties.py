"""Who bought what: the customers and products that transactions name, found or made.

A key belongs to its source. Without a source of its own the file speaks our language: its keys
are our customers' numbers, in any case of letters. New customers and products get their ids when
the import is planned, and their rows when it is written.
"""

from django.db import connection
from psycopg2 import sql

from customers.imports import traces
from customers.imports.staging import Staged
from customers.services.derived import refresh_derived

# Filled by each kind: the keys of the file, and whether a customer may be made for them.
MAKE_KEYS = """
DROP TABLE IF EXISTS import_keys, import_customers, import_products, import_new_customers;
CREATE TEMP TABLE import_keys (key text, may_be_made boolean) ON COMMIT DROP;
CREATE TEMP TABLE import_customers (key text, customer_id bigint, is_new boolean)
    ON COMMIT DROP;
CREATE TEMP TABLE import_products (code text, product_id bigint, is_new boolean)
    ON COMMIT DROP;
CREATE TEMP TABLE import_new_customers (id bigint, key text, number text DEFAULT '', name text,
    kind text DEFAULT 'company', region text DEFAULT '', industry text DEFAULT '',
    address text DEFAULT '', phone text DEFAULT '', email text DEFAULT '',
    website text DEFAULT '', tax_number text DEFAULT '', account_manager_id bigint,
    team_id bigint, parent_id bigint) ON COMMIT DROP
"""

FIND_CUSTOMERS = """
INSERT INTO import_customers
SELECT k.key, coalesce(i.customer_id, c.id, f.customer_id), false
FROM (SELECT DISTINCT key FROM import_keys WHERE key <> '') k
LEFT JOIN customers_customeridentity i
    ON NOT %(own)s AND i.source_id = %(source)s AND i.key = k.key
LEFT JOIN customers_customer c ON %(own)s AND lower(c.number) = lower(k.key)
-- A number that went with a merge leads to the customer that was kept.
LEFT JOIN customers_formernumber f ON %(own)s AND lower(f.number) = lower(k.key);
UPDATE import_customers c SET customer_id = made.id, is_new = true
FROM (SELECT same_customer, nextval('customers_customer_id_seq') AS id
      FROM (SELECT DISTINCT CASE WHEN %(own)s THEN lower(key) ELSE key END AS same_customer
            FROM import_customers JOIN import_keys USING (key)
            WHERE customer_id IS NULL AND may_be_made) unknown) made
WHERE c.customer_id IS NULL
    AND made.same_customer = CASE WHEN %(own)s THEN lower(c.key) ELSE c.key END;
ANALYZE import_customers
"""

FIND_PRODUCTS = """
INSERT INTO import_products
SELECT r.code, coalesce(p.id, nextval('customers_product_id_seq')),
    p.id IS NULL
FROM (SELECT DISTINCT product AS code FROM import_rows WHERE product <> '') r
LEFT JOIN customers_product p ON p.source_id = %(source)s AND p.code = r.code;
ANALYZE import_products
"""

# A number of its own: the key where it is free, else with the source before it, else with its id.
# Without a source the key is the number: if it was taken meanwhile, the import compares anew.
TAKE_NUMBERS = """
UPDATE import_new_customers n SET number = n.key
FROM (SELECT id, row_number() OVER (PARTITION BY lower(key) ORDER BY id) AS turn
      FROM import_new_customers) first
WHERE first.id = n.id AND first.turn = 1 AND length(n.key) <= 60 AND (%(own)s OR NOT EXISTS (
    SELECT 1 FROM customers_customer c WHERE lower(c.number) = lower(n.key)
    UNION ALL SELECT 1 FROM customers_formernumber f WHERE lower(f.number) = lower(n.key)));
UPDATE import_new_customers n SET number = %(source_code)s || '-' || n.key
FROM (SELECT id, row_number() OVER (PARTITION BY lower(key) ORDER BY id) AS turn
      FROM import_new_customers WHERE number = '') first
WHERE first.id = n.id AND first.turn = 1 AND length(%(source_code)s || '-' || n.key) <= 60
    AND NOT EXISTS (
        SELECT 1 FROM customers_customer c
        WHERE lower(c.number) = lower(%(source_code)s || '-' || n.key))
    AND NOT EXISTS (
        SELECT 1 FROM import_new_customers o
        WHERE lower(o.number) = lower(%(source_code)s || '-' || n.key));
UPDATE import_new_customers SET number = left(key, 39) || '-' || id WHERE number = ''
"""
INSERT_CUSTOMERS = """
INSERT INTO customers_customer (id, number, name, kind, region, industry, address, phone, email,
    website, tax_number, account_manager_id, team_id, parent_id, short_name, main_business,
    is_active, has_problem, problem_reason, notes, version, created_at, updated_at)
SELECT id, number, name, kind, region, industry, address, phone, email, website, tax_number,
    account_manager_id, team_id, parent_id, '', '', true, false, '', '', 1, now(), now()
FROM import_new_customers ORDER BY id
"""
INSERT_IDENTITIES = """
INSERT INTO customers_customeridentity (source_id, key, customer_id)
SELECT %(source)s, key, id FROM import_new_customers WHERE NOT %(own)s ORDER BY id
"""

INSERT_PRODUCTS = """
INSERT INTO customers_product (id, source_id, code, name, category)
SELECT first.product_id, %(source)s, first.code, left(coalesce(named.description, ''), 200),
    left(coalesce(sorted.category, ''), 100)
FROM (
    SELECT p.product_id, p.code,
        min(r.row_no) FILTER (WHERE r.description <> '') AS named_by,
        min(r.row_no) FILTER (WHERE r.category <> '') AS sorted_by
    FROM import_products p
    JOIN import_lines l ON l.product_id = p.product_id AND l.flaw = ''
    JOIN import_rows r ON r.row_no = l.row_no
    WHERE p.is_new GROUP BY p.product_id, p.code) first
LEFT JOIN import_rows named ON named.row_no = first.named_by
LEFT JOIN import_rows sorted ON sorted.row_no = first.sorted_by
ORDER BY first.product_id
"""


def insert_customers(staged: Staged) -> None:
    """Make the customers of import_new_customers, with their identities."""
    params = staged.params
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NUMBERS, params)
    traces.insert(staged, "customers_customer", INSERT_CUSTOMERS, params)
    traces.insert(staged, "customers_customeridentity", INSERT_IDENTITIES, params)


def insert_products(staged: Staged) -> None:
    """Make the products that good lines need."""
    traces.insert(staged, "customers_product", INSERT_PRODUCTS, staged.params)


def refresh_all(table: str) -> None:
    """Bring the derived rows of the customers in a temporary table in line, in handfuls."""
    handful = sql.SQL("SELECT id FROM {} WHERE id > %s ORDER BY id LIMIT 10000")
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(handful.format(sql.Identifier(table)), [after])
            ids = [customer for (customer,) in cursor.fetchall()]
        if not ids:
            return
        refresh_derived(ids)
        after = ids[-1]
