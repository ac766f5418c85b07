"""Transactions: invoice lines, numbered by their source or compared invoice by invoice.

The lines of the file become `import_lines`: typed, with their customer and product, and with the
flaws that make them wrong. What is to be done with each good one is in `import_matches`: new,
changed, same, or a line of ours to be removed. The rules are in docs/import.md.
"""

from django.db import connection

from customers.imports import traces
from customers.imports.fields import Counts, Preview, require
from customers.imports.kinds import invoices, transaction_preview
from customers.imports.kinds.parties import (
    FIND_CUSTOMERS,
    FIND_PRODUCTS,
    MAKE_KEYS,
    insert_customers,
    insert_products,
    refresh_all,
)
from customers.imports.kinds.transaction_fields import FIELDS
from customers.imports.refusals import Refused
from customers.imports.staging import Staged

BATCH = 200_000

LINES = """
DROP TABLE IF EXISTS import_lines;
CREATE TEMP TABLE import_lines ON COMMIT DROP AS
WITH typed AS (
    SELECT r.row_no, r.file_line,
        CASE WHEN r.original ~ '^[1-9][0-9]{0,17}$' THEN r.original::bigint
             WHEN NOT %(mended)s THEN r.file_line END AS position,
        nullif(r.customer, '') AS customer_key, c.customer_id,
        nullif(left(r.reference, 61), '') AS reference, nullif(r.line, '') AS line,
        date.date AS date, p.product_id,
        coalesce(quantity.number, 1)::numeric(16, 4) AS quantity,
        unit_price.number::numeric(18, 6) AS unit_price,
        CASE WHEN r.amount <> '' THEN amount.number
             WHEN r.quantity <> '' AND abs(quantity.number * unit_price.number) < 99999999999999
             THEN quantity.number * unit_price.number END::numeric(18, 4) AS amount,
        cost.number::numeric(18, 4) AS cost, discount.number::numeric(18, 4) AS discount,
        nullif(r.contract, '') AS contract,
        period_start.date AS period_start, period_end.date AS period_end,
        concat_ws(' ', nullif(r.flaw, ''),
            CASE WHEN %(mended)s AND r.line = '' AND r.original !~ '^[1-9][0-9]{0,17}$'
                 THEN 'bad_original' END,
            CASE WHEN r.customer = '' THEN 'missing:customer'
                 WHEN length(r.customer) > 120 OR %(own)s AND length(r.customer) > 60
                 THEN 'too_long:customer'
                 WHEN c.customer_id IS NULL THEN 'unknown_customer:customer' END,
            CASE WHEN r.reference = '' THEN 'missing:reference'
                 WHEN length(r.reference) > 60 THEN 'too_long:reference' END,
            CASE WHEN length(r.line) > 20 THEN 'too_long:line' END,
            CASE WHEN r.date = '' THEN 'missing:date' ELSE date.flaw || ':date' END,
            quantity.flaw || ':quantity', unit_price.flaw || ':unit_price',
            CASE WHEN r.amount <> '' THEN amount.flaw || ':amount'
                 WHEN %(has_amount)s AND r.quantity = '' AND r.unit_price = ''
                 THEN 'missing:amount'
                 WHEN r.quantity = '' THEN 'missing:quantity'
                 WHEN r.unit_price = '' THEN 'missing:unit_price'
                 WHEN abs(quantity.number * unit_price.number) >= 99999999999999
                 THEN 'too_large:amount' END,
            cost.flaw || ':cost', discount.flaw || ':discount',
            CASE WHEN length(r.product) > 120 THEN 'too_long:product' END,
            CASE WHEN length(r.contract) > 60 THEN 'too_long:contract' END,
            period_start.flaw || ':period_start',
            CASE WHEN period_end.date < period_start.date THEN 'period_order:period_end'
                 ELSE period_end.flaw || ':period_end' END) AS flaw
    FROM import_rows r
    LEFT JOIN import_customers c ON c.key = r.customer
    LEFT JOIN import_products p ON p.code = r.product
    LEFT JOIN import_values date ON date.field = 'date' AND date.text = r.date
    LEFT JOIN import_values quantity
        ON quantity.field = 'quantity' AND quantity.text = r.quantity
    LEFT JOIN import_values unit_price
        ON unit_price.field = 'unit_price' AND unit_price.text = r.unit_price
    LEFT JOIN import_values amount ON amount.field = 'amount' AND amount.text = r.amount
    LEFT JOIN import_values cost ON cost.field = 'cost' AND cost.text = r.cost
    LEFT JOIN import_values discount
        ON discount.field = 'discount' AND discount.text = r.discount
    LEFT JOIN import_values period_start
        ON period_start.field = 'period_start' AND period_start.text = r.period_start
    LEFT JOIN import_values period_end
        ON period_end.field = 'period_end' AND period_end.text = r.period_end
)
SELECT typed.*, false AS is_repeat,
    ROW(customer_id, date, CASE WHEN %(has_product)s THEN product_id END,
        CASE WHEN %(has_quantity)s THEN quantity END,
        CASE WHEN %(has_unit_price)s THEN unit_price END, amount, cost, discount, contract,
        period_start, period_end)::text AS content
FROM typed;
ANALYZE import_lines
"""

