"""`manage.py import_data`: what it prints, how it ends, and two of it at once."""

import gzip
import json
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.accounts.models import AuditEntry
from customers.imports.kinds.transactions import TransactionsKind
from customers.models import Customer, CustomerIdentity, ImportRun, Transaction
from customers.tests.factories import CustomerFactory
from customers.tests.processes import PATIENCE, start

HEADER = "customer,reference,date,amount\n"
GOOD = "C1,I1,2024-01-02,5\n"
WRONG = "C1,I1,never,5\n"


@pytest.fixture
def command(tmp_path, settings, capsys):
    """command(kind, text, *options) -> (exit code, what it printed, what it complained of)."""
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "sales.csv"

    def run_command(kind: str, text: str | bytes, *options: str):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SystemExit) as ended:
            call_command("import_data", kind, str(path), *options)
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run_command


@pytest.mark.django_db
def test_one_json_object_is_printed_and_nothing_else(command):
    code, out, err = command(
        "transactions", HEADER + GOOD + WRONG, "--create-customers", "--source", "erp", "--json"
    )
    printed = json.loads(out)
    assert (code, err) == (1, "")
    assert list(printed) == [
        "kind", "rows", "new", "changed", "same", "wrong", "customers_created",
        "wrong_rows_file", "seconds",
    ]  # fmt: skip
    assert printed["kind"] == "transactions"
    assert [printed[name] for name in ("rows", "new", "wrong", "customers_created")] == [2, 1, 1, 1]
    with open(printed["wrong_rows_file"], encoding="utf-8-sig") as file:
        assert file.read().splitlines()[1].startswith("3,C1,I1,never,5,")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (HEADER + GOOD, (), 0),
        (HEADER + GOOD + WRONG, (), 1),
        (HEADER + WRONG, (), 2),
        (HEADER, (), 2),
        ("nonsense", (), 2),
        (HEADER + GOOD, ("--map", "amount=Nothing"), 2),
        (HEADER + GOOD, ("--map", "nothing=amount"), 2),
        (HEADER + GOOD, ("--source", "no slug"), 2),
        (HEADER + "C1,I1,01/02/2024,5\n", (), 2),
        (HEADER + "C1,I1,01/02/2024,5\n", ("--dates", "mdy"), 0),
    ],
)
def test_the_exit_code_says_how_it_went(command, text, options, code):
    found, out, err = command("transactions", text, "--create-customers", *options)
    assert found == code
    assert Transaction.objects.exists() == (code < 2)
    assert out or err


@pytest.mark.django_db
def test_a_refusal_prints_its_line_and_an_empty_object(command):
    code, out, err = command("transactions", HEADER, "--json")
    assert (code, err.strip()) == (2, "The file has a header but no rows.")
    assert json.loads(out)["wrong_rows_file"] is None
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_a_check_writes_nothing_at_all(command):
    code, out, _ = command("transactions", HEADER + GOOD, "--create-customers", "--check")
    assert (code, "nothing was written" in out) == (0, True)
    for model in (Transaction, Customer, ImportRun, AuditEntry):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_the_import_is_listed_and_written_down(command):
    command("transactions", HEADER + GOOD + WRONG, "--create-customers")
    import_run = ImportRun.objects.get()
    assert (import_run.state, import_run.new, import_run.wrong) == ("done", 1, 1)
    assert import_run.first_wrong["rows"][0]["line"] == 3
    assert AuditEntry.objects.get().action == "import.committed"


@pytest.mark.django_db
def test_columns_are_given_and_files_may_be_packed(command):
    text = gzip.compress(b"Who,Bill,When,Net\nC1,I1,2024-01-02,5\n")
    code, *_ = command(
        "transactions", text, "--create-customers", "--map", "customer=Who", "reference=Bill",
        "date=When",
    )  # fmt: skip
    assert (code, Transaction.objects.get().amount) == (0, 5)


@pytest.mark.django_db
def test_a_kind_that_is_none_is_an_error_of_the_call(command):
    with pytest.raises(CommandError):
        call_command("import_data", "nonsense", "file.csv")


@pytest.mark.django_db(transaction=True)
def test_a_customer_that_a_person_made_meanwhile_is_found_in_a_second_go(load, monkeypatch):
    plan = TransactionsKind.plan
    plans = []

    def overtaken(kind, staged):
        counts = plan(kind, staged)
        if not plans:
            person = Thread(target=make_customer)
            person.start()
            person.join()
        plans.append(counts)
        return counts

    def make_customer():
        CustomerFactory(number="c1", account_manager=None, team=None)
        connection.close()

    monkeypatch.setattr(TransactionsKind, "plan", overtaken)
    result = load(HEADER + GOOD, source="")
    assert [plan.customers_created for plan in plans] == [1, 0]
    assert (result.counts.new, result.counts.customers_created) == (1, 0)
    assert Transaction.objects.get().customer.number == "c1"


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_customer_and_line_once(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    rows = "".join(f"C{n % 500},I{n},2024-01-02,{n}\n" for n in range(2_000))
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + rows)
    options = ("--source", "erp", "--create-customers", "--json")
    both = [start("manage.py", "import_data", "transactions", str(path), *options) for _ in "ab"]
    printed = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in both]
    assert sorted((one["new"], one["same"]) for one in printed) == [(0, 2_000), (2_000, 0)]
    assert sorted(one["customers_created"] for one in printed) == [0, 500]
    assert Transaction.objects.count() == 2_000
    assert Customer.objects.count() == CustomerIdentity.objects.count() == 500
