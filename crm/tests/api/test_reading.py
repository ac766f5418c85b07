"""Standings, customers and signals, as other systems read them."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import TeamFactory
from crm.tests.api.system import make_system
from customers.models import Customer, FormerNumber
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, StandingFactory
from lifecycle.models import Signal, StageChange, TierChange

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 4)


def customer(key: str, *, tier: str = "C", **values) -> Customer:
    made = CustomerFactory(**values)
    CustomerIdentityFactory(customer=made, key=key)
    StandingFactory(customer=made, tier=tier, risk=0.25, lifetime_value="1234.50")
    return made


def signal(of: Customer, **values) -> Signal:
    evidence = {"days_since": 41, "usual_gap": 12}
    seen = {"first_seen": DAY, "last_seen": DAY}
    return Signal.objects.create(
        customer=of, **{"kind": "silent", "strength": 0.9, "evidence": evidence, **seen, **values}
    )


def keys(answer) -> list[str]:
    status, content = answer
    assert status == 200, content
    return [row["customer"]["keys"][0]["key"] for row in content["rows"]]


def test_a_standing_has_the_figures_and_all_keys(erp):
    made = customer("D-1", tier="A")
    CustomerIdentityFactory(customer=made, source__code="shop", key="S-9")
    status, content = erp.get("standings")
    (row,) = content["rows"]
    assert status == 200
    assert row["customer"] == {
        "number": made.number,
        "keys": [{"source": "erp", "key": "D-1"}, {"source": "shop", "key": "S-9"}],
    }
    assert (row["tier"], row["risk"], row["lifetime_value"]) == ("A", 0.25, "1234.50")
    assert row["last_purchase"] is None
    assert content["next"] is None


def test_pages_follow_one_another_without_gap(erp):
    for n in range(5):
        customer(f"D-{n}")
    found, after = [], 0
    while after is not None:
        answer = erp.get(f"standings?limit=2&after={after}")
        found += keys(answer)
        after = answer[1]["next"]
    assert found == [f"D-{n}" for n in range(5)]


def test_standings_by_tier_and_by_change(erp):
    first, second, third = customer("D-1", tier="A"), customer("D-2", tier="A"), customer("D-3")
    TierChange.objects.create(customer=second, on=DAY, before="B", after="A", basis=1)
    StageChange.objects.create(customer=third, on=DAY, before="formation", after="decline")
    TierChange.objects.create(customer=first, on=DAY, before="", after="A", basis=1)
    assert keys(erp.get("standings?tier=A")) == ["D-1", "D-2"]
    assert keys(erp.get("standings?changed_since=2026-03-04")) == ["D-2", "D-3"]
    assert keys(erp.get("standings?changed_since=2026-03-04&tier=A")) == ["D-2"]
    assert keys(erp.get("standings?changed_since=2026-03-05")) == []


@pytest.mark.parametrize(
    "query",
    [
        *("tier=D", "limit=0", "limit=501", "after=-1", "after=9223372036854775808", "after=x"),
        *("changed_since=2026-02-30", "changed_since=yesterday", "tier=A%00"),
    ],
)
def test_questions_that_make_no_sense_are_refused(erp, query):
    assert erp.get(f"standings?{query}")[0] == 422


def test_the_first_day_of_all_is_a_day(erp):
    assert erp.get("standings?changed_since=0001-01-01")[0] == 200


def test_one_customer_by_its_key_its_number_and_a_former_number(erp):
    made = customer("D/1 ä")
    FormerNumber.objects.create(number="OLD-7", customer=made)
    for path in ("erp/D%2F1%20%C3%A4", f"own/{made.number}", "own/old-7"):
        status, content = erp.get(f"customers/{path}")
        assert (status, content["customer"]["number"]) == (200, made.number)
    for path in ("shop/D%2F1%20%C3%A4", "erp/D", "own/D-1"):
        assert erp.get(f"customers/{path}")[0] == 404
    for path in ("erp/%00", "a%20b/D-1", "erp/" + "x" * 121):
        assert erp.get(f"customers/{path}")[0] == 422


def test_only_signals_that_stand_are_read(erp):
    signal(customer("D-1"))
    signal(customer("D-2"), ended_on=DAY)
    dismissed = {"dismissed_at": "2026-03-04T00:00Z", "dismissed_reason": "Known"}
    signal(customer("D-3"), **dismissed)
    answer = erp.get("signals")
    assert keys(answer) == ["D-1"]
    (row,) = answer[1]["rows"]
    assert row["evidence"] == {"days_since": 41, "usual_gap": 12}
    assert (row["kind"], row["first_seen"]) == ("silent", "2026-03-04")


def test_another_teams_customers_are_not_there(of_team, amy):
    signal(customer("D-1"))
    signal(customer("D-2", account_manager=amy))
    other = CustomerFactory(account_manager=None, team=None)
    StandingFactory(customer=other)
    assert keys(of_team.get("standings")) == ["D-2"]
    assert keys(of_team.get("signals")) == ["D-2"]
    assert of_team.get("customers/erp/D-2")[0] == 200
    assert of_team.get("customers/erp/D-1")[0] == 404
    assert of_team.get(f"customers/own/{other.number}")[0] == 404
    assert make_system(team=TeamFactory()).get("standings")[1]["rows"] == []


def test_a_page_asks_the_same_number_of_questions_however_long_it_is(
    erp, django_assert_num_queries
):
    for path in ("standings", "signals"):
        erp.get(path)
    for n in range(3):
        signal(customer(f"D-{n}"))
    for path in ("standings", "signals"):
        with django_assert_num_queries(3):  # the token, the rows, the keys
            erp.get(path)
