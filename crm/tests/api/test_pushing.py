"""Customers and transactions that other systems push."""

import json

import pytest
from django.urls import reverse

from crm.api import pushing
from crm.tests.api.system import make_system
from customers.models import Change, Customer, CustomerIdentity, Standing, Transaction
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, StandingFactory

pytestmark = pytest.mark.django_db

ACORN = {"key": "D-1", "name": "Acorn Ltd", "region": "Kent"}
LINE = {"customer": "D-1", "reference": "R-1", "line": "1", "date": "2026-03-04", "amount": 12.5}


def known(key: str, **values) -> Customer:
    """A customer that the ERP knows by this key."""
    customer = CustomerFactory(**values)
    CustomerIdentityFactory(customer=customer, key=key)
    StandingFactory(customer=customer)
    return customer


def flaws(answer) -> list[tuple]:
    _status, content = answer
    return [(error["row"], error["field"], error["code"]) for error in content["errors"]]


def test_customers_are_made_changed_and_found_the_same(erp):
    assert erp.push("customers", ACORN) == (
        200,
        {"new": 1, "changed": 0, "same": 0, "wrong": 0, "customers_created": 1, "errors": []},
    )
    assert erp.push("customers", ACORN)[1]["same"] == 1
    assert erp.push("customers", ACORN | {"region": "Wales"})[1]["changed"] == 1
    customer = Customer.objects.get(identities__key="D-1", identities__source__code="erp")
    assert (customer.name, customer.region) == ("Acorn Ltd", "Wales")
    assert Standing.objects.get(pk=customer.pk).region == "Wales"


def test_what_is_left_out_stays_as_it_is(erp):
    customer = known("D-1", region="Kent", phone="020 1")
    erp.push("customers", {"key": "D-1", "phone": "020 2", "region": None})
    customer.refresh_from_db()
    assert (customer.region, customer.phone) == ("Kent", "020 2")


def test_wrong_rows_are_named_and_the_good_ones_are_in(erp):
    answer = erp.push("customers", ACORN, {"key": "D-2"}, ACORN | {"key": "D-3", "email": "x"})
    assert answer[0] == 200
    assert (answer[1]["new"], answer[1]["wrong"]) == (1, 2)
    assert flaws(answer) == [(1, "name", "missing"), (2, "email", "bad_email")]
    assert answer[1]["errors"][1]["message"] == "E-mail: is no mail address."
    assert Customer.objects.filter(identities__source__code="erp").count() == 1


def test_reasons_come_in_the_language_that_is_asked_for(erp):
    answer = erp.push("customers", {"key": "D-2"})
    chinese = erp.ask(
        "POST", "customers", {"rows": [{"key": "D-2"}]}, **{"Accept-Language": "zh-hans"}
    )
    assert chinese.json()["errors"][0]["message"] != answer[1]["errors"][0]["message"]


def test_where_no_row_is_good_the_call_is_refused(erp):
    status, problem = erp.push("transactions", LINE)
    assert (status, problem["code"]) == (422, "all_wrong")
    assert flaws((status, problem)) == [(0, "customer", "unknown_customer")]


def test_lines_with_numbers_are_known_again_and_changed(erp):
    known("D-1")
    assert erp.push("transactions", LINE, LINE | {"line": "2"})[1]["new"] == 2
    assert erp.push("transactions", LINE)[1]["same"] == 1
    assert erp.push("transactions", LINE | {"amount": "99.90"})[1]["changed"] == 1
    amounts = Transaction.objects.order_by("line").values_list("amount", flat=True)
    assert [float(amount) for amount in amounts] == [99.9, 12.5]


def test_lines_without_numbers_replace_those_of_their_invoice(erp):
    known("D-1")
    line = {name: value for name, value in LINE.items() if name != "line"}
    assert erp.push("transactions", line, line | {"amount": 3})[1]["new"] == 2
    assert erp.push("transactions", line)[1] == {
        **{"new": 0, "changed": 1, "same": 1, "wrong": 0, "customers_created": 0},
        "errors": [],
    }
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1.234", "1.2340"),
        ('"1.234"', "1.2340"),
        ("1234", "1234.0000"),
        ("0.1", "0.1000"),
        ("-5e0", "-5.0000"),
        ("9999999999999.1234", "9999999999999.1234"),
        ("99999999999999.9999", None),
        ("1e400", None),
        ("1e-999999999", None),
        ("NaN", None),
        ("true", None),
        ('"1,234"', None),
    ],
)
def test_amounts_keep_all_their_digits_and_no_mark_is_a_thousands(erp, sent, kept):
    known("D-1")
    body = json.dumps({"rows": [LINE | {"amount": "HERE"}]}).replace('"HERE"', sent)
    answer = erp.client.post(
        "/api/v1/transactions",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {erp.token}"},
    )
    if kept is None:
        assert answer.status_code in {400, 422}
        assert not Transaction.objects.exists()
    else:
        assert answer.status_code == 200, answer.json()
        assert str(Transaction.objects.get().amount) == kept


