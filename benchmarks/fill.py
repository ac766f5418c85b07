"""Fills an empty database with customers and transactions of known shape, by SQL alone."""

from django.db import connection, transaction

from crm.accounts.models import Role, Team, User
from crm.platform.models import Installation
from customers.models import Customer, Source
from customers.services.derived import refresh_derived

TEAMS, MANAGERS_A_TEAM = 20, 5
BATCH = 50_000

CUSTOMERS = """
    INSERT INTO customers_customer (number, name, short_name, kind, region, industry, address,
        phone, email, website, tax_number, main_business, account_manager_id, team_id, is_active,
        has_problem, problem_reason, notes, version, created_at, updated_at)
    SELECT 'B' || lpad(n::text, 8, '0'),
        CASE WHEN n %% 2 = 0
            THEN (%(places)s::text[])[1 + n %% 12] || chr(20000 + (n * 37) %% 6000)
                || chr(20000 + (n * 101) %% 7000) || (%(trades)s::text[])[1 + n %% 9] || '有限公司'
            ELSE initcap(substr(md5(n::text), 1, 7)) || ' ' || initcap(substr(md5('b' || n), 1, 5))
                || ' Ltd' END,
        '', 'company', (%(places)s::text[])[1 + n %% 12], 'Industry ' || n %% 12, '',
        '0' || (1000000000 + n * 7), '', '', '', '', owner.id, owner.team_id, true,
        false, '', '', 1, now(), now()
    FROM generate_series(%(first)s, %(last)s) n
    JOIN (SELECT id, team_id, row_number() OVER (ORDER BY id) - 1 AS place
          FROM accounts_user WHERE role = 'account_manager') owner
        ON owner.place = n %% %(owners)s
"""
# A customer's number of invoices is exponential, its size of orders log-normal; it starts
# somewhere in three years and falls silent with a chance that grows with each invoice.
TRANSACTIONS = """
    INSERT INTO customers_transaction (customer_id, source_id, reference, line, date, quantity,
        unit_price, amount, cost)
    SELECT id, %(source)s, 'B' || id || '-' || k, '1',
        start + ((end_day - start) * random())::int, quantity, price,
        quantity * price, round(quantity * price * 0.7, 4)
    FROM (
        SELECT c.id, k, c.start, least(c.start + c.life, %(until)s::date) AS end_day,
            (1 + floor(random() * 20))::numeric AS quantity,
            round((c.size * (0.5 + random()))::numeric, 2) AS price
        FROM (
            SELECT id, (%(until)s::date - 1095) + (random() * 1000)::int AS start,
                (60 + random() * 2000)::int AS life,
                exp(2 + 1.2 * (random() + random() - 1)) AS size,
                greatest(1, (-ln(1 - random()) * %(mean)s)::int) AS invoices
            FROM customers_customer WHERE id BETWEEN %(first)s AND %(last)s
        ) c, generate_series(1, c.invoices) k
    ) lines
"""
PLACES = [
    "江苏",
    "浙江",
    "广东",
    "山东",
    "上海",
    "北京",
    "London",
    "Midlands",
    "Scotland",
    "Wales",
    "Ireland",
    "North West",
]
TRADES = ["机械", "电子", "化工", "建材", "食品", "医疗", "物流", "包装", "仪器"]


def fill(customers: int, transactions: int, until) -> None:
    """Make people, customers with their derived rows, and transactions up to a date."""
    Installation.get()
    _people()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.4711)")
    for first in range(1, customers + 1, BATCH):
        last = min(first + BATCH - 1, customers)
        _customers(first, last)
    source = Source.objects.get_or_create(code="bench")[0]
    ids = Customer.objects.order_by("pk").values_list("pk", flat=True)
    lowest, highest = ids.first(), ids.last()
    for first in range(lowest, highest + 1, BATCH):
        values = {
            "source": source.pk,
            "until": until,
            "mean": transactions / customers,
            "first": first,
            "last": min(first + BATCH - 1, highest),
        }
        with connection.cursor() as cursor:
            cursor.execute(TRANSACTIONS, values)


@transaction.atomic
def _customers(first: int, last: int) -> None:
    before = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            CUSTOMERS,
            {
                "first": first,
                "last": last,
                "places": PLACES,
                "trades": TRADES,
                "owners": TEAMS * MANAGERS_A_TEAM,
            },
        )
    new = Customer.objects.filter(pk__gt=before).order_by("pk").values_list("pk", flat=True)
    refresh_derived(list(new))


def _people() -> None:
    for team_number in range(TEAMS):
        team = Team.objects.create(name=f"Team {team_number}")
        for place in range(MANAGERS_A_TEAM):
            name = f"am{team_number}-{place}"
            User.objects.create_user(
                name, f"{name}@bench.example", name=name, team=team, role=Role.ACCOUNT_MANAGER
            )
    for role in (Role.SERVICE, Role.MANAGER):
        User.objects.create_user(role.value, f"{role}@bench.example", name=role.label, role=role)
