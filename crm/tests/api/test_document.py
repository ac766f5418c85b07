"""The interface keeps to its own document, whatever is drawn from it: no fault, no surprise."""

import datetime as dt

import pytest
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from complaints.tests.factories import CaseFactory
from crm.tests.api.system import System
from crm.tests.api.test_pushing import known
from customers.models import Customer
from lifecycle.models import Signal

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    ("POST", "/api/v1/customers"),
    ("POST", "/api/v1/transactions"),
    ("POST", "/api/v1/complaints"),
    ("GET", "/api/v1/complaints/{reference}"),
    ("GET", "/api/v1/standings"),
    ("GET", "/api/v1/customers/{source}/{key}"),
    ("GET", "/api/v1/signals"),
]
DAY = dt.date(2026, 3, 4)


_handler = ClientHandler(enforce_csrf_checks=True)


def application(environ, start_response):
    """The site within a test's transaction: its connection stays open between calls."""
    response = _handler(environ)
    headers = [(name, str(value)) for name, value in response.items()]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [response.content]


@pytest.fixture
def document(db):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def test_the_document_lists_all_operations_and_is_open_to_everybody(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    listed = {
        (method.upper(), path)
        for path, methods in answer.json()["paths"].items()
        for method in methods
    }
    assert listed == set(OPERATIONS)
    for path, methods in answer.json()["paths"].items():
        for operation in methods.values():
            assert operation["security"], path
            assert "Scope: `" in operation["description"]
            assert {"200", "401", "403", "422", "429", "503"} <= set(operation["responses"])


def something() -> Customer:
    """So that there is something to be read."""
    customer = known("0")
    CaseFactory(customer=customer)
    evidence = {"days_since": 41}
    seen = {"first_seen": DAY, "last_seen": DAY, "evidence": evidence}
    Signal.objects.create(customer=customer, kind="silent", strength=0.9, **seen)
    return customer


def ask(erp: System, document, method: str, path: str, mode: GenerationMode, examples: int) -> None:
    """Calls drawn from the document, or from just beside it, all as this system."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def call(case):
        headers = {"Authorization": f"Bearer {erp.token}", "Accept-Encoding": "identity"}
        # Undone each time: a transaction can't hold the locks of a thousand imports.
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    call()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_call_is_answered_with_a_fault(erp, document, monkeypatch, method, path, mode):
    something()
    monkeypatch.setattr("crm.api.gate.CALLS.most", 10**6)
    monkeypatch.setattr("crm.api.gate.MISSES.most", 10**6)
    ask(erp, document, method, path, mode, examples=15)


@pytest.mark.soak
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_call_of_many_is_answered_with_a_fault(erp, document, monkeypatch, method, path, mode):
    something()
    monkeypatch.setattr("crm.api.gate.CALLS.most", 10**6)
    monkeypatch.setattr("crm.api.gate.MISSES.most", 10**6)
    ask(erp, document, method, path, mode, examples=200)
