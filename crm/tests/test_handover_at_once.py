"""Two people at once: each customer ends up with one of them, and nothing is done twice."""

import threading
import uuid

import pytest
from django.db import connection

from crm import handover as services
from crm.accounts.services import Refused
from crm.accounts.tests.factories import AccountManagerFactory, AdministratorFactory, ManagerFactory
from customers.models import Customer, Handover, HandoverItem, Interaction, MassAction, Tag, Task
from customers.services import mass
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*tasks) -> list:
    """What each returned, or the refusal that it met."""
    start, outcomes = threading.Barrier(len(tasks)), []

    def work(task):
        start.wait()
        try:
            outcomes.append(task())
        except Refused as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(tasks)
    return outcomes


def customers_of(owner, count: int = 12) -> list[int]:
    made = CustomerFactory.create_batch(count, account_manager=owner)
    for customer in made:
        TaskFactory(customer=customer)
    ids = [customer.pk for customer in made]
    refresh_derived(ids)
    return ids


@pytest.mark.parametrize("round_number", range(3))
def test_two_managers_who_assign_the_same_customers_agree_on_each(round_number):
    ids = customers_of(AccountManagerFactory())
    first, second = AccountManagerFactory(), AccountManagerFactory()
    maria, martin = ManagerFactory(), AdministratorFactory()

    def assign(by, taker, chosen):
        return lambda: services.move_at_once(
            by=by, taker=taker, customer_ids=chosen, note="", submission=uuid.uuid4()
        )

    at_once(assign(maria, first, ids), assign(martin, second, ids[::-1]))
    owners = set(Customer.objects.values_list("account_manager", flat=True))
    assert len(owners) == 1
    assert owners < {first.pk, second.pk}
    assert set(Task.objects.values_list("assignee", flat=True)) == owners
    assert not HandoverItem.objects.filter(is_open=True).exists()


@pytest.mark.parametrize("round_number", range(4))
def test_an_offer_is_accepted_or_withdrawn_never_both(round_number):
    giver, taker = AccountManagerFactory(), AccountManagerFactory()
    ids = customers_of(giver)
    pk = services.offer(by=giver, taker=taker, customer_ids=ids, note="").handover.pk
    outcomes = at_once(
        lambda: services.accept(by=taker, pk=pk), lambda: services.take_back(by=giver, pk=pk)
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    owner = {"accepted": taker.pk, "withdrawn": giver.pk}[Handover.objects.get().state]
    assert set(Customer.objects.values_list("account_manager", flat=True)) == {owner}
    assert set(Task.objects.values_list("assignee", flat=True)) == {owner}


def test_accepting_twice_at_once_moves_once():
    giver, taker = AccountManagerFactory(), AccountManagerFactory()
    ids = customers_of(giver, 3)
    pk = services.offer(by=giver, taker=taker, customer_ids=ids, note="").handover.pk
    outcomes = at_once(*[lambda: services.accept(by=taker, pk=pk)] * 3)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    assert Interaction.objects.count() == 3


def test_the_same_form_sent_at_once_moves_once():
    maria, taker = ManagerFactory(), AccountManagerFactory()
    ids, submission = customers_of(AccountManagerFactory(), 3), uuid.uuid4()

    def assign():
        return services.move_at_once(
            by=maria, taker=taker, customer_ids=ids, note="", submission=submission
        )

    outcomes = at_once(*[assign] * 3)
    assert len({outcome.handover.pk for outcome in outcomes}) == 1
    assert (Handover.objects.count(), MassAction.objects.count()) == (1, 1)


def test_the_taker_who_is_deactivated_meanwhile_gets_nothing():
    giver, taker, other = AccountManagerFactory.create_batch(3)
    ids = customers_of(giver)
    martin = AdministratorFactory()
    pk = services.offer(by=giver, taker=taker, customer_ids=ids, note="").handover.pk
    at_once(
        lambda: services.accept(by=taker, pk=pk),
        lambda: services.deactivate(actor=martin, user_id=taker.pk, taker=other),
    )
    owners = set(Customer.objects.values_list("account_manager", flat=True))
    assert owners in ({giver.pk}, {other.pk})


def test_two_who_tag_the_same_customers_at_once_tag_each_once():
    maria, martin = ManagerFactory(), AdministratorFactory()
    ids = customers_of(AccountManagerFactory())
    order = mass.Order("tag", tag=Tag.objects.create(name="Fair"))

    def tag(by, chosen, submission):
        return lambda: mass.act(by=by, customer_ids=chosen, order=order, submission=submission)

    same = uuid.uuid4()
    outcomes = at_once(
        tag(maria, ids, same), tag(maria, ids, same), tag(martin, ids[::-1], uuid.uuid4())
    )
    assert len({action.pk for action in outcomes}) == 2
    assert sum(action.count for action in MassAction.objects.all()) == len(ids)
    assert order.tag.customers.count() == len(ids)