# The same fields of our line, blanked where the file has no column: those are not compared.
OURS = """
    ROW(t.customer_id, t.date, CASE WHEN %(has_product)s THEN t.product_id END,
        CASE WHEN %(has_quantity)s THEN t.quantity END,
        CASE WHEN %(has_unit_price)s THEN t.unit_price END, t.amount,
        CASE WHEN %(has_cost)s THEN t.cost END, CASE WHEN %(has_discount)s THEN t.discount END,
        CASE WHEN %(has_contract)s THEN t.contract END,
        CASE WHEN %(has_period_start)s THEN t.period_start END,
        CASE WHEN %(has_period_end)s THEN t.period_end END)::text
"""

MATCH_NUMBERED = """
INSERT INTO import_matches (row_no, reference, ours, verdict, numbered)
SELECT l.row_no, l.reference, coalesce(t.id, nextval('customers_transaction_id_seq')),
    CASE WHEN t.id IS NULL THEN 'new' WHEN l.content = {ours} THEN 'same' ELSE 'changed' END, true
FROM import_lines l
LEFT JOIN customers_transaction t
    ON t.source_id = %(source)s AND t.reference = l.reference AND t.line = l.line
WHERE l.flaw = '' AND l.line IS NOT NULL AND NOT l.is_repeat
ORDER BY l.row_no
"""

# A removed line makes room for an added one of its invoice: together they are one change.
COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'same'), count(*) FILTER (WHERE verdict = 'changed'),
    count(*) FILTER (WHERE verdict = 'new' AND numbered)
FROM import_matches
"""
COUNT_INVOICES = """
SELECT coalesce(sum(greatest(added - removed, 0)), 0)::bigint,
    coalesce(sum(removed), 0)::bigint
FROM (SELECT count(*) FILTER (WHERE verdict = 'new') AS added,
          count(*) FILTER (WHERE verdict = 'removed') AS removed
      FROM import_matches WHERE verdict IN ('new', 'removed') AND NOT numbered
      GROUP BY reference) invoices
"""
COUNT_CREATED = """
SELECT count(DISTINCT c.customer_id) FROM import_customers c
WHERE c.is_new AND EXISTS (
    SELECT 1 FROM import_lines l WHERE l.customer_id = c.customer_id AND l.flaw = '')
"""
COUNT_WRONG = "SELECT count(*) FROM import_lines WHERE flaw <> ''"

KEYS = "INSERT INTO import_keys SELECT DISTINCT customer, %(create)s FROM import_rows"
CUSTOMERS = """
INSERT INTO import_new_customers (id, key, name, region)
SELECT first.customer_id, first.key, left(coalesce(named.customer_name, first.key), 200),
    left(coalesce(placed.region, ''), 60)
FROM (
    SELECT c.customer_id, min(c.key) AS key,
        min(r.row_no) FILTER (WHERE r.customer_name <> '') AS named_by,
        min(r.row_no) FILTER (WHERE r.region <> '') AS placed_by
    FROM import_customers c
    JOIN import_lines l ON l.customer_id = c.customer_id AND l.flaw = ''
    JOIN import_rows r ON r.row_no = l.row_no
    WHERE c.is_new GROUP BY c.customer_id) first
LEFT JOIN import_rows named ON named.row_no = first.named_by
LEFT JOIN import_rows placed ON placed.row_no = first.placed_by
"""

# With the lines that go and the old days of those that change, before anything is written.
TOUCH = """
INSERT INTO customers_touchedcustomer (customer_id, since)
SELECT customer_id, min(date) FROM (
    SELECT l.customer_id, l.date FROM import_matches m JOIN import_lines l USING (row_no)
    WHERE m.verdict IN ('new', 'changed')
    UNION ALL
    SELECT t.customer_id, t.date FROM import_matches m JOIN customers_transaction t ON t.id = m.ours
    WHERE m.verdict IN ('changed', 'removed')) touched
