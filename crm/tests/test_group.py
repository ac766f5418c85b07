"""The page of a group: the tree as one sees it, its sums, no circles, a fixed number of queries."""

import threading
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from customers import groups
from customers.models import Customer
from customers.services.customers import CircleError, edit_customer
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory

pytestmark = pytest.mark.django_db


def member(owner, name: str, parent=None, revenue: int = 100) -> Customer:
    customer = CustomerFactory(account_manager=owner, name=name, parent=parent)
    StandingFactory(
        customer=customer,
        revenue_12m=Decimal(revenue),
        lifetime_value=Decimal(2 * revenue),
        value_at_risk=Decimal(revenue) / 2,
    )
    return customer


def url_of(customer) -> str:
    return f"/customers/{customer.pk}/group/"


def tree(response) -> list[tuple[str, int]]:
    return [(m.customer.name, m.depth) for m in response.context["group"].members]


def test_the_whole_tree_is_shown_from_wherever_one_comes(client, amy):
    top = member(amy, "Top")
    left, right = member(amy, "Left", top), member(amy, "Right", top)
    leaf = member(amy, "Leaf", left)
    client.force_login(amy)
    expected = [("Top", 0), ("Left", 1), ("Leaf", 2), ("Right", 1)]
    for customer in (top, left, right, leaf):
        assert tree(client.get(url_of(customer))) == expected


def test_figures_roll_up_with_tasks_and_complaints(client, amy):
    top = member(amy, "Top", revenue=1000)
    left = member(amy, "Left", top, revenue=200)
    leaf = member(amy, "Leaf", left, revenue=30)
    TaskFactory(customer=leaf)
    TaskFactory(customer=top, state="done", closed_at=timezone.now())
    CaseFactory(customer=leaf)
    client.force_login(amy)
    found = client.get(url_of(top)).context["group"]
    assert [m.total.revenue_12m for m in found.members] == [1230, 230, 30]
    total = found.total
    assert (total.revenue_12m, total.lifetime_value, total.value_at_risk) == (1230, 2460, 615)
    assert (total.tasks, total.complaints) == (1, 1)


def test_members_out_of_sight_are_counted_and_neither_named_nor_summed(client, amy):
    stranger = AccountManagerFactory()
    top = member(stranger, "Secret Top", revenue=7777)
    middle = member(amy, "Middle", top)
    hidden = member(stranger, "Secret Leaf", middle)
    below = member(amy, "Below", hidden)
    client.force_login(amy)
    page = client.get(url_of(below))
    assert tree(page) == [("Middle", 0), ("Below", 1)]
    assert page.context["group"].hidden == 2
    assert page.context["group"].total.revenue_12m == 200
    assert "Secret" not in page.text
    assert "2 members of the group are out of your sight" in page.text
    assert client.get(url_of(top)).status_code == 404


def test_service_staff_see_the_tree_without_any_figure(client, amy):
    top = member(amy, "Top", revenue=98_765)
    TaskFactory(customer=member(amy, "Leaf", top, revenue=54_321))
    client.force_login(ServiceFactory())
    page = client.get(url_of(top))
    assert [name for name, _depth in tree(page)] == ["Top", "Leaf"]
    for words in ("98,765", "54,321", "12-month revenue", "Open tasks"):
        assert words not in page.text


def test_who_belongs_to_no_group_is_told_so(client, amy):
    client.force_login(amy)
    assert "belongs to no group" in client.get(url_of(member(amy, "Alone"))).text
    assert client.post(url_of(CustomerFactory())).status_code == 405


def test_no_more_than_the_most_are_read(client, amy, monkeypatch):
    monkeypatch.setattr(groups, "MOST", 2)
    monkeypatch.setattr(groups, "MEMBERS", groups.MEMBERS.replace("LIMIT 501", "LIMIT 3"))
    top = member(amy, "Top")
    for name in ("A", "B"):
        member(amy, name, top)
    client.force_login(amy)
    page = client.get(url_of(top))
    assert (len(tree(page)), page.context["group"].is_cut) == (2, True)
    assert "more than 2 members" in page.text


def test_a_large_group_is_paged_and_costs_the_same(client, amy, django_assert_max_num_queries):
    top = member(amy, "Top")
    for number in range(60):
        TaskFactory(customer=member(amy, f"Member {number:02}", top))
    client.force_login(amy)
    client.get(url_of(top))
    with django_assert_max_num_queries(7):
        first = client.get(url_of(top))
    assert "Member 48" in first.text
    assert "Member 49" not in first.text
    assert first.context["group"].total.tasks == 60
    assert "Member 59" in client.get(url_of(top) + first.context["older_url"]).text
    for nonsense in ("x", "-1", "999", "9" * 30):
        assert client.get(f"{url_of(top)}?from={nonsense}").context["first"] == 1


def test_a_circle_is_refused_by_the_service_too(amy):
    top = member(amy, "Top")
    middle = member(amy, "Middle", top)
    leaf = member(amy, "Leaf", middle)
    for above in (leaf, middle, top):
        with pytest.raises(CircleError):
            edit_customer(pk=top.pk, version=1, values={"parent": above})


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_close_no_circle():
    manager = ManagerFactory()
    one, two = member(manager, "One"), member(manager, "Two")
    outcomes = []

    def put(child, parent):
        try:
            edit_customer(pk=child.pk, version=1, values={"parent": parent})
            outcomes.append("saved")
        except CircleError:
            outcomes.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=put, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "saved"]


def test_a_circle_in_old_data_does_not_hang_the_page(client, amy):
    one = member(amy, "One")
    two = member(amy, "Two", one)
    Customer.objects.filter(pk=one.pk).update(parent=two)
    client.force_login(amy)
    assert {name for name, _depth in tree(client.get(url_of(one)))} == {"One", "Two"}
