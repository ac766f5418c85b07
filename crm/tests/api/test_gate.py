"""Who gets in, and what everybody else is answered."""

import datetime as dt
import json

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from crm.accounts.models import ApiToken, AuditEntry, Scope
from crm.accounts.services import Refused
from crm.accounts.tests.factories import AdministratorFactory
from crm.accounts.tokens import create_token, revoke_token
from crm.api import gate
from crm.tests.api.system import System, make_system
from customers.models import Customer

pytestmark = pytest.mark.django_db

ROW = {"key": "D-1", "name": "Acorn Ltd"}
# Operation -> the scope that it asks for, how it is asked, with which body.
OPERATIONS = {
    ("POST", "customers"): ("customers:write", ROW),
    ("POST", "transactions"): ("transactions:write", {"customer": "D-1", "reference": "R"}),
    ("POST", "complaints"): ("complaints:write", {"reference": "C", "description": "It leaks."}),
    ("GET", "complaints/C"): ("complaints:write", None),
    ("GET", "standings"): ("standings:read", None),
    ("GET", "customers/erp/D-1"): ("standings:read", None),
    ("GET", "signals"): ("signals:read", None),
}


def ask(system: System, operation: tuple[str, str]):
    _scope, row = OPERATIONS[operation]
    return system.ask(*operation, {"rows": [row]} if row else None)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_wrong_scope_gets_nothing(operation):
    needed, _row = OPERATIONS[operation]
    answer = ask(make_system([scope for scope in Scope.values if scope != needed]), operation)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_scope")
    assert not Customer.objects.exists()
    answer = ask(make_system([needed]), operation)
    assert answer.status_code != 403


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("why", ["expired", "revoked", "unknown", "none", "a session", "basic"])
def test_who_has_no_good_token_gets_nothing(operation, why):
    system = make_system()
    if why == "expired":
        ApiToken.objects.update(expires_at=timezone.now())
    elif why == "revoked":
        revoke_token(actor=AdministratorFactory(), token_id=system.row.pk)
    else:
        system.token = "prn_" + "x" * 43
    headers = {"none": {"Authorization": ""}, "basic": {"Authorization": f"Basic {system.token}"}}
    if why == "a session":
        system.client.force_login(AdministratorFactory())
        headers[why] = {"Authorization": ""}
    _scope, row = OPERATIONS[operation]
    answer = system.ask(*operation, {"rows": [row]} if row else None, **headers.get(why, {}))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "no_token"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 415),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"rows": [{"key": ' + b"9" * 5_000 + b"}]}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"rows": {}}', 422),
        (b'{"rows": []}', 422),
        (b'{"rows": [1]}', 422),
        (b'{"rows": [{"key": 12346, "name": "Acorn"}]}', 422),
        (b'{"rows": [{"key": "D-1", "name": ["Acorn"]}]}', 422),
        (b'{"rows": [{"key": "D-1", "naem": "Acorn"}]}', 422),
        (b'{"rows": [{"key": "D-1", "name": "A\\u0000"}]}', 422),
        (b'{"rows": [{"key": "D-1", "name": "\\ud800"}]}', 422),
        (b'{"rows": [{"key": " ", "name": "Acorn"}]}', 422),
        (b'{"rows": [{"name": "Acorn"}], "more": 1}', 422),
    ],
)
def test_what_is_no_call_is_refused_in_one_shape(erp, body, status):
    answer = erp.client.post(
        "/api/v1/customers",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {erp.token}"},
    )
    assert answer.status_code == status
    assert set(answer.json()) == {"status", "code", "message", "errors"}
    assert not Customer.objects.exists()


def test_a_mistake_names_its_row_and_field(erp):
    status, problem = erp.push("customers", ROW, {"key": "D-2", "name": 5, "naem": "x"})
    assert status == 422
    found = {(error["row"], error["field"], error["code"]) for error in problem["errors"]}
    assert found == {(1, "name", "string_type"), (1, "naem", "extra_forbidden")}


def test_a_huge_body_is_not_read(erp):
    answer = erp.ask("POST", "customers", {"rows": [ROW | {"name": "x" * 2_600_000}]})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 2_500_000  # docs/api.md says so


def test_forms_and_other_methods_are_refused(erp):
    bearer = {"Authorization": f"Bearer {erp.token}"}
    assert erp.client.post("/api/v1/customers", {"a": 1}, headers=bearer).status_code == 415
    answer = erp.client.delete("/api/v1/customers", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["", "nowhere", "customers/", "customers/erp/", "standings/1", "signals%0A"]
)
def test_an_address_that_nobody_has_is_answered_in_json(erp, path):
    status, problem = erp.get(path)
    assert (status, problem["code"]) == (404, "not_found")


def test_calls_beyond_the_rate_have_to_wait(erp, monkeypatch):
    monkeypatch.setattr(gate.CALLS, "most", 2)
    statuses = [erp.ask("GET", "signals").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    answer = erp.ask("GET", "signals")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert make_system().get("signals")[0] == 200  # each token has its own


def test_who_knocks_too_often_without_a_token_has_to_wait(monkeypatch):
    monkeypatch.setattr(gate.MISSES, "most", 2)
    client = Client()
    statuses = [client.get("/api/v1/signals").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_the_last_use_is_written_at_most_once_a_minute(erp, django_assert_num_queries):
    assert erp.row.last_used_at is None
    erp.get("signals")
    erp.row.refresh_from_db()
    first = erp.row.last_used_at
    assert first is not None
    with django_assert_num_queries(2):  # the token, and the signals
        erp.get("signals")
    erp.row.refresh_from_db()
    assert erp.row.last_used_at == first


def test_the_token_is_stored_as_a_hash_and_audited_without_it(erp):
    stored = json.dumps(ApiToken.objects.values()[0], default=str)
    assert erp.token not in stored
    assert erp.row.prefix == erp.token[:10]
    revoke_token(actor=AdministratorFactory(), token_id=erp.row.pk)
    assert not revoke_token(actor=AdministratorFactory(), token_id=erp.row.pk)
    entries = AuditEntry.objects.filter(action__startswith="api_token")
    assert {entry.action for entry in entries} == {"api_token.made", "api_token.revoked"}
    assert all(erp.token not in json.dumps(entry.details) for entry in entries)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_token_ends_within_a_year(days):
    expires = timezone.now() + dt.timedelta(days=days)
    with pytest.raises(Refused):
        create_token(
            actor=AdministratorFactory(),
            name="ERP",
            scopes=["signals:read"],
            source="erp",
            team=None,
            expires_at=expires,
        )
