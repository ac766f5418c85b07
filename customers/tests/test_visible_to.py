"""Who sees which customers, and what hangs on them."""

import pytest
from django.contrib.auth.models import AnonymousUser

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from customers.models import Contact, Customer, DealingDay, Standing
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    DealingDayFactory,
    StandingFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return AccountManagerFactory()


@pytest.fixture
def customer(owner):
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer)
    ContactFactory(customer=customer)
    DealingDayFactory(customer=customer)
    return customer


def seen_by(user) -> list[int]:
    """How many rows of each kind of table the user sees."""
    tables = (Customer, Standing, Contact, DealingDay)
    return [model.objects.visible_to(user).count() for model in tables]


def test_the_owner_and_the_owners_team_see_it(customer, owner):
    assert seen_by(owner) == [1, 1, 1, 1]
    assert seen_by(AccountManagerFactory(team=owner.team)) == [1, 1, 1, 1]


def test_another_team_does_not(customer):
    assert seen_by(AccountManagerFactory()) == [0, 0, 0, 0]


@pytest.mark.parametrize("factory", [ServiceFactory, ManagerFactory, AdministratorFactory])
def test_service_managers_and_administrators_see_all(customer, factory):
    assert seen_by(factory()) == [1, 1, 1, 1]
    assert seen_by(factory(team=None)) == [1, 1, 1, 1]


def test_who_has_no_team_does_not_see_the_customers_without_one():
    loner, other = AccountManagerFactory.create_batch(2, team=None)
    customer = CustomerFactory(account_manager=other)
    StandingFactory(customer=customer)
    assert seen_by(loner) == [0, 0, 0, 0]
    assert seen_by(other)[:2] == [1, 1]


def test_an_owner_who_changes_the_team_keeps_the_own_customers(customer, owner):
    owner.team = AccountManagerFactory().team
    assert seen_by(owner) == [1, 1, 1, 1]
    assert seen_by(AccountManagerFactory(team=owner.team)) == [0, 0, 0, 0]


def test_strangers_and_the_deactivated_see_nothing(customer, owner):
    owner.is_active = False
    for nobody in (AnonymousUser(), owner, AdministratorFactory(is_active=False)):
        assert seen_by(nobody) == [0, 0, 0, 0]
