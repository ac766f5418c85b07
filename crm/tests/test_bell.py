"""The bell in the top bar: how many notices wait, on every page, without a query of its own."""

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from customers.models import Notice
from customers.services import following
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def notices(user, *customers) -> None:
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(user=user, customer=customer, kind="help", cause=f"help:{n}", text="x", at=now)
        for n, customer in enumerate(customers)
    )


def bell(client, user) -> str:
    client.force_login(user)
    text = client.get("/customers/tasks/").text
    return text[text.index('class="bell"') :].split("</a>")[0]


def test_it_counts_what_this_person_has_not_seen(client, amy):
    assert "bell-count" not in bell(client, amy)
    notices(amy, CustomerFactory(account_manager=amy), None)
    assert '<span class="bell-count num" aria-hidden="true">2</span>' in bell(client, amy)
    assert "2 new notices" in bell(client, amy)
    following.see(amy, until=Notice.objects.latest("pk").pk)
    assert "bell-count" not in bell(client, amy)


def test_it_counts_the_same_as_the_page_of_notices(client, amy):
    colleague = AccountManagerFactory(team=amy.team)
    stranger = CustomerFactory(account_manager=AccountManagerFactory(team=TeamFactory()))
    mine = CustomerFactory(account_manager=amy)
    of_team = CustomerFactory(account_manager=colleague, team=amy.team)
    for user, expected in ((amy, 3), (ManagerFactory(), 4)):
        notices(user, mine, of_team, stranger, None)
        assert following.unseen(user) == expected
        assert f">{expected}</span>" in bell(client, user)


def test_many_are_many(client, amy):
    notices(amy, *[None] * 130)
    assert ">99+</span>" in bell(client, amy)


def test_it_asks_no_question_of_its_own(client, amy, django_assert_num_queries):
    bell(client, amy)
    with django_assert_num_queries(4) as asked:
        client.get("/customers/clubs/")
    assert sum("customers_notice" in query["sql"] for query in asked) == 1
    assert "accounts_user" in next(q["sql"] for q in asked if "customers_notice" in q["sql"])


def test_who_was_deactivated_is_signed_out(client, amy):
    bell(client, amy)
    amy.is_active = False
    amy.save()
    assert client.get("/customers/tasks/").status_code == 302
