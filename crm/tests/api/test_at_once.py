"""Calls that come at the same moment, and an import of a file in between."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from complaints.models import Case, CaseIdentity
from crm.api import pushing
from crm.tests.api.system import System, make_system
from customers.imports.service import lock_imports
from customers.models import Customer, CustomerIdentity, Transaction

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [{"key": f"D-{n}", "name": f"Customer {n}"} for n in range(20)]
LINES = [
    {"customer": f"D-{n}", "reference": f"R-{n}", "date": "2026-03-04", "amount": n}
    for n in range(20)
]
LEAKS = [{"reference": f"T-{n}", "caller_name": "Zoe", "description": "Leak"} for n in range(10)]


@pytest.fixture
def erp() -> System:
    return make_system()


def at_once(erp: System, *calls: tuple[str, list, dict]) -> list[tuple[int, dict]]:
    """All calls in threads of their own; their answers in order."""

    def call(one):
        path, rows, beside = one
        try:
            return erp.push(path, *rows, **beside)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def sums(answers) -> dict[str, int]:
    assert [status for status, _content in answers] == [200] * len(answers), answers
    names = ("new", "changed", "same", "wrong")
    return {name: sum(content[name] for _status, content in answers) for name in names}


def test_the_same_customers_at_once_are_made_once(erp):
    answers = at_once(erp, *[("customers", ROWS, {})] * 3)
    assert sums(answers) == {"new": 20, "changed": 0, "same": 40, "wrong": 0}
    assert Customer.objects.count() == CustomerIdentity.objects.count() == 20


def test_the_same_invoices_at_once_come_in_once(erp):
    calls = [("transactions", LINES, {"create_customers": True})] * 3
    assert sums(at_once(erp, *calls)) == {"new": 20, "changed": 0, "same": 40, "wrong": 0}
    assert Transaction.objects.count() == Customer.objects.count() == 20


def test_the_same_complaints_at_once_are_logged_once(erp):
    answers = at_once(erp, *[("complaints", LEAKS, {})] * 3)
    assert sums(answers) == {"new": 10, "changed": 0, "same": 20, "wrong": 0}
    assert Case.objects.count() == CaseIdentity.objects.count() == 10


def test_while_a_file_is_imported_a_call_is_told_to_come_again(erp, monkeypatch):
    monkeypatch.setattr(pushing, "WAIT_SECONDS", 0.2)
    with transaction.atomic(), ThreadPoolExecutor(1) as threads:
        lock_imports()

        def call():
            try:
                return erp.ask("POST", "customers", {"rows": ROWS})
            finally:
                connection.close()

        answer = threads.submit(call).result()
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert not Customer.objects.exists()
    assert erp.push("customers", *ROWS)[1]["new"] == 20
