"""A user who leaves hands customers and open tasks over in the same step."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import Customer, Standing, Task
from customers.services.derived import refresh_derived
from customers.services.leaving import takers
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def giver(team):
    return AccountManagerFactory(team=team, name="Gina")


@pytest.fixture
def taker(team):
    return AccountManagerFactory(team=team, name="Tom")


@pytest.fixture
def manager(client, team):
    user = ManagerFactory(team=team, name="Maria")
    client.force_login(user)
    return user


def page_of(user) -> str:
    return reverse("user_deactivate", args=[user.pk])


def test_customers_and_open_tasks_move_and_the_user_is_out(client, manager, giver, taker):
    customers = CustomerFactory.create_batch(3, account_manager=giver)
    refresh_derived([customer.pk for customer in customers])
    open_task = TaskFactory(customer=customers[0])
    done = TaskFactory(customer=customers[0], state="done", closed_at=timezone.now())
    assert client.get(page_of(giver)).context["held"].of_customers.customers == 3

    answer = client.post(page_of(giver), {"taker": taker.pk})
    assert answer.headers["Location"] == reverse("accounts:users")
    giver.refresh_from_db()
    assert not giver.is_active
    assert set(Customer.objects.values_list("account_manager", "version")) == {(taker.pk, 2)}
    assert set(Standing.objects.values_list("owner", flat=True)) == {taker.pk}
    assert Task.objects.get(pk=open_task.pk).assignee == taker
    assert Task.objects.get(pk=done.pk).assignee == giver
    entry = AuditEntry.objects.get(action="customers.handed_over")
    expected = {"to": "Tom", "customers": 3, "tasks": 1}
    assert (entry.subject, entry.details) == ("Gina", expected)


def test_without_somebody_who_takes_over_it_is_refused_whole(client, manager, giver, taker):
    CustomerFactory(account_manager=giver)
    outsider = AccountManagerFactory()
    for chosen in ("", outsider.pk, giver.pk):
        answer = client.post(page_of(giver), {"taker": chosen})
        assert "taker" in answer.context["form"].errors
    giver.refresh_from_db()
    assert giver.is_active
    assert not AuditEntry.objects.exists()


def test_who_holds_nothing_just_goes(client, manager, giver):
    assert "taker" not in client.get(page_of(giver)).context["form"].fields
    client.post(page_of(giver))
    giver.refresh_from_db()
    assert not giver.is_active


def test_where_nobody_could_take_over_the_page_says_so(client, giver):
    CustomerFactory(account_manager=giver)
    client.force_login(AdministratorFactory())
    assert "Nobody in the team could take over" in client.get(page_of(giver)).content.decode()


def test_service_staff_hand_over_to_service_staff(client, team):
    leaving = ServiceFactory(team=team)
    colleague = ServiceFactory()
    customer = CustomerFactory(service_representative=leaving)
    client.force_login(AdministratorFactory())
    client.post(page_of(leaving), {"taker": colleague.pk})
    customer.refresh_from_db()
    assert customer.service_representative == colleague
    assert customer.account_manager != colleague


def test_takers_are_active_colleagues_of_the_team(giver, taker, team):
    ServiceFactory(team=team)
    AccountManagerFactory(team=team, is_active=False)
    AccountManagerFactory()
    manager = ManagerFactory(team=team)
    assert set(takers(giver)) == {taker, manager}


def test_customers_get_the_takers_team_where_the_giver_had_none(client):
    loner = AccountManagerFactory(team=None)
    taker = AccountManagerFactory()
    customer = CustomerFactory(account_manager=loner)
    client.force_login(AdministratorFactory())
    client.post(page_of(loner), {"taker": taker.pk})
    customer.refresh_from_db()
    assert (customer.account_manager, customer.team) == (taker, taker.team)


def test_nobody_deactivates_oneself_or_the_last_administrator(client):
    administrator = AdministratorFactory()
    client.force_login(administrator)
    answer = client.post(page_of(administrator))
    assert "deactivate yourself" in answer.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_manager_deactivates_nobody_outside_of_the_own_reach(client, manager):
    for stranger in (AccountManagerFactory(), ManagerFactory(team=manager.team), manager):
        assert client.post(page_of(stranger)).status_code == 404
        stranger.refresh_from_db()
        assert stranger.is_active


def test_a_thousand_customers_cost_as_many_queries_as_one(
    client, manager, giver, taker, django_assert_max_num_queries
):
    CustomerFactory.create_batch(40, account_manager=giver)
    with django_assert_max_num_queries(110):
        client.post(page_of(giver), {"taker": taker.pk})
