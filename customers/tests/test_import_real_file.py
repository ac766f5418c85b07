"""The 541,909 lines of a real wholesaler, through the command of the README."""

import csv
import gzip
import json
from collections import defaultdict
from decimal import Decimal

import pytest
from django.conf import settings
from django.db.models import Sum

from customers.models import Customer, CustomerIdentity, HeldLine, Transaction
from customers.tests.processes import start

FILE = settings.BASE_DIR.parent / "shared" / "data" / "online_retail_lines.csv.gz"
MAP = (
    "customer=CustomerID", "reference=InvoiceNo", "date=InvoiceDate", "quantity=Quantity",
    "unit_price=UnitPrice", "product=StockCode", "description=Description", "region=Country",
)  # fmt: skip
MOST_SECONDS, MOST_KILOBYTES = 60, 400_000
# Between the tests and the command: a process begins with the largest memory of its parent's.
MEASURED = """
import resource, subprocess, sys
status = subprocess.call([sys.executable, *sys.argv[1:]])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""

pytestmark = [
    pytest.mark.soak,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.exists(), reason="the real data are not beside the project"),
]


def import_file() -> dict:
    process = start(
        "-c", MEASURED,
        "manage.py", "import_data", "transactions", str(FILE), "--source", "online-retail",
        "--map", *MAP, "--create-customers", "--json",
    )  # fmt: skip
    told, memory = process.communicate()
    printed = json.loads(told)
    assert process.returncode == 1
    assert printed["seconds"] < MOST_SECONDS
    assert int(memory.split()[-1]) < MOST_KILOBYTES
    return printed


def figures(printed: dict) -> tuple:
    names = ("rows", "new", "changed", "same", "wrong", "customers_created")
    return tuple(printed[name] for name in names)


def sums_of_the_file() -> dict[str, tuple[Decimal, int]]:
    sums: dict[str, list] = defaultdict(lambda: [Decimal(0), 0])
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"]:
                entry = sums[row["CustomerID"]]
                entry[0] += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
                entry[1] += 1
    return {key: tuple(entry) for key, entry in sums.items()}


def sums_of_the_table() -> dict[str, tuple[Decimal, int]]:
    keys = dict(CustomerIdentity.objects.values_list("customer", "key"))
    sums: dict[str, tuple] = {}
    for customer, amount in Transaction.objects.values_list("customer").annotate(Sum("amount")):
        lines = Transaction.objects.filter(customer=customer).count()
        sums[keys[customer]] = (amount, lines)
    return sums


def test_the_real_file_comes_in_whole_once_to_the_cent(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    first = import_file()
    assert figures(first) == (541_909, 406_829, 0, 0, 135_080, 4_372)
    with open(first["wrong_rows_file"], encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == 135_081
    assert sums_of_the_table() == sums_of_the_file()
    assert Customer.objects.get(number="14646").region == "Netherlands"
    assert not HeldLine.objects.exists()
    assert figures(import_file()) == (541_909, 0, 0, 406_829, 135_080, 0)