def test_unknown_customers_are_made_where_that_is_asked_for_and_allowed(erp, db):
    asked = {"create_customers": True}
    assert erp.push("transactions", LINE, **asked)[1]["customers_created"] == 1
    only_lines = make_system(["transactions:write"])
    status, problem = only_lines.push("transactions", LINE | {"customer": "D-9"}, **asked)
    assert (status, problem["code"]) == (403, "wrong_scope")
    assert not CustomerIdentity.objects.filter(key="D-9").exists()


def test_a_date_of_no_calendar_is_a_wrong_row(erp):
    known("D-1")
    answer = erp.push("transactions", LINE, LINE | {"line": "2", "date": "2026-02-30"})
    assert answer[1]["new"] == 1
    assert flaws(answer) == [(1, "date", "bad_date")]


def test_a_busy_import_lets_the_caller_wait(erp, monkeypatch):
    def busy(*args, **kwargs):
        raise pushing.Refused("busy")

    monkeypatch.setattr(pushing, "run_rows", busy)
    answer = erp.ask("POST", "customers", {"rows": [ACORN]})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


# -- a team's token


def test_a_teams_token_makes_customers_of_that_team(of_team, amy):
    assert of_team.push("customers", ACORN)[1]["new"] == 1
    customer = Customer.objects.get(identities__key="D-1")
    assert customer.team == amy.team
    assert Customer.objects.visible_to(amy).filter(pk=customer.pk).exists()
    assert Standing.objects.visible_to(amy).filter(pk=customer.pk).exists()


@pytest.mark.parametrize("key", ["D-1", " D-1", "D-1\u00a0", "\u001fD-1"])
def test_another_teams_customer_gets_nothing(of_team, key):
    customer = known("D-1", region="Kent")
    answer = of_team.push("customers", {"key": key, "region": "Wales"})
    assert answer[0] == 422
    assert flaws(answer) == [(0, "key", "unknown_customer")]
    answer = of_team.push("transactions", LINE | {"customer": key}, create_customers=True)
    assert flaws(answer) == [(0, "customer", "unknown_customer")]
    customer.refresh_from_db()
    assert customer.region == "Kent"
    assert not Transaction.objects.exists()


def test_a_row_of_another_team_does_not_keep_the_others_out(of_team, amy):
    known("D-1")
    known("D-2", account_manager=amy)
    answer = of_team.push("transactions", LINE, LINE | {"customer": "D-2", "reference": "R-2"})
    assert (answer[1]["new"], answer[1]["wrong"]) == (1, 1)
    assert Transaction.objects.get().reference == "R-2"


def test_a_teams_token_gives_no_customer_away_and_takes_no_parent_from_others(of_team, amy):
    stranger = known("D-1").account_manager
    mine = known("D-2", account_manager=amy)
    for owner in (stranger.username, stranger.email.upper()):
        answer = of_team.push("customers", {"key": "D-2", "owner": owner})
        assert flaws(answer) == [(0, "owner", "unknown_user")]
    answer = of_team.push("customers", {"key": "D-2", "parent": "D-1"})
    assert flaws(answer) == [(0, "parent", "unknown_customer")]
    assert of_team.push("customers", {"key": "D-2", "owner": amy.username})[0] == 200
    mine.refresh_from_db()
    assert (mine.account_manager, mine.parent) == (amy, None)


# -- history


def test_history_names_the_token(erp, signed_in, amy):
    customer = known("D-1", account_manager=amy)
    erp.push("customers", {"key": "D-1", "region": "Wales"})
    change = Change.objects.filter(customer=customer).first()
    assert change.actor_id == -erp.row.pk
    page = signed_in.get(reverse("customers:history", args=[customer.pk])).content.decode()
    assert "by interface: The ERP" in page


def test_the_rows_of_one_call_are_within_the_limit_of_rows_and_bytes(erp):
    rows = [{"key": f"D-{n}", "name": f"Customer {n}"} for n in range(1_000)]
    assert erp.push("customers", *rows)[1]["new"] == 1_000
    status, problem = erp.push("customers", *rows, ACORN)
    assert (status, flaws((status, problem))) == (422, [(None, "rows", "too_long")])
