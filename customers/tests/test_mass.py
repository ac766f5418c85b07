"""Many customers at once: counted before, done once, undone after."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import AuditEntry
from crm.accounts.services import Refused
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import Customer, MassAction, Tag, Task
from customers.services import mass
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db

URL = "/customers/mass/"
DUE = dt.date(2026, 3, 2)


@pytest.fixture
def fair():
    return Tag.objects.create(name="Fair")


def customers_of(owner, count: int = 1, **fields) -> list[Customer]:
    made = CustomerFactory.create_batch(count, account_manager=owner, **fields)
    refresh_derived([customer.pk for customer in made])
    return made


def send(client, customers, kind: str, step: str = "do", **fields):
    values = {"customer": [c.pk for c in customers], "kind": kind, "step": step}
    return client.post(URL, {**values, "submission": str(uuid.uuid4()), **fields})


def undo(client, action=None):
    action = action or MassAction.objects.latest("pk")
    return client.post(reverse("customers:mass_undo", args=[action.pk]), follow=True)


def tagged(tag) -> set[int]:
    return set(tag.customers.values_list("pk", flat=True))


def test_it_says_how_many_it_will_touch_and_why_not_the_others(client, amy, fair):
    fresh, has = customers_of(amy, 2)
    has.tags.add(fair)
    (others,) = customers_of(AccountManagerFactory())
    client.force_login(amy)
    page = send(client, [fresh, has, others], "tag", "count", tag=fair.pk)
    assert page.context["preview"].touched == [fresh.pk]
    assert [(str(label), number) for label, number in page.context["left"]] == [
        ("have the tag already", 1),
        ("are out of your sight", 1),
    ]
    assert tagged(fair) == {has.pk}
    assert not MassAction.objects.exists()


def test_a_tag_is_added_and_taken_away_again_by_undo(client, amy, fair):
    first, second, had = customers_of(amy, 3)
    had.tags.add(fair)
    client.force_login(amy)
    answer = send(client, [first, second, had], "tag", tag=fair.pk)
    action = MassAction.objects.get()
    assert answer.headers["Location"] == reverse("customers:mass_action", args=[action.pk])
    assert (action.count, tagged(fair)) == (2, {first.pk, second.pk, had.pk})
    first.refresh_from_db()
    assert first.version == 2  # an open form of the customer is shown the tag
    assert AuditEntry.objects.get(action="customers.mass_action").details["customers"] == 2

    second.tags.remove(fair)
    page = undo(client)
    assert tagged(fair) == {had.pk}
    assert "Put back: 1 customers." in page.text
    assert "changed since: 1." in page.text
    assert "undone already" in undo(client).text


def test_what_was_done_leads_back_to_the_filter_that_it_was_done_in(client, amy, fair):
    customers = customers_of(amy, 2)
    client.force_login(amy)
    asked = {"tag": fair.pk, "query": "owner=me&tier=B&nonsense=1"}
    done = client.get(send(client, customers, "tag", **asked).headers["Location"])
    assert done.context["query"] == "owner=me&tier=B"
    assert b"/customers/?owner=me&amp;tier=B" in done.content


def test_a_tag_is_taken_away_and_undo_gives_it_back(client, amy, fair):
    has, lacks = customers_of(amy, 2)
    has.tags.add(fair)
    client.force_login(amy)
    send(client, [has, lacks], "untag", tag=fair.pk)
    assert (MassAction.objects.get().count, tagged(fair)) == (1, set())
    undo(client)
    assert tagged(fair) == {has.pk}


def test_a_tag_that_is_out_of_use_is_not_given_back(client, amy, fair):
    (has,) = customers_of(amy)
    has.tags.add(fair)
    client.force_login(amy)
    send(client, [has], "untag", tag=fair.pk)
    Tag.objects.update(is_active=False)
    assert "changed since: 1." in undo(client).text
    assert tagged(fair) == set()


class TestTasks:
    def order(self, client, customers, step="do", **fields):
        values = {"title": "Tell of the new prices", "due_on": DUE, "assignee": ""}
        return send(client, customers, "task", step, **values, **fields)

    def test_each_account_manager_gets_one_and_undo_takes_untouched_ones_away(self, client, amy):
        bob = AccountManagerFactory(team=amy.team)
        mine, theirs = *customers_of(amy), *customers_of(bob)
        client.force_login(amy)
        self.order(client, [mine, theirs])
        found = set(Task.objects.values_list("customer", "assignee", "origin", "created_by"))
        assert found == {
            (mine.pk, amy.pk, "mass", amy.pk),
            (theirs.pk, bob.pk, "mass", amy.pk),
        }
        Task.objects.filter(customer=theirs).update(state="done", closed_at=timezone.now())
        page = undo(client)
        assert "changed since: 1." in page.text
        assert Task.objects.get().customer == theirs

    def test_no_task_is_made_twice_nor_for_who_cannot_do_it(self, client, amy):
        manager = ManagerFactory()
        (fresh,) = customers_of(amy)
        (has,) = customers_of(amy)
        TaskFactory(customer=has, title="Tell of the new prices", due_on=DUE)
        gone = AccountManagerFactory(is_active=False)
        (orphan,) = customers_of(gone)
        client.force_login(manager)
        page = self.order(client, [fresh, has, orphan], "count")
        assert page.context["preview"].touched == [fresh.pk]
        assert {number for _label, number in page.context["left"]} == {1}
        self.order(client, [fresh, has, orphan])
        self.order(client, [fresh, has, orphan])
        assert Task.objects.filter(origin="mass").count() == 1

    def test_one_person_gets_those_that_the_person_sees(self, client, amy):
        bob = AccountManagerFactory(team=TeamFactory())
        mine, bobs = *customers_of(amy), *customers_of(bob)
        client.force_login(ManagerFactory())
        values = {"title": "Call", "due_on": DUE, "assignee": bob.pk}
        page = send(client, [mine, bobs], "task", "count", **values)
        assert (page.context["preview"].touched, page.context["preview"].blind) == ([bobs.pk], 1)

    def test_account_managers_give_none_to_other_teams(self, client, amy):
        outsider = AccountManagerFactory(team=TeamFactory())
        client.force_login(amy)
        values = {"title": "Call", "due_on": DUE, "assignee": outsider.pk}
        page = send(client, customers_of(amy), "task", "count", **values)
        assert page.context["form"].errors["assignee"]


def test_the_same_form_sent_twice_acts_once(client, amy, fair):
    submission = str(uuid.uuid4())
    made = customers_of(amy, 2)
    client.force_login(amy)
    first = send(client, made[:1], "tag", tag=fair.pk, submission=submission)
    second = send(client, made, "tag", tag=fair.pk, submission=submission)
    assert first.headers["Location"] == second.headers["Location"]
    assert tagged(fair) == {made[0].pk}


def test_all_of_a_filter_are_those_that_the_list_shows_up_to_the_cap(
    client, amy, fair, monkeypatch
):
    monkeypatch.setattr("customers.views.selection.MOST", 2)
    wanted = customers_of(amy, 3, region="Wales")
    customers_of(amy, 2, region="Kent")
    customers_of(AccountManagerFactory(), 1, region="Wales")
    client.force_login(amy)
    values = {"kind": "tag", "all": "1", "query": "region=Wales&sort=number"}
    page = client.post(URL, values)
    assert page.context["selection"].ids == [customer.pk for customer in wanted[:2]]
    assert "Only the first" in page.text
    values |= {"step": "do", "tag": fair.pk, "submission": str(uuid.uuid4())}
    client.post(URL, values)
    assert tagged(fair) == {customer.pk for customer in wanted[:2]}


def test_service_staff_change_nothing_in_bulk(client, amy, fair):
    (customer,) = customers_of(amy)
    client.force_login(ServiceFactory())
    assert send(client, [customer], "tag", tag=fair.pk).status_code == 403
    assert 'name="customer"' not in client.get("/customers/").text
    assert not tagged(fair)


def test_what_somebody_else_did_is_seen_and_undone_by_managers_only(client, amy, fair):
    client.force_login(amy)
    send(client, customers_of(amy), "tag", tag=fair.pk)
    url = reverse("customers:mass_action", args=[MassAction.objects.get().pk])
    for user, status in ((AccountManagerFactory(team=amy.team), 404), (ManagerFactory(), 200)):
        client.force_login(user)
        assert client.get(url).status_code == status
        assert undo(client).status_code == status
    assert not tagged(fair)


def test_undo_leaves_customers_alone_that_went_out_of_sight(amy, fair):
    stays, gone = customers_of(amy, 2)
    order = mass.Order("tag", tag=fair)
    ids = [stays.pk, gone.pk]
    action = mass.act(by=amy, customer_ids=ids, order=order, submission=uuid.uuid4())
    Customer.objects.filter(pk=gone.pk).update(account_manager=AccountManagerFactory(), team=None)
    undone = mass.undo(by=amy, pk=action.pk)
    assert (undone.back, undone.left, tagged(fair)) == ([stays.pk], 1, {gone.pk})
    with pytest.raises(Refused):
        mass.undo(by=amy, pk=action.pk)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "tag", "customer": ["x", "-1", "99999999999999999999", "\0"]},
        {"kind": "tag"},
        {"kind": "assign", "customer": ["1"]},
        {"kind": "nonsense"},
    ],
)
def test_nonsense_changes_nothing(client, amy, values):
    client.force_login(amy)
    assert client.post(URL, values).status_code in (302, 400)
    assert not MassAction.objects.exists()


def test_many_cost_as_many_queries_as_few(amy, fair, django_assert_max_num_queries):
    for count in (2, 60):
        ids = [customer.pk for customer in customers_of(amy, count)]
        with django_assert_max_num_queries(16):
            order = mass.Order("task", title=f"Call {count}", due_on=DUE)
            mass.act(by=amy, customer_ids=ids, order=order, submission=uuid.uuid4())
