"""The proposal of the expected next order: what comes back in a customer's orders, and when."""

import datetime as dt
import time
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.models import Installation
from crm.platform.tests.remembered import forget_remembered
from crm.reports import account_card, proposal
from crm.tests.papers import OUR_WORDS, full_customer, is_a4, sheet_of, text_of
from customers.models import Standing, Transaction
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    ProductFactory,
    StandingFactory,
    TransactionFactory,
)
from lifecycle.models import PeerCategory
from lifecycle.tests.factories import ValuationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return Installation.get().today()


def buyer(amy, today, **fields):
    """Orders every 20 days; the last time five days ago."""
    customer = CustomerFactory(account_manager=amy, **fields)
    last = today - dt.timedelta(days=5)
    StandingFactory(
        customer=customer,
        last_purchase=last,
        tier="A",
        lifetime_value=Decimal("98765.40"),
        computed_on=today,
    )
    ValuationFactory(customer=customer, as_of=today)
    return customer


def order(customer, product, today, orders: dict[int, tuple]) -> None:
    """Lines by how many days before the last order: quantity and amount."""
    last = today - dt.timedelta(days=5)
    for back, (quantity, amount) in orders.items():
        TransactionFactory(
            customer=customer,
            product=product,
            date=last - dt.timedelta(days=back),
            quantity=Decimal(quantity),
            amount=Decimal(amount),
        )


def read(customer, user):
    return proposal.read(account_card.load(user, customer.pk), user)


def test_it_proposes_the_usual_quantity_at_the_last_price_on_the_day_of_its_rhythm(amy, today):
    customer = buyer(amy, today)
    mugs, lids = ProductFactory(name="Mugs", category="Kitchen"), ProductFactory(name="Lids")
    order(customer, mugs, today, {0: (30, 75), 20: (10, 20), 40: (20, 40), 60: (20, 40)})
    order(customer, lids, today, {400: (5, 5), 40: (5, 5)})  # once within the year
    found = read(customer, amy)
    assert found.due_on == found.expected_on == today + dt.timedelta(days=15)
    assert [line.name for line in found.lines] == ["Mugs"]
    line = found.lines[0]
    assert (line.orders, line.quantity, line.price) == (4, 20, Decimal("2.5"))
    assert line.is_usual
    assert found.total == 50


def test_several_lines_of_a_day_are_one_order_and_returns_are_none(amy, today):
    customer = buyer(amy, today)
    mugs = ProductFactory(name="Mugs")
    order(customer, mugs, today, {0: (4, 8), 20: (10, 20), 30: (-10, -20)})
    order(customer, mugs, today, {0: (6, 12)})
    (line,) = read(customer, amy).lines
    assert (line.orders, line.quantity) == (2, 10)


def test_what_is_in_few_orders_is_apart_and_in_no_sum(amy, today):
    customer = buyer(amy, today)
    often, seldom = ProductFactory(name="Often"), ProductFactory(name="Seldom")
    order(customer, often, today, dict.fromkeys(range(0, 200, 20), (1, 10)))
    order(customer, seldom, today, {0: (1, 1000), 20: (1, 1000)})
    found = read(customer, amy)
    assert [line.name for line in found.usual] == ["Often"]
    assert [line.name for line in found.sometimes] == ["Seldom"]
    assert found.total == 10