GROUP BY customer_id ORDER BY customer_id
"""
TOUCHED = "SELECT ours FROM import_matches WHERE verdict IN ('changed', 'removed')"
REMOVE = """
DELETE FROM customers_transaction t USING import_matches m
WHERE t.id = m.ours AND m.verdict = 'removed'
"""
CHANGE = """
UPDATE customers_transaction t SET customer_id = l.customer_id, date = l.date, amount = l.amount,
    product_id = CASE WHEN %(has_product)s THEN l.product_id ELSE t.product_id END,
    quantity = CASE WHEN %(has_quantity)s THEN l.quantity ELSE t.quantity END,
    unit_price = CASE WHEN %(has_unit_price)s THEN l.unit_price ELSE t.unit_price END,
    cost = CASE WHEN %(has_cost)s THEN l.cost ELSE t.cost END,
    discount = CASE WHEN %(has_discount)s THEN l.discount ELSE t.discount END,
    contract = CASE WHEN %(has_contract)s THEN l.contract ELSE t.contract END,
    period_start = CASE WHEN %(has_period_start)s THEN l.period_start ELSE t.period_start END,
    period_end = CASE WHEN %(has_period_end)s THEN l.period_end ELSE t.period_end END
FROM import_matches m JOIN import_lines l USING (row_no)
WHERE m.verdict = 'changed' AND t.id = m.ours
"""
ADD = """
INSERT INTO customers_transaction (id, customer_id, source_id, reference, line, date, product_id,
    quantity, unit_price, amount, cost, discount, contract, period_start, period_end)
SELECT m.ours, l.customer_id, %(source)s, l.reference, l.line, l.date, l.product_id, l.quantity,
    l.unit_price, l.amount, l.cost, l.discount, l.contract, l.period_start, l.period_end
FROM import_matches m JOIN import_lines l USING (row_no)
WHERE m.verdict = 'new' AND m.row_no > %(after)s AND m.row_no <= %(upto)s
    AND l.row_no > %(after)s AND l.row_no <= %(upto)s
"""


class TransactionsKind:
    """Invoice lines with their customer, day and amount."""

    name = "transactions"
    fields = FIELDS
    wrong_rows = "SELECT row_no, flaw FROM import_lines WHERE flaw <> '' ORDER BY row_no"
    preview = Preview(
        transaction_preview.VERDICTS, transaction_preview.DIFFERENCES, transaction_preview.REMOVALS
    )

    def check_columns(self, mapped: frozenset[str]) -> None:
        require(FIELDS, mapped)
        if "amount" not in mapped and not {"quantity", "unit_price"} <= mapped:
            raise Refused("missing_amount")

    def plan(self, staged: Staged) -> Counts:
        params = staged.params
        with connection.cursor() as cursor:
            cursor.execute(MAKE_KEYS)
            cursor.execute(KEYS, params)
            cursor.execute(FIND_CUSTOMERS, params)
            cursor.execute(FIND_PRODUCTS, params)
            cursor.execute(LINES, params)
            staged.report("comparing", 0.4)
            invoices.judge_lines(cursor, params)
            cursor.execute(MATCH_NUMBERED.format(ours=OURS), params)
            staged.report("comparing", 0.6)
            invoices.match_unnumbered(cursor, params, OURS)
            cursor.execute("ANALYZE import_matches")
            cursor.execute(transaction_preview.PAIRS)
            return self._counts(cursor, staged.rows, params)

    def _counts(self, cursor, rows: int, params: dict) -> Counts:
        cursor.execute(COUNTS)
        same, changed, new = cursor.fetchone()
        cursor.execute(COUNT_INVOICES)
        added, replaced = cursor.fetchone()
        cursor.execute(COUNT_WRONG)
        (wrong,) = cursor.fetchone()
        cursor.execute(COUNT_CREATED)
        (created,) = cursor.fetchone()
        return Counts(rows, new + added, changed + replaced, same, wrong, created)

    def write(self, staged: Staged) -> None:
        params = staged.params
        with connection.cursor() as cursor:
            cursor.execute(CUSTOMERS)
            insert_customers(staged)
            insert_products(staged)
            cursor.execute(TOUCH)
            with traces.watch(staged, "customers_heldline", invoices.HELD, params):
                invoices.forget_held(cursor, params)
                with traces.watch(staged, "customers_transaction", TOUCHED):
                    cursor.execute(REMOVE)
                    cursor.execute(CHANGE, params)
                for after in range(0, staged.rows, BATCH):
                    part = {**params, "after": after, "upto": after + BATCH}
                    traces.insert(staged, "customers_transaction", ADD, part)
                    staged.report("writing", min(1.0, (after + BATCH) / staged.rows))
                invoices.hold(cursor, params)

    def derive(self, staged: Staged) -> None:
        refresh_all("import_new_customers")
