"""Times lists taken out as files, and what memory that needs: at two sizes, to see that it is one.

    .venv/bin/python benchmarks/exports.py --customers 100000

The database is made beside the trial's and dropped afterwards. Each export is written by a process
of its own, as by a worker. Memory is the system's figure: that of the whole program once it has
started, and its largest while the file was written. Seconds are those of the writing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_exports"
# Writes one export of so many customers; its arguments: format, rows, which columns. Prints the
# seconds, those of the processor, and the largest memory before and after, in kB.
CHILD = """
import os, resource, sys, time
sys.path.insert(0, os.getcwd())
import django
django.setup()
from pathlib import Path
from django.http import QueryDict
from crm.accounts.models import User
from crm.exports import service
from crm.exports.lists import TABLES
from crm.exports.table import Asked, Listing
form, rows, columns, path = sys.argv[1:]
parameters = QueryDict("owner=all&sort=name&" + columns)
listing = Listing(TABLES["customers"], Asked(User.objects.get(username="bench"), parameters))
listing.rows = listing.rows[:int(rows)]
listing.table.columns(listing.asked)
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
worked = time.process_time()
service.write(listing, Path(path), form, iter)
seconds = time.monotonic() - began, time.process_time() - worked
print(*seconds, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
ALL = (
    "name number tier stage value at_risk risk revenue purchase contact owner team industry tags"
    " kind parent region phone email website address tax_number notes created_at"
)

FILL = """
INSERT INTO accounts_user (password, username, name, email, is_active, date_joined, role,
    is_team_lead, language, theme, version)
VALUES ('!', 'bench', 'Bench', 'bench@example.com', true, now(), 'manager', false, '', 'auto', 1);
INSERT INTO customers_customer (number, name, short_name, kind, region, industry, address, phone,
    email, website, tax_number, main_business, account_manager_id, is_active, has_problem,
    problem_reason, notes, version, created_at, updated_at)
SELECT lpad(n::text, 8, '0'), 'Customer ' || n || ' 公司', '', 'company', 'North', 'Pumps',
    n || ' Main Street, Town', '+44 20 7946 ' || lpad((n %% 10000)::text, 4, '0'),
    'info' || n || '@example.com', 'https://example.com', lpad(n::text, 18, '4'), 'pumps',
    u.id, true, false, '', repeat('Note. ', 20), 1, now(), now()
FROM generate_series(1, %(customers)s) n, accounts_user u;
INSERT INTO customers_standing (customer_id, number, name, name_key, owner_id, region, industry,
    is_active, is_key_account, last_contact, last_contact_in, last_contact_out, tier, stage,
    value_band, risk, lifetime_value, value_at_risk, signal, revenue_12m, last_purchase)
SELECT id, number, name, lower(name), account_manager_id, region, industry, true, false,
    current_date - 30, current_date - 30, current_date - 40, 'B', 'stability', 'medium',
    (id %% 100) / 100.0, id * 1.37, id * 0.31, '', id * 0.77, current_date - (id %% 300)::int
FROM customers_customer;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=20_000)
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
    database.make(owner, NAME)
    try:
        run([sys.executable, "manage.py", "migrate", "--verbosity", "0"])
        fill(arguments.customers)
        with tempfile.TemporaryDirectory() as folder:
            measure(arguments.customers, Path(folder))
    finally:
        database.drop(owner, NAME)


def fill(customers: int) -> None:
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"customers": customers})
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def measure(customers: int, folder: Path) -> None:
    print("| file | rows | columns | seconds | of the processor | MB before | at most | file, MB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    every = "&".join(f"column={name}" for name in ALL.split())
    for form in ("csv", "xlsx"):
        for rows in (customers // 10, customers):
            for columns in ("", every):
                show(form, rows, columns, folder / f"list.{form}")


def show(form: str, rows: int, columns: str, path: Path) -> None:
    said = run([sys.executable, "-c", CHILD, form, str(rows), columns, str(path)])
    seconds, worked, before, after = map(float, said.split())
    count = columns.count("column=") or 10
    print(
        f"| {form} | {rows:,} | {count} | {seconds:.1f} | {worked:.1f} |"
        f" {before / 1024:.0f} | {after / 1024:.0f} | {path.stat().st_size / 1e6:.1f} |",
        flush=True,
    )


def run(command: list[str]) -> str:
    """What a process of its own says."""
    return subprocess.run(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
