"""Every figure on a card opens to its explanation, whoever the customer is."""

import datetime as dt
import re

import pytest

from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.tests.worth import AS_OF, nightly_run, valued_customer
from customers.models import Standing
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.expected_orders import expected_on
from lifecycle.models import TierOverride, Valuation
from lifecycle.tests.factories import TierOverrideFactory

pytestmark = pytest.mark.django_db
CONTRACT = {
    "method": "contract",
    "contract_ends": AS_OF + dt.timedelta(days=90),
    "contract_left": 900,
    "renewals": 2,
    "renewal_chance": 0.8,
    "expected_purchases": 1.5,
    "expected_spend": 4000.0,
    "margin": 0.5,
    "transaction_value": 3400,
}
OTHERS = {
    "contract": CONTRACT,
    "one purchase": {"purchase_days": 1, "repeats": 0, "recency": 0.0, "usual_gap": 0.0},
    "lost": {"probability_alive": 0.001, "transaction_value": 0, "stage_reason": "silent"},
    "no purchase": {"purchase_days": 0, "repeats": 0, "age": 0.0, "margin": 0.0},
}


def pages(client, customer):
    """The card and the page of explanations."""
    card = client.get(f"/customers/{customer.pk}/")
    figures = client.get(f"/value/customers/{customer.pk}/figures/")
    assert (card.status_code, figures.status_code) == (200, 200)
    return card.text, figures.text


@pytest.mark.parametrize("name", OTHERS)
def test_each_figure_of_a_card_opens_to_its_explanation(signed_in, amy, name):
    nightly_run()
    customer = valued_customer(amy, name="Bell")
    Valuation.objects.filter(customer=customer).update(**OTHERS[name])
    if name == "no purchase":
        Standing.objects.filter(customer=customer).update(last_purchase=dt.date.min, risk=0)
    card, figures = pages(signed_in, customer)
    asked = set(re.findall(r"/figures/#(\w+)", card))
    assert asked >= {"value", "transactions", "growth", "cost", "sides", "risk", "revenue"}
    for key in asked:
        assert f'id="{key}"' in figures, key
    assert "None" not in figures
    assert "nan" not in re.findall(r"\w+", figures)


def test_a_contract_is_explained_by_its_term_and_its_renewals(signed_in, amy):
    nightly_run()
    customer = valued_customer(amy, name="Bell")
    Valuation.objects.filter(customer=customer).update(**CONTRACT)
    card, figures = pages(signed_in, customer)
    # 3,400 = (800 + 1.5 × 4,000) × 0.5, of the 900 ahead 800 after discount.
    for words in ("(signed and still ahead", "800.00", "1.50", "4,000.00", "renewals so far: 2"):
        assert words in figures
    assert "purchase days × amount" not in figures
    assert "that the contract is not renewed" in card
    assert "1.5 further terms of 4,000" in card


def test_who_is_under_contract_has_no_next_order_by_rhythm():
    today = AS_OF
    standing = Standing(last_purchase=today)
    valuation = Valuation(usual_gap=12.0, method="model")
    assert expected_on(valuation, standing, today) == today + dt.timedelta(days=12)
    valuation.method = "contract"
    assert expected_on(valuation, standing, today) is None


def test_before_the_first_night_both_say_so(signed_in, amy):
    customer = CustomerFactory(account_manager=amy, team=amy.team)
    StandingFactory(customer=customer)
    card, figures = pages(signed_in, customer)
    assert "Not computed yet" in card
    assert "Nothing is computed yet" in figures


def test_service_staff_see_the_tier_and_no_mark_that_somebody_overrode_it(client, amy):
    nightly_run()
    customer = valued_customer(amy, name="Bell & Sons")
    Standing.objects.filter(customer=customer).update(tier_by_numbers="C", stage_by_rules="ended")
    TierOverrideFactory(
        customer=customer,
        tier=customer.standing.tier,
        reason="Opens a whole industry",
        state=TierOverride.State.APPROVED,
        decided_by=ManagerFactory(),
        proposed_on=AS_OF,
        decided_on=AS_OF,
        until=AS_OF.replace(year=2027),
    )
    seen = {}
    for user in (amy, ServiceFactory()):
        client.force_login(user)
        seen[user] = [client.get(f"/customers/{customer.pk}/").text]
        seen[user].append(client.get("/customers/?owner=all").text)
    marks = ("overrid", "Opens a whole industry", "by the numbers", "by the rules")
    (card, rows), (bare_card, bare_rows) = seen.values()
    assert any(mark in card for mark in marks)
    assert "Bell &amp; Sons" in rows
    assert "Bell &amp; Sons" in bare_rows
    assert not any(mark in page for page in (bare_card, bare_rows) for mark in marks)
