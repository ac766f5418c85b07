"""The key account card on paper: all that those see who see worth, and nobody else."""

import pytest
from django.urls import reverse

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.tests.remembered import forget_remembered
from crm.tests.papers import full_customer, is_a4, opened, sell_much, sheet_of, text_of
from customers.models import Contact, Organisation
from customers.tests.factories import ContactFactory, CustomerFactory
from customers.tests.record_factories import CreditRecordFactory

pytestmark = pytest.mark.django_db


def both(client, customer) -> tuple[str, str, bytes]:
    page = client.get(reverse("account_card", args=[customer.pk])).content.decode()
    content = client.get(reverse("account_card_pdf", args=[customer.pk])).content
    return sheet_of(page), text_of(content), content


def test_page_and_file_hold_overview_dealings_business_and_credit(signed_in, amy):
    customer = full_customer(amy, name="Stone Works", industry="Machinery")
    Organisation.objects.create(customer=customer, legal_representative="Ruth Stone")
    page, text, content = both(signed_in, customer)
    for said in (page, text):
        assert "Internal" in said
        assert "Ruth Stone" in said
        assert "Ada Stone" in said
        assert "Buyer" in said
        assert "98,765" in said  # lifetime value, and its interval
        assert "from 80,808 to 120,120" in said
        assert "model (MBG/NBD" in said
        assert "Silent beyond its own rhythm" in said
        assert "Objective of ours" in said
        assert "Its place: high attractiveness, good relationship" in said
        assert "Kitchen" in said
        assert "Rival Works" in said
        assert "34,567" in said  # its purchases; our share of them beside
        assert "45,678" in said  # credit limit
    assert is_a4(content)
    assert opened(content).metadata.title == "Key account card – Stone Works"
    entry = AuditEntry.objects.get(action="paper.exported")
    assert (entry.actor, entry.details["kind"]) == (amy, "account_card")


def test_it_is_for_those_who_see_worth_and_the_customer(client, amy):
    customer = full_customer(amy)
    for user, status in ((ServiceFactory(), 403), (AccountManagerFactory(), 404)):
        client.force_login(user)
        for name in ("account_card", "account_card_pdf"):
            assert client.get(reverse(name, args=[customer.pk])).status_code == status
    assert not AuditEntry.objects.filter(action="paper.exported").exists()


def test_a_customer_of_whom_nothing_is_known_has_a_card_that_says_so(signed_in, amy):
    customer = CustomerFactory(account_manager=amy)
    page, text, _content = both(signed_in, customer)
    for said in (page, text):
        assert "Nobody is known there." in said
        assert "Nothing was bought in two years." in said
        assert "Share not known: none of its own figures is." in said


def test_three_hundred_people_and_long_texts_go_on_over_the_pages(signed_in, amy):
    customer = full_customer(amy, address="A very long way " * 18)
    Contact.objects.bulk_create(
        ContactFactory.build(
            customer=customer, name=f"Person {n} " + "Long" * 20, title="经理" * 40
        )
        for n in range(300)
    )
    Organisation.objects.create(customer=customer, strategy="一二三四五六七八九十" * 200)
    CreditRecordFactory(customer=customer, cash_flow="Pays when asked. " * 60)
    _page, text, content = both(signed_in, customer)
    pages = opened(content).pages
    assert is_a4(content)
    assert len(pages) > 5
    assert "and 241 more" in text  # with Ada, who is a buyer, 60 of 301 are shown
    assert "Ada Stone" in text
    heads = [page.extract_text().count("Role in buying") for page in pages]
    assert sum(heads) > 2  # the head of the table stands again on each of its pages


def test_it_asks_few_questions_however_much_there_is(signed_in, amy, django_assert_max_num_queries):
    customer = full_customer(amy)
    sell_much(customer, 700)
    ContactFactory.create_batch(40, customer=customer)
    for name, most in (("account_card", 15), ("account_card_pdf", 16)):  # one is the audit's line
        signed_in.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(most):
            signed_in.get(reverse(name, args=[customer.pk]))
