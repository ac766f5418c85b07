"""Times an import into a full table, the same again and its undo; with processor and memory.

    .venv/bin/python benchmarks/imports.py --rows 1000000 --there 10000000

The database is made beside the trial's and dropped afterwards (--keep keeps it, --reuse takes a
kept one). Each step is a process of its own, as a worker is; its largest memory is the system's
figure. Processor time is the process's and that of its session in the database, which must run on
this machine: it holds whatever else the machine is doing. --bare leaves the numbers of lines out,
so that whole invoices are compared.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_imports"
SOURCE = "erp"
LINES_AN_INVOICE = 5
PRODUCTS = 5_000
BATCH = 1_000_000

CUSTOMERS = """
INSERT INTO customers_customer (number, name, short_name, kind, region, industry, address, phone,
    email, website, tax_number, main_business, is_active, has_problem, problem_reason, notes,
    version, created_at, updated_at)
SELECT 'B' || n, 'Customer ' || n, '', 'company', '', '', '', '', '', '', '', '', true, false, '',
    '', 1, now(), now()
FROM generate_series(1, %(customers)s) n;
INSERT INTO customers_customeridentity (source_id, key, customer_id)
SELECT %(source)s, number, id FROM customers_customer;
INSERT INTO customers_product (source_id, code, name, category)
SELECT %(source)s, 'P' || n, 'Product ' || n, '' FROM generate_series(1, %(products)s) n
"""
TRANSACTIONS = """
INSERT INTO customers_transaction (customer_id, source_id, reference, line, date, product_id,
    quantity, unit_price, amount, cost)
SELECT c.first + (n / %(lines)s * 7919) %% %(customers)s, %(source)s, 'T' || n / %(lines)s,
    CASE WHEN %(bare)s THEN NULL ELSE (n %% %(lines)s)::text END,
    current_date - (n %% 1000)::int, p.first + n %% %(products)s, 1 + n %% 9, 12.5,
    12.5 * (1 + n %% 9), 8
FROM generate_series(%(first)s::bigint, %(last)s) n,
    (SELECT min(id) AS first FROM customers_customer) c,
    (SELECT min(id) AS first FROM customers_product) p
"""


def main() -> None:
    arguments = parse()
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
        if not arguments.reuse:
            database.make(owner, NAME)
            manage("migrate", "--verbosity", "0")
            fill(arguments)
        measure(arguments, write_file(arguments, Path(folder)))
    if not arguments.keep:
        database.drop(owner, NAME)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the file")
    parser.add_argument("--there", type=int, default=None, help="rows of the table before")
    parser.add_argument("--customers", type=int, default=None)
    parser.add_argument("--bare", action="store_true", help="lines without numbers")
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    parser.add_argument("--reuse", action="store_true", help="measure a kept database")
    arguments = parser.parse_args()
    arguments.there = arguments.there or 10 * arguments.rows
    arguments.customers = arguments.customers or max(arguments.there // 100, 100)
    return arguments


def fill(arguments: argparse.Namespace) -> None:
    """By the owner, who may analyze as autovacuum does after a while."""
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_source (code) VALUES (%s) RETURNING id", [SOURCE])
        values = {
            "source": cursor.fetchone()[0],
            "customers": arguments.customers,
            "products": PRODUCTS,
            "lines": LINES_AN_INVOICE,
            "bare": arguments.bare,
        }
        cursor.execute(CUSTOMERS, values)
        for first in range(0, arguments.there, BATCH):
            last = min(first + BATCH, arguments.there) - 1
            cursor.execute(TRANSACTIONS, {**values, "first": first, "last": last})
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def write_file(arguments: argparse.Namespace, folder: Path) -> Path:
    """Lines of new invoices; every hundredth customer and product is new too."""
    path = folder / "sales.csv"
    headers = ["customer", "reference", "line", "date", "product", "quantity", "unit_price", "cost"]
    with path.open("w") as file:
        file.write(",".join(name for name in headers if name != "line" or not arguments.bare))
        file.write("\n")
        for n in range(arguments.rows):
            invoice, line = divmod(n, LINES_AN_INVOICE)
            customer = invoice * 7919 % arguments.customers + 1
            key = f"N{customer}" if customer % 100 == 0 else f"B{customer}"
            product = n % PRODUCTS
            code = f"Q{product}" if product % 100 == 0 else f"P{product + 1}"
            numbered = "" if arguments.bare else f"{line},"
            file.write(
                f"{key},F{invoice},{numbered}2026-0{1 + n % 9}-1{n % 10},{code},"
                f"{1 + n % 9},{10 + n % 400 / 4:.2f},8.25\n"
            )
    return path


def measure(arguments: argparse.Namespace, path: Path) -> None:
    order = ("import_data", "transactions", str(path), "--source", SOURCE, "--create-customers")
    print(f"{arguments.rows:,} rows into a table of {arguments.there:,}", flush=True)
    print(
        "\n| step | seconds | processor, s | of it database, s | memory of the process, MB | |"
        "\n|---|--:|--:|--:|--:|---|",
        flush=True,
    )
    show("check", *order, "--check")
    show("commit", *order)
    show("the same again: check", *order, "--check")
    show("the same again: commit", *order)
    show("undo", "undo_import", import_to_undo())


def show(name: str, *command: str) -> None:
    with Sessions() as sessions:
        seconds, processor, megabytes, said = manage(*command)
    words = re.sub(r" \([0-9.]+ s\)", "", said.strip().splitlines()[0])
    database = sessions.seconds
    print(
        f"| {name} | {seconds:.1f} | {processor + database:.1f} | {database:.1f} | {megabytes}"
        f" | {words} |",
        flush=True,
    )


class Sessions(threading.Thread):
    """Adds up the processor time of all sessions of the database that begin meanwhile."""

    def __enter__(self) -> "Sessions":
        self.spent: dict[int, float] = {}
        self.over = threading.Event()
        self.start()
        return self

    def __exit__(self, *error) -> None:
        self.over.set()
        self.join()

    @property
    def seconds(self) -> float:
        return sum(self.spent.values())

    def run(self) -> None:
        import psycopg2

        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self.over.wait(0.25):
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                for (pid,) in cursor.fetchall():
                    with contextlib.suppress(OSError):
                        self.spent[pid] = processor_of(pid)
        connection.close()


def processor_of(pid: int) -> float:
    """Seconds of processor time that a process has spent (fields 14 and 15 of its stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def manage(*command: str) -> tuple[float, float, int, str]:
    """Seconds, processor seconds, largest memory in MB and words of a command of its own."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    said = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, said


def import_to_undo() -> str:
    import psycopg2

    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_importrun WHERE new > 0 AND traced <> '{}'")
        return str(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
