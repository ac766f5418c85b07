"""Times merging a customer with many transactions and its undo, and the nightly search for doubles.

    .venv/bin/python benchmarks/merging.py --transactions 50000 --customers 1000000

The database is made beside the trial's and dropped afterwards. Times are of the wall, on a machine
that should do nothing else.
"""

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_merging"
ROUNDS = 3

CUSTOMERS = """
INSERT INTO customers_customer (number, name, short_name, kind, region, industry, address, phone,
    email, website, tax_number, main_business, is_active, has_problem, problem_reason, notes,
    version, created_at, updated_at)
SELECT 'B' || n, 'Customer ' || n, '', 'company', '', '', '', '', '', '', '', '', true, false, '',
    '', 1, now(), now()
FROM generate_series(1, %(customers)s) n
"""
# One customer in a hundred bears another one's name, one in 57 has another one's phone, and one
# phone is that of ten thousand.
KEYS = """
INSERT INTO customers_customerkeys (customer_id, keys)
SELECT id, ARRAY['name:customer' || CASE WHEN id %% 100 = 0 THEN id - 1 ELSE id END,
    'phone:' || CASE WHEN id %% 100 = 7 THEN 1 WHEN id %% 57 = 0 THEN id - 1 ELSE id END,
    'domain:' || id || '.example', 'tax:' || id]
FROM customers_customer;
ANALYZE customers_customer;
ANALYZE customers_customerkeys
"""
DEALINGS = """
INSERT INTO customers_transaction
    (customer_id, source_id, reference, line, date, quantity, amount)
SELECT %(gone)s, %(source)s, 'R' || n, '1', current_date - n %% 1000, 1, 10
FROM generate_series(1, %(transactions)s) n;
INSERT INTO customers_interaction
    (customer_id, kind, direction, at, by_id, subject, notes, outcome, created_at)
SELECT %(gone)s, 'call', 'out', now(), %(by)s, 'Called', '', '', now()
FROM generate_series(1, 2000);
ANALYZE customers_transaction
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transactions", type=int, default=50_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    arguments = parser.parse_args()
    from benchmarks import database
    from crm import embedded

    os.environ.update(embedded.ensure("dev"))
    owner = os.environ["DATABASE_OWNER_URL"]
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = os.environ[name].rpartition("/")[0] + f"/{NAME}"
    os.environ["INSECURE_LOCAL"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    os.environ["TEST_DATABASE_NAME"] = NAME  # keeps the cache apart
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = folder
        database.make(owner, NAME)
        try:
            set_up()
            time_merging(arguments.transactions)
            time_search(arguments.customers)
        finally:
            database.drop(owner, NAME)


def set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def execute(statement: str, values: dict) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def timed(what: str, work: Callable):
    begun = time.perf_counter()
    found = work()
    print(f"{what:<40}{time.perf_counter() - begun:>8.2f} s", flush=True)
    return found


def time_merging(transactions: int) -> None:
    """The same two are merged and parted again, a few times."""
    from crm import merging
    from crm.accounts.models import User
    from crm.accounts.roles import Role
    from customers.models import Customer, Source, Standing
    from customers.services.derived import refresh_derived

    by = User.objects.create(username="bench", role=Role.MANAGER)
    kept, gone = (Customer.objects.create(number=f"K{n}", name="Acorn") for n in (1, 2))
    refresh_derived([kept.pk, gone.pk])
    Standing.objects.update(computed_on=dt.date.today())
    values = {"gone": gone.pk, "by": by.pk, "transactions": transactions}
    execute(DEALINGS, values | {"source": Source.objects.create(code="erp").pk})
    ids = {"kept_id": kept.pk, "gone_id": gone.pk}
    for _round in range(ROUNDS):
        seen = merging.two_of(by=by, **ids).seen
        done = timed("merge", lambda: merging.merge(by=by, seen=seen, data={}, **ids))  # noqa: B023
        timed("undo", lambda: merging.undo(by=by, pk=done.pk))  # noqa: B023


def time_search(customers: int) -> None:
    """All pairs are found, found again, and asked about for one customer."""
    from crm.accounts.models import User
    from customers.models import CustomerKeys, DuplicatePair
    from customers.services import doubles

    CustomerKeys.objects.all().delete()
    execute(CUSTOMERS, {"customers": customers})
    execute(KEYS, {"customers": customers})
    timed("first night", doubles.find_all)
    timed("the same again", doubles.find_all)
    print(DuplicatePair.objects.count(), "pairs")
    by, values = User.objects.get(), {"name": "Customer 4711 Ltd", "phone": "1234567"}
    timed("question before one is made", lambda: doubles.possible_doubles(user=by, values=values))


if __name__ == "__main__":
    main()
