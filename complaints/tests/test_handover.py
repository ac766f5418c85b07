"""A user who leaves is in charge of no open case afterwards."""

import pytest
from django.urls import reverse

from complaints.models import Case
from complaints.services.handover import hand_over
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory
from crm.accounts.services import Refused
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def page_of(user) -> str:
    return reverse("user_deactivate", args=[user.pk])


@pytest.fixture
def leaving():
    return ServiceFactory(name="Sam")


def test_deactivating_moves_open_cases_and_tells_so_in_their_history(client, leaving):
    taker = ServiceFactory()
    administrator = AdministratorFactory()
    client.force_login(administrator)
    open_case = CaseFactory(owner=leaving, state=State.WAITING_CUSTOMER, by=leaving)
    closed = CaseFactory(owner=leaving, state=State.CLOSED, by=leaving)
    assert client.get(page_of(leaving)).context["held"].cases == 1

    answer = client.post(page_of(leaving), {"taker": taker.pk})
    assert answer.status_code == 302
    leaving.refresh_from_db()
    open_case.refresh_from_db()
    assert not leaving.is_active
    assert (open_case.owner, open_case.state) == (taker, State.WAITING_CUSTOMER)
    event = open_case.events.last()
    assert (event.action, event.by) == (Action.ASSIGN, administrator)
    assert event.data == {"values": {"owner": taker.pk}, "was": {"owner": leaving.pk}}
    assert Case.objects.get(pk=closed.pk).owner == leaving


def test_without_a_taker_the_user_stays(client, leaving):
    client.force_login(AdministratorFactory())
    case = CaseFactory(owner=leaving)
    answer = client.post(page_of(leaving), {})
    assert answer.context["form"].errors["taker"]
    leaving.refresh_from_db()
    assert leaving.is_active
    assert Case.objects.get(pk=case.pk).owner == leaving
    with pytest.raises(Refused):
        hand_over(actor=AdministratorFactory(), giver=leaving, taker=None)


def test_cases_that_the_taker_does_not_see_wait_for_somebody():
    team = TeamFactory()
    leaving, taker = ManagerFactory(team=team), AccountManagerFactory(team=team)
    ours = CaseFactory(owner=leaving, customer=CustomerFactory(account_manager=taker))
    others = CaseFactory(owner=leaving)
    assert hand_over(actor=AdministratorFactory(), giver=leaving, taker=taker) == 2
    assert Case.objects.get(pk=ours.pk).owner == taker
    assert Case.objects.get(pk=others.pk).owner is None


def test_a_thousand_cases_cost_as_many_queries_as_one(leaving, django_assert_max_num_queries):
    taker, administrator = ServiceFactory(), AdministratorFactory()
    CaseFactory.create_batch(12, owner=leaving, by=leaving)
    with django_assert_max_num_queries(8):
        hand_over(actor=administrator, giver=leaving, taker=taker)
    assert Case.objects.owned_by(taker).count() == 12
