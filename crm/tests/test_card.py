"""The customer card: what it answers, to whom, and at what cost."""

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.templatetags.pictures import risk_level
from crm.tests.worth import AS_OF, dealings, nightly_run, silent_signal, valued_customer
from customers.models import Standing, TouchedCustomer
from customers.querysets.standing import RISK_BANDS
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    InteractionFactory,
    StandingFactory,
    TaskFactory,
    TransactionFactory,
)
from lifecycle.models import StageChange, TierChange

pytestmark = pytest.mark.django_db

# Words and numbers that tell what a customer is worth.
WORTH = (
    *("98,765", "43,211", "13,579", "61\u202f%", "81\u202f%", "80,808", "75,757", "4,074"),
    *("No order for 41 days", "usually every", "likely active", "Value at risk", "Lifetime value"),
    *("Kitchen", "3,334", "volume down by"),
)


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(name="East"), name="Amy")


@pytest.fixture
def customer(amy):
    nightly_run()
    customer = valued_customer(amy, name="Bell & Sons", number="K77")
    dealings(customer)
    silent_signal(customer)
    StageChange.objects.create(
        customer=customer,
        on=AS_OF,
        before="stability",
        after="decline",
        reason="at_once",
        numbers={"figure": -0.3, "mark": -0.25},
    )
    TierChange.objects.create(customer=customer, on=AS_OF, before="B", after="A", basis="4073.73")
    return customer


def card(client, user, customer, **parameters):
    client.force_login(user)
    return client.get(f"/customers/{customer.pk}/", parameters)


def test_the_card_answers_who_what_worth_leaving_open_and_next(client, amy, customer):
    ContactFactory(
        customer=customer, name="Anna", role="buyer", mobile="+44 77", email="a@b.example"
    )
    TaskFactory(customer=customer, title="Call back")
    CustomerIdentityFactory(customer=customer, key="ERP-9")
    text = card(client, amy, customer).text
    for words in (
        "Bell &amp; Sons",
        "K77",
        "Amy",
        "East",
        "98,765",
        "43,211",
        "61\u202f%",
        "13,579",
        "likely active",
        "No order for 41 days, usually every 12",
        "61\u202f% that nothing is bought within 91 days",
        "Anna",
        "Buyer",
        "tel:+4477",
        "mailto:a@b.example",
        "Call back",
        "ERP-9",
        "Kitchen",
        "80,808 to 120,120",
        "volume down by 30",
        "Stage: Stability → Decline",
        "assumed",
    ):
        assert words in text, words


def test_service_staff_see_tier_band_and_orders_but_no_worth(client, customer):
    response = card(client, ServiceFactory(), customer)
    text = response.text
    for words in WORTH:
        assert words not in text, words
    assert "High" in text
    assert customer.transactions.first().reference in text


@pytest.mark.parametrize("factory", [ManagerFactory, AdministratorFactory])
def test_managers_see_every_card(client, customer, factory):
    assert "98,765" in card(client, factory(), customer).text


def test_a_customer_of_another_team_is_not_there(client, customer):
    response = card(client, AccountManagerFactory(), customer)
    assert response.status_code == 404
    assert "Bell" not in response.text


def test_figures_open_to_their_rows_or_their_formula(client, amy, customer):
    text = card(client, amy, customer).text
    assert f"/customers/{customer.pk}/dealings/?start=2024-12-01&amp;end=2025-11-30" in text
    assert f"/customers/{customer.pk}/dealings/?month=2025-11" in text
    assert f"/value/customers/{customer.pk}/figures/#value" in text


def test_the_chart_shows_24_months_up_to_the_date_of_the_figures(client, amy, customer):
    panel = next(p for p in card(client, amy, customer).context["left"] if "months" in p)
    months = panel["months"]
    assert (len(months), months[0]["label"], months[-1]["label"]) == (24, "Dec 2023", "Nov 2025")
    assert (months[0]["href"], months[-1]["href"][-13:]) == ("", "month=2025-11")
    assert sum(month["net"] for month in months) == 3 * 1111.25
    assert panel["finding"]["now"] == 3 * 1111.25


def test_the_figures_behind_the_chart_have_a_page(client, amy, customer):
    url = f"/customers/{customer.pk}/months/"
    assert url in card(client, amy, customer).text
    text = client.get(url).text
    assert text.count("<tr>") == 1 + 24
    assert f"/customers/{customer.pk}/dealings/?month=2025-11" in text
    client.force_login(ServiceFactory())
    assert client.get(url).status_code == 403


