"""Fills what account managers keep, and one customer with far more of everything than others."""

from django.db import connection

from customers.models import Customer

BUSIEST = "BUSIEST"
LINES, TALKS, PEOPLE = 50_000, 2_000, 300

# Of all customers: every second was talked to, every tenth has a promise and a contact, every
# twentieth an assessment, an opportunity and a tag, every fiftieth a plan.
OF_MANY = (
    """INSERT INTO customers_contact (customer_id, name, title, department, role, phone, mobile,
        email, language, remarks, version)
    SELECT id, 'Person ' || id, 'Buyer', '', 'buyer', '', '', 'p' || id || '@bench.example', '',
        '', 1 FROM customers_customer WHERE id %% 10 = 0""",
    """INSERT INTO customers_interaction (customer_id, by_id, kind, direction, at, subject, notes,
        outcome, created_at)
    SELECT id, account_manager_id, (ARRAY['visit', 'call', 'email'])[1 + n %% 3], 'out',
        now() - (n * 40 + id %% 90) * interval '1 day', 'Talk', '', '', now()
    FROM customers_customer, generate_series(1, 4) n WHERE id %% 2 = 0""",
    """INSERT INTO customers_promise (customer_id, owner_id, created_at, version, what, due_on,
        state, settled_on, proof)
    SELECT id, account_manager_id, now() - interval '40 days', 1, 'Promise ' || id,
        current_date - 20 + (id %% 60)::int, CASE WHEN id %% 30 = 0 THEN 'kept' ELSE 'open' END,
        CASE WHEN id %% 30 = 0 THEN current_date - 3 END, ''
    FROM customers_customer WHERE id %% 10 = 0""",
    """INSERT INTO customers_opportunity (customer_id, owner_id, created_at, version, need,
        criteria, stage, reason, amount, expected_on)
    SELECT id, account_manager_id, now(), 1, 'Need ' || id, '', 'talking', '', 1000 + id %% 9000,
        current_date + (id %% 90)::int FROM customers_customer WHERE id %% 20 = 0""",
    """INSERT INTO lifecycle_assessment (customer_id, by_id, "on", answers, remarks, up, across,
        total, is_newest, made_at, version)
    SELECT id, account_manager_id, current_date - 30, '{}', '', 1 + (id * 7 %% 400) / 100.0,
        1 + (id * 13 %% 400) / 100.0, 1 + (id * 3 %% 400) / 100.0, true, now(), 1
    FROM customers_customer WHERE id %% 20 = 0""",
    """INSERT INTO customers_accountplan (customer_id, made_by_id, is_current, strengths,
        weaknesses, opportunities, threats, competition, position, target, review_on, made_at,
        version)
    SELECT id, account_manager_id, true, 'S', 'W', 'O', 'T', '', '', 'preferred',
        current_date - 30 + (id %% 90)::int, now(), 1 FROM customers_customer WHERE id %% 50 = 0""",
    """WITH tag AS (INSERT INTO customers_tag (name, is_active, version) VALUES ('Fair', true, 1)
        RETURNING id)
    INSERT INTO customers_customer_tags (customer_id, tag_id)
    SELECT c.id, tag.id FROM customers_customer c, tag WHERE c.id %% 20 = 0""",
)
OF_THE_BUSIEST = (
    """INSERT INTO customers_product (source_id, code, name, category)
    SELECT (SELECT min(id) FROM customers_source), 'P' || n, 'Product ' || n, 'Category ' || n %% 12
    FROM generate_series(1, 400) n ON CONFLICT DO NOTHING""",
    """INSERT INTO customers_transaction (customer_id, source_id, product_id, reference, line, date,
        quantity, unit_price, amount, cost)
    SELECT %(id)s, p.source_id, p.id, 'L' || n / 10, (n %% 10 + 1)::text,
        current_date - 2 - (n / 50)::int, 2, 9.5, 19, 13
    FROM generate_series(1, %(lines)s) n
    JOIN (SELECT id, source_id, row_number() OVER (ORDER BY id) AS place FROM customers_product) p
        ON p.place = 1 + n %% 400""",
    """INSERT INTO customers_contact (customer_id, name, title, department, role, attitude, phone,
        mobile, email, language, remarks, version, left_on)
    SELECT %(id)s, 'Person ' || n, 'Title ' || n %% 9, 'Department ' || n %% 7,
        (ARRAY['decision_maker', 'influencer', 'user', 'gatekeeper', 'buyer', ''])[1 + n %% 6],
        (ARRAY['supporter', 'neutral', ''])[1 + n %% 3], '', '0' || 7700000000 + n,
        'n' || n || '@bench.example', '', '', 1,
        CASE WHEN n %% 10 = 0 THEN current_date - n END
    FROM generate_series(1, %(people)s) n""",
    """INSERT INTO customers_interaction (customer_id, by_id, contact_id, kind, direction, at,
        subject, notes, outcome, created_at)
    SELECT %(id)s, c.account_manager_id, p.id,
        (ARRAY['visit', 'call', 'email', 'meeting'])[1 + n %% 4],
        (ARRAY['in', 'out'])[1 + n %% 2], now() - n * interval '11 hours', 'Talk ' || n,
        repeat('What was said about delivery and price. ', 12), 'Agreed', now()
    FROM generate_series(1, %(talks)s) n
    JOIN customers_customer c ON c.id = %(id)s
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM customers_contact
          WHERE customer_id = %(id)s) p ON p.place = 1 + n %% %(people)s""",
    """INSERT INTO customers_task (customer_id, assignee_id, title, due_on, origin, reason, state,
        notes, created_at, closed_at)
    SELECT id, account_manager_id, 'Task ' || n, current_date + n %% 40, 'hand', '',
        CASE WHEN n <= 20 THEN 'open' ELSE 'done' END, '', now(),
        CASE WHEN n > 20 THEN now() - n * interval '1 day' END
    FROM customers_customer, generate_series(1, 800) n WHERE id = %(id)s""",
    """INSERT INTO customers_promise (customer_id, owner_id, created_at, version, what, due_on,
        state, settled_on, proof)
    SELECT id, account_manager_id, now() - n * interval '3 days', 1, 'Promise ' || n,
        current_date + 10 - 3 * n, CASE WHEN n <= 8 THEN 'open' ELSE 'kept' END,
        CASE WHEN n > 8 THEN current_date - n END, ''
    FROM customers_customer, generate_series(1, 200) n WHERE id = %(id)s""",
    """INSERT INTO customers_benefit (customer_id, created_at, version, what, amount, "on", proof)
    SELECT %(id)s, now(), 1, 'Benefit ' || n, 1000, current_date - 10 * n, ''
    FROM generate_series(1, 60) n""",
)


def make_busiest() -> int:
    """One customer more; its key."""
    first = Customer.objects.order_by("pk").first()
    busiest = Customer.objects.create(
        number=BUSIEST,
        name="Busiest of All Ltd",
        industry=first.industry,
        account_manager=first.account_manager,
        team=first.team,
    )
    return busiest.pk


def fill_key_accounts() -> None:
    """Records of many customers, and the dealings, people and talks of the busiest."""
    busiest = Customer.objects.get(number=BUSIEST)
    values = {"id": busiest.pk, "lines": LINES, "talks": TALKS, "people": PEOPLE}
    with connection.cursor() as cursor:
        for statement in (*OF_MANY, *OF_THE_BUSIEST):
            cursor.execute(statement, values)