def test_page_and_file_are_in_the_customers_language_or_the_chosen_one(signed_in, amy, today):
    customer = buyer(amy, today, name="成都裕朗有限公司", industry="Food")
    order(customer, ProductFactory(name="轴承 6204"), today, {0: (3, 30), 20: (3, 30)})
    PeerCategory.objects.create(
        industry="Food", category="密封件", buyers=8, customers=10, spend=Decimal(777)
    )
    pdf, page = (reverse(name, args=[customer.pk]) for name in ("proposal_pdf", "proposal"))
    content = signed_in.get(pdf).content
    assert is_a4(content)
    texts = text_of(content).replace(" ", ""), sheet_of(signed_in.get(page).content.decode())
    with override("zh-hans"):
        title = gettext("Proposal for your next order")
    for said in texts:
        assert "轴承" in said
        assert "密封件" in said
        assert "777" not in said  # what others spend
        assert title.replace(" ", "") in said.replace(" ", "")
    english = text_of(signed_in.get(f"{pdf}?language=en").content)
    assert "Proposal for your next order" in english
    assert signed_in.get(f"{pdf}?language=xx").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_tells_nothing_of_what_the_customer_is_worth(signed_in, amy, language):
    customer = full_customer(amy)
    content = signed_in.get(
        reverse("proposal_pdf", args=[customer.pk]) + f"?language={language}"
    ).content
    with override(language):
        words = [gettext(word) for word in OUR_WORDS]
    text = text_of(content)
    assert [one for one in (*words, "98,765", "43,210", "61 %", "61%") if one in text] == []


def test_without_a_rhythm_the_page_says_why_and_there_is_no_file(signed_in, amy, today):
    customer = CustomerFactory(account_manager=amy)
    page = signed_in.get(reverse("proposal", args=[customer.pk])).content.decode()
    assert "It has not bought yet" in page
    StandingFactory(customer=customer, last_purchase=today)
    page = signed_in.get(reverse("proposal", args=[customer.pk])).content.decode()
    assert "Its rhythm is not known yet" in page
    answer = signed_in.get(reverse("proposal_pdf", args=[customer.pk]))
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("proposal", args=[customer.pk]),
    )


def test_a_late_order_is_told_to_us_and_not_to_the_customer(signed_in, amy, today):
    customer = buyer(amy, today)
    Standing.objects.filter(customer=customer).update(last_purchase=today - dt.timedelta(days=50))
    page = signed_in.get(reverse("proposal", args=[customer.pk])).content.decode()
    assert "A call may do more than a paper" in page
    assert "A call may do more" not in sheet_of(page)


def test_it_is_mailed_to_who_orders_there_and_may_be_written_to(signed_in, amy, today):
    customer = buyer(amy, today)
    ContactFactory(customer=customer, role="buyer", email="ada@stone.example")
    ContactFactory(customer=customer, role="buyer", email="no@stone.example", consent="refused")
    ContactFactory(customer=customer, role="user", email="user@stone.example")
    page = signed_in.get(reverse("proposal", args=[customer.pk])).content.decode()
    assert "mailto:ada%40stone.example?subject=" in page
    assert "no%40stone" not in page
    assert "user%40stone" not in page


def test_service_staff_and_other_teams_get_none(client, amy, today):
    customer = buyer(amy, today)
    for user, status in ((ServiceFactory(), 403), (AccountManagerFactory(), 404)):
        client.force_login(user)
        for name in ("proposal", "proposal_pdf"):
            assert client.get(reverse(name, args=[customer.pk])).status_code == status


def test_fifty_thousand_lines_are_read_promptly_in_few_questions(
    signed_in, amy, today, django_assert_max_num_queries
):
    customer = buyer(amy, today, industry="Food")
    products = ProductFactory.create_batch(50)
    last = today - dt.timedelta(days=5)
    source = products[0].source
    Transaction.objects.bulk_create(
        (
            Transaction(
                customer=customer,
                source=source,
                reference=f"R{number}",
                date=last - dt.timedelta(days=number % 300),
                product=products[number % 50],
                quantity=1 + number % 7,
                amount=10,
            )
            for number in range(50_000)
        ),
        batch_size=5_000,
    )
    signed_in.get("/customers/tasks/")
    forget_remembered()
    began = time.perf_counter()
    with django_assert_max_num_queries(12):
        page = signed_in.get(reverse("proposal", args=[customer.pk]))
    assert page.status_code == 200
    assert time.perf_counter() - began < 3