def test_a_new_customer_has_a_calm_card(client, amy):
    customer = CustomerFactory(account_manager=amy)
    refresh_derived([customer.pk])
    text = card(client, amy, customer).text
    for words in ("No contact yet", "Nothing is open", "No transactions yet", "Not computed yet"):
        assert words in text


def test_a_customer_without_a_standing_still_has_a_card(client, amy):
    assert card(client, amy, CustomerFactory(account_manager=amy)).status_code == 200


def test_newer_transactions_are_announced(client, amy, customer):
    assert "Newer transactions" not in card(client, amy, customer).text
    TouchedCustomer.objects.create(customer=customer, since=AS_OF)
    assert "Newer transactions" in card(client, amy, customer).text


def test_a_parent_out_of_sight_is_not_named(client, amy, customer):
    customer.parent = CustomerFactory(name="Hidden Holding")
    customer.save()
    assert "Hidden Holding" not in card(client, amy, customer).text
    assert "Hidden Holding" in card(client, ManagerFactory(), customer).text


def test_names_are_text_not_markup(client, amy):
    customer = CustomerFactory(account_manager=amy, name="<script>alert(1)</script>")
    refresh_derived([customer.pk])
    InteractionFactory(customer=customer, subject="<img src=x>", notes="<b>x</b>")
    text = card(client, amy, customer).text
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert "<b>x</b>" not in text


def test_the_card_is_only_read(client, amy, customer):
    client.force_login(amy)
    assert client.post(f"/customers/{customer.pk}/").status_code == 405


# Dealings


def rows_of(client, user, customer, **parameters):
    client.force_login(user)
    return client.get(f"/customers/{customer.pk}/dealings/", parameters)


def test_the_rows_behind_a_month_sum_up_to_the_cent(client, amy, customer):
    TransactionFactory(customer=customer, date=AS_OF, amount="-100.50", reference="CN1")
    response = rows_of(client, amy, customer, month="2025-11")
    totals = response.context["totals"]
    assert (totals["lines"], str(totals["net"])) == (2, "1010.7500")
    assert "net 1,010.75 GBP = sales 1,111.25 − returns 100.50" in response.text


def test_rows_are_filtered_by_invoice_product_and_category(client, amy, customer):
    line = TransactionFactory(customer=customer, reference="A/1 & B", amount=5)
    for parameters, expected in (
        ({"invoice": "A/1 & B"}, 1),
        ({"category": "Kitchen"}, 3),
        ({"product": customer.transactions.first().product_id}, 3),
        ({"start": "2025-11-01", "end": "2025-11-30"}, 1),
        ({"month": "2025-06"}, 1),
    ):
        response = rows_of(client, amy, customer, **parameters)
        assert len(response.context["rows"]) == expected, parameters
    assert line.customer == customer


def test_rows_have_pages(client, amy, customer):
    TransactionFactory.create_batch(60, customer=customer)
    first = rows_of(client, amy, customer)
    client.force_login(amy)
    second = client.get(f"/customers/{customer.pk}/dealings/{first.context['older_url']}")
    shown = {row.pk for page in (first, second) for row in page.context["rows"]}
    assert len(shown) == 63


@pytest.mark.parametrize(
    "parameters",
    [
        {"month": "2025-13"},
        {"month": "0000-00"},
        {"month": "x"},
        {"start": "soon"},
        {"product": "1' OR 1=1"},
        {"product": "9" * 30},
        {"invoice": "\0"},
        {"invoice": "%_\\'\""},
        {"page": "nonsense"},
    ],
)
def test_hostile_filters_of_rows_are_no_error(client, amy, customer, parameters):
    assert rows_of(client, amy, customer, **parameters).status_code == 200


def test_service_staff_see_rows_without_their_sum(client, customer):
    response = rows_of(client, ServiceFactory(), customer)
    assert len(response.context["rows"]) == 3
    assert response.context["totals"] is None
    assert "sales" not in response.text.lower()


def test_rows_of_another_teams_customer_are_not_there(client, customer):
    assert rows_of(client, AccountManagerFactory(), customer).status_code == 404


def test_rows_are_only_read(client, amy, customer):
    client.force_login(amy)
    assert client.post(f"/customers/{customer.pk}/dealings/").status_code == 405


@pytest.mark.parametrize("risk", [0.0, 0.2499, 0.25, 0.4999, 0.5, 1.0])
def test_the_list_filters_by_the_risk_that_pages_call_so(amy, risk):
    StandingFactory(customer=CustomerFactory(account_manager=amy), risk=risk)
    for band in RISK_BANDS:
        found = Standing.objects.matching({"risk": band}, AS_OF).exists()
        assert found == (band == risk_level(risk))
